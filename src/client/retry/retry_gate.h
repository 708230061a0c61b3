#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include <barnabas/offsets.h>

#include <functional>
#include <map>
#include <vector>

namespace barnabas::client {

/// Partitions of retry topics that are paused because their next record is not due. No I/O.
class RetryGate {
public:
    /// How long from now a record has to wait that is due at `due`. Never longer than the delay of
    /// its topic: a header from a clock that is ahead of ours does not hold it up for days.
    [[nodiscard]] static Duration wait_of(Timestamp due, Timestamp now, Duration delay);

    void hold(const TopicPartition& partition, Time until) { until_[partition] = until; }
    /// They are somebody else's, or read from elsewhere.
    void forget(const std::vector<TopicPartition>& partitions);
    /// Those whose time has come; they are held no more.
    [[nodiscard]] std::vector<TopicPartition> take_due(Time now);
    /// When take_due() has some; `never` if none is held.
    [[nodiscard]] Time next_wake() const;

private:
    std::map<TopicPartition, Time> until_;
};

/// How far one poll's records were dealt with, partition by partition. No I/O.
class RetryProgress {
public:
    /// The record at `offset` is to be read again, and all behind it. The lowest one counts.
    void stop_at(const TopicPartition& partition, Offset offset);
    /// Where each partition that was stopped goes on.
    [[nodiscard]] const std::map<TopicPartition, Offset>& stops() const { return stops_; }
    /// Calls `seek` for each of those, also where one fails before: whoever stays where he is would
    /// skip records. The first error, if any.
    [[nodiscard]] Result<> go_back(
        const std::function<Result<>(const TopicPartition&, Offset)>& seek) const;
    /// What to commit: `next`, where the consumer goes on behind all records, but not beyond a
    /// stop. Nothing for a partition that was stopped at `firsts`, the first record of it.
    [[nodiscard]] OffsetMap commits(OffsetMap next,
                                    const std::map<TopicPartition, Offset>& firsts) const;

private:
    std::map<TopicPartition, Offset> stops_;
};

}  // namespace barnabas::client
