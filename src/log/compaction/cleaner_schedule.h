#pragma once

#include "base/result.h"
#include "base/time.h"
#include "log/checkpoint_text.h"
#include "log/compaction/cleanable.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace barnabas::log {

/// A log with cleanup.policy=compact, as it is now.
struct CleanerCandidate {
    TopicPartition partition;
    LogConfig config;
    LogFacts facts;
};

/// One log to be compacted now.
struct CleanerJob {
    TopicPartition partition;
    Offset first_dirty;
    Offset end;

    friend bool operator==(const CleanerJob&, const CleanerJob&) = default;
};

/// Why a log is not compacted any more.
struct Uncleanable {
    std::string reason;
    std::uint64_t bytes = 0;  // that are dirty
};

/// Which log is compacted when (Kafka's LogCleanerManager): the dirtiest first, of those that are
/// dirtier than min.cleanable.dirty.ratio or have overrun max.compaction.lag.ms; each once at a
/// time, and as many at a time as there are threads. Plain: facts and the time go in, jobs come
/// out. Lives on the broker's home shard.
///     idle -> in progress -> done: up to where it is clean is remembered
///                         -> discarded, or the disk failed: idle again, after a rest
///                         -> its records cannot be read: uncleanable until the broker's next start
class CleanerSchedule {
public:
    struct Settings {
        std::size_t threads = 1;
        Duration backoff = std::chrono::seconds(15);
    };

    /// Up to where logs were compacted before this start. What is known already stays.
    void learn(const OffsetCheckpoint& cleaned) { cleaned_.insert(cleaned.begin(), cleaned.end()); }

    struct Plan {
        std::vector<CleanerJob> jobs;       // in progress from now on
        std::vector<std::string> warnings;  // for the log
    };
    /// `logs`: every log that is to be compacted. Only called while there may be a job to give.
    Plan plan(const std::vector<CleanerCandidate>& logs, const Settings& settings, Now now);
    /// When plan() may have more to give, if no job ends before.
    [[nodiscard]] Time next_wake(const Settings& settings, Time now) const;

    /// Everything below `end` is compacted.
    void on_done(const TopicPartition& partition, Offset end);
    /// The log was changed under the work, or the work was told to end.
    void on_discarded(const TopicPartition& partition, const Settings& settings, Time now);
    /// The rest grows with each failure of the disk; for what cannot be read there is no next time.
    void on_failed(const TopicPartition& partition, const Error& error, const Settings& settings,
                   Time now);
    /// Partitions that are not there any more, and have no job.
    void forget_missing(const std::set<TopicPartition>& existing);

    /// No job begins for it, and one that runs has to end, until it is resumed as often.
    void pause(const TopicPartition& partition) { ++paused_[partition]; }
    void resume(const TopicPartition& partition);
    [[nodiscard]] bool is_paused(const TopicPartition& partition) const {
        return paused_.contains(partition);
    }

    [[nodiscard]] const OffsetCheckpoint& cleaned() const { return cleaned_; }
    [[nodiscard]] std::size_t in_progress() const { return in_progress_.size(); }
    [[nodiscard]] const std::map<TopicPartition, Uncleanable>& uncleanable() const {
        return uncleanable_;
    }
    // As plan() saw it last, over all logs that are not uncleanable.
    [[nodiscard]] std::uint64_t dirty_bytes() const { return dirty_bytes_; }
    [[nodiscard]] double dirtiest_ratio() const { return dirtiest_ratio_; }
    [[nodiscard]] std::int64_t overdue_ms() const { return overdue_ms_; }

private:
    struct Resting {
        Time until;
        int failures = 0;
    };
    struct Judged {
        const CleanerCandidate* log;
        Cleanable cleanable;
    };

    Judged judge(const CleanerCandidate& log, Plan& plan, Timestamp now);
    void end_job(const TopicPartition& partition);
    [[nodiscard]] bool is_due(const Judged& judged, Time now) const;

    OffsetCheckpoint cleaned_;
    /// Each with the lowest offset that was cut from it since: what was compacted counts up to it.
    std::map<TopicPartition, Offset> in_progress_;
    std::map<TopicPartition, int> paused_;
    std::map<TopicPartition, Resting> resting_;
    std::map<TopicPartition, Uncleanable> uncleanable_;
    std::uint64_t dirty_bytes_ = 0;
    double dirtiest_ratio_ = 0;
    std::int64_t overdue_ms_ = 0;
};

}  // namespace barnabas::log
