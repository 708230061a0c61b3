#pragma once

#include "base/time.h"
#include "broker/services.h"
#include "log/compaction/cleaner_schedule.h"
#include "log/compaction/compaction_run.h"
#include "log/compaction/io_throttle.h"
#include "runtime/disk.h"
#include "runtime/tasks.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace barnabas::broker {

/// Compacts the logs of topics with cleanup.policy=compact while the broker runs. Lives on shard 0:
/// CleanerSchedule says what is due, CompactionRun does the work on the blocking pool, step by
/// step, and each log's own shard takes the result in. Between steps the throttle is paid, and
/// stop() and pause() are heard.
class LogCleaner {
public:
    struct Ports {
        Services& services;
        runtime::Disk& disk;
        std::vector<runtime::Path> directories;  // as log.dirs names them
        Logger log;
    };

    explicit LogCleaner(Ports ports);
    LogCleaner(const LogCleaner&) = delete;
    LogCleaner& operator=(const LogCleaner&) = delete;
    ~LogCleaner();  // stopped

    /// Begins, unless log.cleaner.enable says not to.
    void start();
    /// Ends what is under way between two of its steps; the logs are whole then.
    awaitable<void> stop();

    /// For whoever moves or replaces a log: no compaction of it begins, and one under way ends
    /// itself; what it had not handed over is void anyway once the log is another.
    void pause(const TopicPartition& partition) { schedule_.pause(partition); }
    void resume(const TopicPartition& partition);
    /// The settings have changed: it is looked for work now, by the new ones.
    void look_again() { wake_.notify_all(); }

    /// For /metrics.
    [[nodiscard]] BrokerFacts::Cleaner facts() const;

private:
    struct Job;
    enum class End { done, discarded };
    using Outcome = Result<End>;

    [[nodiscard]] const CleanerConfig& config() const;
    [[nodiscard]] log::CleanerSchedule::Settings settings() const;

    awaitable<void> run();
    awaitable<void> read_checkpoints();
    awaitable<void> read_checkpoint(runtime::Path directory);
    awaitable<std::vector<log::CleanerCandidate>> gather();
    awaitable<void> warm_up(BrokerShard& shard, TopicPartition partition,
                            std::vector<log::ColdPart> parts);
    awaitable<bool> bring_in(BrokerShard& shard, std::vector<log::ColdPart> parts);
    void forget_missing();
    awaitable<void> clean(log::CleanerJob wanted);
    awaitable<Outcome> compact(std::shared_ptr<Job> job);
    awaitable<Result<bool>> begin(std::shared_ptr<Job> job);
    awaitable<Result<bool>> begin_run(std::shared_ptr<Job> job);
    awaitable<Result<bool>> hand_over(std::shared_ptr<Job> job);
    awaitable<void> tidy(std::shared_ptr<Job> job);
    awaitable<void> pay_for(const log::CompactionStats& before, const log::CompactionStats& after);
    [[nodiscard]] bool is_gone(const Job& job) const;
    [[nodiscard]] bool has_to_end(const Job& job) const;
    void report(const Job& job, Duration took);
    [[nodiscard]] std::map<runtime::Path, log::OffsetCheckpoint> unwritten() const;
    void write_checkpoints();
    awaitable<void> write_checkpoint(runtime::Path directory);

    Ports ports_;
    runtime::Shard& home_;
    runtime::TaskGroup tasks_;
    runtime::Signal wake_;
    bool stopping_ = false;
    bool started_ = false;
    log::CleanerSchedule schedule_;
    log::IoThrottle throttle_;
    std::set<runtime::Path> seen_;                   // their checkpoint files are known
    std::map<TopicPartition, runtime::Path> where_;  // the directory of each known checkpoint
    std::map<runtime::Path, log::OffsetCheckpoint> written_;
    // Each directory on its own: one whose disk hangs holds up no other.
    std::set<runtime::Path> reading_;
    std::set<runtime::Path> writing_;
    std::set<TopicPartition> warming_;  // they are in no plan until what it asks of them was read
    std::set<TopicPartition> warm_;     // the next plan takes them, wherever memory is short again
    Time last_plan_{};
    // Since the start.
    std::uint64_t jobs_done_ = 0;
    std::uint64_t jobs_failed_ = 0;
    std::uint64_t read_bytes_ = 0;
    std::uint64_t written_bytes_ = 0;
    std::uint64_t removed_records_ = 0;
};

}  // namespace barnabas::broker
