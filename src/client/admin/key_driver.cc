#include "client/admin/key_driver.h"

#include "base/invariant.h"
#include "client/admin/backoff.h"
#include "client/cluster/stale_knowledge.h"

#include <algorithm>
#include <utility>

namespace barnabas::client::admin_api {

namespace {

/// Of a call that took too long: with the code of what stood in its way last (an unknown topic's,
/// say), or request_timed_out where no broker said anything.
Error timeout_error(const std::string& about, std::int32_t requests, Duration waited,
                    const Error* trouble) {
    if (trouble == nullptr) {
        return {ErrorCode::request_timed_out,
                fmt::format("no broker answered within {} ms about {} (requests sent: {})",
                            waited / 1ms, about, requests)};
    }
    // That a broker could not be reached is how it came to be too late; what one said is an answer.
    const bool answered = trouble->code != ErrorCode::network_exception &&
                          trouble->code != ErrorCode::rebootstrap_required;
    return {answered ? trouble->code : ErrorCode::request_timed_out,
            fmt::format("no answer within {} ms about {} (requests sent: {}); last: {}",
                        waited / 1ms, about, requests, trouble->message)};
}

}  // namespace

KeyDriver::KeyDriver(std::size_t keys, const Settings& settings)
    : settings_(settings), router_(settings), states_(keys), open_(keys) {}

void KeyDriver::poll(Time now, Exchanges& out) {
    began_ = began_.value_or(now);
    if (now >= deadline_) {
        time_out(now);
        return;
    }
    for (const auto& [id, group] : collect(now)) {
        ask_about(group.to, group.keys, request_timeout(now), out);
    }
    if (!done()) {
        router_.poll(now, request_timeout(now), out);
    }
}

Time KeyDriver::next_wake() const {
    if (done()) {
        return never;
    }
    Time wake = std::min(deadline_, router_.next_wake());
    for (std::size_t key = 0; key < states_.size(); ++key) {
        const State& state = states_[key];
        const bool waits = !state.open || state.in_flight || router_.is_looking_for(route_of(key));
        wake = waits ? wake : std::min(wake, state.not_before);
    }
    return wake;
}

void KeyDriver::abort(const Error& why) {
    for (std::size_t key = 0; key < states_.size(); ++key) {
        fail_open(key, why);
    }
}

Duration KeyDriver::request_timeout(Time now) const {
    return std::min<Duration>(settings_.request_timeout, deadline_ - now);
}

/// What can be asked now, by broker; routes that are not known are wanted from now on.
KeyDriver::Groups KeyDriver::collect(Time now) {
    Groups groups;
    for (std::size_t key = 0; key < states_.size(); ++key) {
        const State& state = states_[key];
        if (!state.open || state.in_flight || state.not_before > now) {
            continue;
        }
        const Route route = route_of(key);
        if (const auto node = router_.find(route)) {
            auto& group = groups[node->id];
            group.to = *node;
            group.keys.push_back(key);
        } else if (const Error* failure = router_.failure(route)) {
            fail_open(key, *failure);
        } else {
            router_.want(route);
        }
    }
    return groups;
}

void KeyDriver::set_in_flight(std::size_t key) {
    State& state = states_[key];
    INVARIANT(state.open, "{} is asked for although it has a result", describe(key));
    INVARIANT(!state.in_flight, "{} is asked for twice", describe(key));
    state.in_flight = true;
    ++state.requests;
}

bool KeyDriver::goes_on(std::size_t key, Next next, const Error* why, Duration at_least, Time now) {
    State& state = states_[key];
    if (!state.open) {
        return false;  // too late
    }
    state.in_flight = false;
    if (next == Next::done) {
        return false;
    }
    if (next == Next::elsewhere) {
        router_.forget(route_of(key));
    }
    if (next == Next::otherwise) {
        state.not_before = Time{};
        return true;
    }
    ++state.failures;
    if (state.failures > settings_.retries) {
        return false;
    }
    INVARIANT(why != nullptr, "{} is asked for again, and nobody knows why", describe(key));
    state.not_before = now + std::max(at_least, backoff(settings_, state.failures));
    state.trouble = *why;
    return true;
}

bool KeyDriver::close(std::size_t key) {
    if (!std::exchange(states_[key].open, false)) {
        return false;
    }
    --open_;
    return true;
}

Next KeyDriver::next_after(std::size_t key, const Error& error) const {
    // A broker that was found by somebody's answer may be new: it will be known soon.
    const bool found = route_of(key).kind != Route::Kind::broker;
    const bool away = error.code == ErrorCode::broker_not_available;
    const bool passing = away ? found : worth_another_try(error.code);
    return passing ? Next::elsewhere : Next::done;
}

void KeyDriver::fail_open(std::size_t key, Error why) {
    if (close(key)) {
        on_failure(key, std::move(why));
    }
}

void KeyDriver::time_out(Time now) {
    for (std::size_t key = 0; key < states_.size(); ++key) {
        const State& state = states_[key];
        if (!state.open) {
            continue;
        }
        const Route route = route_of(key);
        const Error* trouble = router_.find(route) ? nullptr : router_.trouble(route);
        if (trouble == nullptr && state.trouble) {
            trouble = &*state.trouble;
        }
        fail_open(key, timeout_error(describe(key), state.requests, now - *began_, trouble));
    }
}

}  // namespace barnabas::client::admin_api
