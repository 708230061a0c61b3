#include "client/retry/retry_gate.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {

Duration RetryGate::wait_of(Timestamp due, Timestamp now, Duration delay) {
    if (due <= now) {
        return Duration::zero();
    }
    // As milliseconds: the difference of two timestamps may be more than nanoseconds can say.
    const auto delay_ms = (delay + 999'999ns) / 1ms;
    const auto far = due.get() - std::max<std::int64_t>(now.get(), 0);
    return std::chrono::milliseconds(std::min<std::int64_t>(far, delay_ms));
}

void RetryGate::forget(const std::vector<TopicPartition>& partitions) {
    for (const auto& partition : partitions) {
        until_.erase(partition);
    }
}

std::vector<TopicPartition> RetryGate::take_due(Time now) {
    std::vector<TopicPartition> due;
    for (const auto& [partition, until] : until_) {
        if (until <= now) {
            due.push_back(partition);
        }
    }
    forget(due);
    return due;
}

Time RetryGate::next_wake() const {
    Time next = never;
    for (const auto& [partition, until] : until_) {
        next = std::min(next, until);
    }
    return next;
}

void RetryProgress::stop_at(const TopicPartition& partition, Offset offset) {
    const auto [at, fresh] = stops_.try_emplace(partition, offset);
    at->second = std::min(at->second, offset);
}

Result<> RetryProgress::go_back(
    const std::function<Result<>(const TopicPartition&, Offset)>& seek) const {
    Result<> first;
    for (const auto& [partition, offset] : stops_) {
        Result<> done = seek(partition, offset);
        if (first && !done) {
            first = std::move(done);
        }
    }
    return first;
}

OffsetMap RetryProgress::commits(OffsetMap next,
                                 const std::map<TopicPartition, Offset>& firsts) const {
    for (const auto& [partition, offset] : stops_) {
        const auto first = firsts.find(partition);
        if (first != firsts.end() && first->second == offset) {
            next.erase(partition);
        } else if (const auto at = next.find(partition); at != next.end()) {
            // The epoch of the record before the stop is not known here; none is allowed.
            at->second = OffsetAndMetadata{.offset = offset};
        }
    }
    return next;
}

}  // namespace barnabas::client
