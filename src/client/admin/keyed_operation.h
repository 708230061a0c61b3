#pragma once

#include "base/invariant.h"
#include "client/admin/error_source.h"
#include "client/admin/handler.h"
#include "client/admin/key_driver.h"
#include <barnabas/admin/options.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::client::admin_api {

/// Looks each key's broker up, asks all keys of one broker together, and goes on as the handler's
/// verdicts say, until each key has its result or the deadline is there: KeyDriver with keys and
/// values of these types.
template <class Key, class Value>
class KeyedOperation final : public KeyDriver {
public:
    KeyedOperation(std::set<Key> keys, std::unique_ptr<Handler<Key, Value>> handler,
                   const Settings& settings)
        : KeyDriver(keys.size(), settings), handler_(std::move(handler)) {
        while (!keys.empty()) {
            keys_.push_back(std::move(keys.extract(keys.begin()).value()));
        }
    }

    /// When done.
    [[nodiscard]] admin::Outcomes<Key, Value> take_results() {
        INVARIANT(done(), "a call's results are taken before all are there");
        return std::move(results_);
    }

private:
    using Asked = std::vector<Key>;

    [[nodiscard]] Route route_of(std::size_t key) const override {
        return handler_->route(keys_[key]);
    }
    [[nodiscard]] std::string describe(std::size_t key) const override {
        return handler_->describe(keys_[key]);
    }

    void ask_about(const admin::Node& to, const Keys& numbers, Duration timeout,
                   Exchanges& out) override {
        Asked keys;
        for (const auto number : numbers) {
            keys.push_back(keys_[number]);
        }
        for (auto& ask : handler_->requests(to, std::move(keys), timeout)) {
            for (const auto& key : ask.keys) {
                set_in_flight(number_of(key));
            }
            auto deliver = [this, asked = std::move(ask.keys)](
                               Result<Verdicts<Key, Value>> verdicts, const Heard& heard) {
                verdicts ? on_verdicts(asked, *verdicts, heard)
                         : on_error(asked, verdicts.error(), heard.now);
            };
            out.push_back(ask.make(to.id, timeout, std::move(deliver)));
        }
    }

    void on_failure(std::size_t key, Error why) override {
        results_.emplace(keys_[key], std::unexpected(std::move(why)));
    }

    [[nodiscard]] std::size_t number_of(const Key& key) const {
        const auto found = std::ranges::lower_bound(keys_, key);
        INVARIANT(found != keys_.end() && *found == key, "a key that nobody asked for");
        return static_cast<std::size_t>(found - keys_.begin());
    }

    void on_verdicts(const Asked& keys, Verdicts<Key, Value>& verdicts, const Heard& heard) {
        for (const auto& key : keys) {
            const auto found = verdicts.find(key);
            auto verdict = found == verdicts.end() ? no_answer(key) : std::move(found->second);
            name_source(verdict.result, heard.source);
            on_verdict(key, std::move(verdict), heard.now);
        }
    }

    [[nodiscard]] Verdict<Value> no_answer(const Key& key) const {
        return Verdict<Value>(fail(ErrorCode::unknown_server_error,
                                   "the broker's answer says nothing about {}",
                                   handler_->describe(key)));
    }

    void on_error(const Asked& keys, const Error& error, Time now) {
        for (const auto& key : keys) {
            if (error.code == ErrorCode::unsupported_version) {
                on_verdict(key, handler_->unsupported(key, error), now);
            } else {
                on_verdict(key, refused<Value>(next_after(number_of(key), error), error), now);
            }
        }
    }

    void on_verdict(const Key& key, Verdict<Value> verdict, Time now) {
        const auto number = number_of(key);
        const Error* why = verdict.result ? nullptr : &verdict.result.error();
        if (!goes_on(number, verdict.next, why, verdict.at_least, now) && close(number)) {
            results_.emplace(key, std::move(verdict.result));
        }
    }

    std::unique_ptr<Handler<Key, Value>> handler_;
    std::vector<Key> keys_;  // in order
    admin::Outcomes<Key, Value> results_;
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
