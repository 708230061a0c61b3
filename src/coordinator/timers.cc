#include "coordinator/timers.h"

#include "base/invariant.h"

namespace barnabas::coordinator {

void Timers::set(const TimerKey& key, Time when) {
    const auto [at, fresh] = by_key_.try_emplace(key, when);
    if (!fresh) {
        by_time_.erase({at->second, &at->first});
        at->second = when;
    }
    by_time_.emplace(when, &at->first);
    INVARIANT(by_time_.size() == by_key_.size(), "{} moments of {} keys", by_time_.size(),
              by_key_.size());
}

void Timers::cancel(const TimerKey& key) {
    if (const auto at = by_key_.find(key); at != by_key_.end()) {
        by_time_.erase({at->second, &at->first});
        by_key_.erase(at);
    }
}

void Timers::cancel_group(const std::string& group) {
    auto at = by_key_.lower_bound(TimerKey{.group = group});
    while (at != by_key_.end() && at->first.group == group) {
        by_time_.erase({at->second, &at->first});
        at = by_key_.erase(at);
    }
}

Time Timers::next() const {
    return by_time_.empty() ? never : by_time_.begin()->first;
}

std::optional<TimerKey> Timers::take_due(Time now) {
    if (by_time_.empty() || by_time_.begin()->first > now) {
        return std::nullopt;
    }
    const TimerKey key = *by_time_.begin()->second;
    cancel(key);
    return key;
}

std::optional<Time> Timers::when(const TimerKey& key) const {
    const auto at = by_key_.find(key);
    return at == by_key_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace barnabas::coordinator
