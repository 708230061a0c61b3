#pragma once

#include "base/invariant.h"
#include "client/admin/backoff.h"
#include "client/admin/handler.h"
#include "client/admin/operation.h"
#include "client/admin/router.h"
#include <barnabas/admin/options.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::client::admin_api {

/// The sentence of a call that took too long, with the code of what stood in its way last (an
/// unknown topic's, say), or request_timed_out where no broker said anything.
[[nodiscard]] Error timeout_error(const std::string& about, std::int32_t requests,
                                  const Error* trouble);

/// Looks each key's broker up, asks all keys of one broker together, and goes on as the handler's
/// verdicts say, until each key has its result or the deadline is there (Kafka's AdminApiDriver).
///
/// A key is open (no result), and then either in flight (one exchange is about it) or waiting (for
/// its route, or until its not_before).
template <class Key, class Value>
class KeyedOperation final : public Operation {
public:
    KeyedOperation(std::set<Key> keys, std::unique_ptr<Handler<Key, Value>> handler,
                   const Settings& settings)
        : handler_(std::move(handler)), settings_(settings), router_(settings) {
        for (const auto& key : keys) {
            open_.emplace(key, State{});
        }
    }

    void start(Time deadline) override { deadline_ = deadline; }

    void poll(Time now, Exchanges& out) override {
        if (now >= deadline_) {
            time_out();
            return;
        }
        send(collect(now), now, out);
        if (!done()) {
            router_.poll(now, request_timeout(now), out);
        }
    }

    [[nodiscard]] Time next_wake() const override {
        if (done()) {
            return never;
        }
        Time wake = std::min(deadline_, router_.next_wake());
        for (const auto& [key, state] : open_) {
            const bool waits = state.in_flight || router_.is_looking_for(handler_->route(key));
            wake = waits ? wake : std::min(wake, state.not_before);
        }
        return wake;
    }

    [[nodiscard]] bool done() const override { return open_.empty(); }

    void abort(const Error& why) override {
        for (const auto& [key, state] : open_) {
            results_.emplace(key, std::unexpected(why));
        }
        open_.clear();
    }

    /// When done.
    [[nodiscard]] admin::Outcomes<Key, Value> take_results() {
        INVARIANT(done(), "{} of a call's keys have no result", open_.size());
        return std::move(results_);
    }

private:
    struct State {
        bool in_flight = false;
        std::int32_t requests = 0;
        std::int32_t failures = 0;
        Time not_before{};
        std::optional<Error> trouble{};
    };
    struct Group {
        admin::Node to;
        std::vector<Key> keys;
    };
    using Groups = std::map<BrokerId, Group>;

    [[nodiscard]] Duration request_timeout(Time now) const {
        return std::min<Duration>(settings_.request_timeout, deadline_ - now);
    }

    /// What can be asked now, by broker; routes that are not known are wanted from now on.
    Groups collect(Time now) {
        Groups groups;
        std::vector<std::pair<Key, Error>> failed;
        for (auto& [key, state] : open_) {
            if (state.in_flight || state.not_before > now) {
                continue;
            }
            const Route route = handler_->route(key);
            if (const auto node = router_.find(route)) {
                auto& group = groups[node->id];
                group.to = *node;
                group.keys.push_back(key);
            } else if (const Error* failure = router_.failure(route)) {
                failed.emplace_back(key, *failure);
            } else {
                router_.want(route);
            }
        }
        for (auto& [key, error] : failed) {
            close(key, std::unexpected(std::move(error)));
        }
        return groups;
    }

    void send(Groups groups, Time now, Exchanges& out) {
        for (auto& [id, group] : groups) {
            const Duration timeout = request_timeout(now);
            for (auto& ask : handler_->requests(group.to, std::move(group.keys), timeout)) {
                for (const auto& key : ask.keys) {
                    State& state = open_.at(key);
                    INVARIANT(!state.in_flight, "{} is asked for twice", handler_->describe(key));
                    state.in_flight = true;
                    ++state.requests;
                }
                auto deliver = [this, keys = std::move(ask.keys)](
                                   Result<Verdicts<Key, Value>> verdicts, Time when) {
                    verdicts ? on_verdicts(keys, *verdicts, when)
                             : on_error(keys, verdicts.error(), when);
                };
                out.push_back(ask.make(id, timeout, std::move(deliver)));
            }
        }
    }

    void on_verdicts(const std::vector<Key>& keys, Verdicts<Key, Value>& verdicts, Time now) {
        for (const auto& key : keys) {
            const auto found = verdicts.find(key);
            if (found == verdicts.end()) {
                on_verdict(key, no_answer(key), now);
            } else {
                on_verdict(key, std::move(found->second), now);
            }
        }
    }

    Verdict<Value> no_answer(const Key& key) const {
        return Verdict<Value>(fail(ErrorCode::unknown_server_error,
                                   "the broker's answer says nothing about {}",
                                   handler_->describe(key)));
    }

    void on_error(const std::vector<Key>& keys, const Error& error, Time now) {
        for (const auto& key : keys) {
            // A broker that was found by somebody's answer may be new: it will be known soon.
            const bool found = handler_->route(key).kind != Route::Kind::broker;
            const bool passing = is_retriable(error.code) ||
                                 (found && error.code == ErrorCode::broker_not_available);
            if (error.code == ErrorCode::unsupported_version) {
                on_verdict(key, handler_->unsupported(key, error), now);
            } else {
                on_verdict(key, refused<Value>(passing ? Next::elsewhere : Next::done, error), now);
            }
        }
    }

    void on_verdict(const Key& key, Verdict<Value> verdict, Time now) {
        const auto found = open_.find(key);
        if (found == open_.end()) {
            return;  // too late
        }
        State& state = found->second;
        state.in_flight = false;
        if (verdict.next == Next::done) {
            close(key, std::move(verdict.result));
            return;
        }
        if (verdict.next == Next::elsewhere) {
            router_.forget(handler_->route(key));
        }
        if (verdict.next == Next::otherwise) {
            state.not_before = Time{};
            return;
        }
        ++state.failures;
        if (state.failures > settings_.retries) {
            close(key, std::move(verdict.result));
            return;
        }
        state.not_before = now + std::max(verdict.at_least, backoff(settings_, state.failures));
        state.trouble = std::move(verdict.result.error());
    }

    void close(const Key& key, Result<Value> result) {
        const auto open = open_.find(key);
        INVARIANT(open != open_.end(), "{} has two results", handler_->describe(key));
        results_.emplace(key, std::move(result));
        open_.erase(open);
    }

    void time_out() {
        for (const auto& [key, state] : open_) {
            const Route route = handler_->route(key);
            const Error* trouble = router_.find(route) ? nullptr : router_.trouble(route);
            if (trouble == nullptr && state.trouble) {
                trouble = &*state.trouble;
            }
            results_.emplace(key, std::unexpected(timeout_error(handler_->describe(key),
                                                                state.requests, trouble)));
        }
        open_.clear();
    }

    std::unique_ptr<Handler<Key, Value>> handler_;
    Settings settings_;
    Router router_;
    std::map<Key, State> open_;
    admin::Outcomes<Key, Value> results_;
    Time deadline_ = never;
};

/// A call about several keys, each with a result of its own.
template <class Key, class Value>
Plan<admin::Outcomes<Key, Value>> keyed_plan(std::set<Key> keys,
                                             std::unique_ptr<Handler<Key, Value>> handler,
                                             const Settings& settings) {
    auto operation =
        std::make_unique<KeyedOperation<Key, Value>>(std::move(keys), std::move(handler), settings);
    auto* const raw = operation.get();
    return {
        .operation = std::move(operation),
        .result = [raw]() -> Result<admin::Outcomes<Key, Value>> { return raw->take_results(); }};
}

/// The key of calls that are about one thing.
struct Whole {
    friend auto operator<=>(const Whole&, const Whole&) = default;
};

/// A call that fails before anything is sent.
template <class T>
Plan<T> failed_plan(Error error) {
    using Nothing = KeyedOperation<Whole, bool>;
    return {.operation = std::make_unique<Nothing>(std::set<Whole>{}, nullptr, Settings{}),
            .result = [error = std::move(error)]() -> Result<T> { return std::unexpected(error); }};
}

}  // namespace barnabas::client::admin_api
