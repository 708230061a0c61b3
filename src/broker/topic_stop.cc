// How the topic service ends: every log is closed in order, and the directories say so.
#include "broker/on_pool.h"
#include "broker/topic_service.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <set>
#include <utility>

namespace barnabas::broker {

/// A log that nobody serves any more.
struct TopicService::ClosingLog {
    std::unique_ptr<log::Log> log;
    log::LogOffsets offsets;  // as nobody serves it any more
    // Of the thread that closes it, until it is over.
    log::LogOffsets closed_offsets;
    bool closed = false;
    std::atomic<bool> over = false;
};

/// They stay when a disk hangs for longer than the stop waits: threads may be at work on them.
struct TopicService::Closing {
    explicit Closing(std::size_t directories) : by_directory(directories), over_in(directories) {}

    std::vector<std::unique_ptr<log::Log>> taken;  // from the shards, until they are sorted
    std::deque<ClosingLog> logs;
    std::vector<WorkList> by_directory;
    std::vector<std::atomic<std::size_t>> over_in;  // how many logs of each directory are over
    // Directories; on home.
    std::set<std::size_t> given_up;   // what is there does not end in order
    std::set<std::size_t> unwritten;  // and of these the offsets were not written in time

    /// Those whose directory has just failed stay in `taken`: nothing of them ends in order. Nor
    /// does what others hold in the directories that are given up: their offsets are kept.
    void sort(log::LogDirs& dirs);
    [[nodiscard]] std::vector<ClosingWatch::Directory> progress() const {
        std::vector<ClosingWatch::Directory> directories;
        for (std::size_t i = 0; i < by_directory.size(); ++i) {
            directories.push_back({.logs = by_directory[i].size(), .closed = over_in[i]});
        }
        return directories;
    }
};

namespace {

log::LogOffsets offsets_of_log(const log::Log& log, std::size_t directory) {
    return {.partition = log.partition(),
            .directory = directory,
            .recovery_point = log.recovery_point(),
            .log_start = log.log_start(),
            .high_watermark = log.high_watermark()};
}

std::string marking_stage(std::size_t directory) {
    return fmt::format("mark {}", directory);
}

std::size_t closed_logs(const std::vector<ClosingWatch::Directory>& directories) {
    std::size_t closed = 0;
    for (const auto& directory : directories) {
        closed += directory.closed;
    }
    return closed;
}

}  // namespace

void TopicService::Closing::sort(log::LogDirs& dirs) {
    std::set<TopicPartition> here;
    for (auto& log : taken) {
        here.insert(log->partition());
        if (const auto directory = dirs.place_of(log->partition())) {
            auto& one = logs.emplace_back();
            one.offsets = offsets_of_log(*log, *directory);
            one.log = std::move(log);
            by_directory[*directory].push_back(logs.size() - 1);
        }
    }
    std::erase(taken, nullptr);
    for (const auto directory : given_up) {
        for (const auto& partition : dirs.logs_in(directory)) {
            if (!here.contains(partition)) {
                dirs.leave_unopened(
                    {.directory = directory, .partition = partition, .topic_id = {}, .folder = {}});
            }
        }
    }
}

awaitable<void> TopicService::end_questions() {
    co_await asked_to_describe_.join();
    co_await asked_before_changes_.join();
}

/// What is written or synced after the logs are closed would be nobody's, and so would an error;
/// but for what hangs, and for that the next start checks its directory.
awaitable<void> TopicService::end_writes() {
    co_await checkpoints_.join();
    for (auto& shard : ports_.services.shards) {
        auto end_syncs = [&shard] { return shard->flusher.join(); };
        co_await runtime::await_on(home_, shard->shard, end_syncs);
    }
}

/// What still goes on when the service is stopped again is not begun anew.
awaitable<bool> TopicService::stage_ended(std::string what, awaitable<void> work, Time until) {
    const auto found = stages_.try_emplace(std::move(what), home_, std::move(work)).first;
    return found->second.ended_by(until);
}

/// Whoever asks while another stop is under way waits for it, and then for what it left.
awaitable<Result<void>> TopicService::stop(StopTimes times) {
    stopping_ = true;
    stop_signal_.notify_all();
    turns_.stop();
    while (stop_under_way_) {
        if (!co_await stop_signal_.wait_until(times.all)) {
            co_return fail(ErrorCode::kafka_storage_error, "an earlier stop is still under way");
        }
    }
    stop_under_way_ = true;
    auto stopped = co_await stop_once(times);
    stop_under_way_ = false;
    stop_signal_.notify_all();
    co_return stopped;
}

/// What hangs is in directories whose logs cannot be closed either: the others' are. A change that
/// hangs may have made logs that nobody served yet, and have taken some that are to go: they need
/// no closing. Of what else it has in its hands the directories are not marked clean.
awaitable<Result<void>> TopicService::stop_once(StopTimes times) {
    bool all_ended = co_await stage_ended("upkeep", upkeep_.join(), times.begun);
    const bool changes_ended = co_await turns_.ended_by(times.begun);
    const Time soon = StopTimes::at_least_a_moment(times.begun, home_.clock().now());
    all_ended = co_await stage_ended("questions", end_questions(), times.begun) && all_ended;
    all_ended = co_await stage_ended("writes", end_writes(), soon) && all_ended;
    auto closed = co_await close_all(times);
    if (!changes_ended) {
        co_return fail(ErrorCode::kafka_storage_error,
                       "a change of topics, configurations or log directories waits for a disk{}",
                       closed ? std::string() : "; " + closed.error().message);
    }
    if (closed && !all_ended) {
        closed = fail(ErrorCode::kafka_storage_error,
                      "work on a log directory that was begun before the stop still waits for its "
                      "disk");
    }
    co_return closed;
}

/// Nothing to close after a start that failed: of logs that were not looked at nothing may be said.
/// After an earlier stop only what hung then is waited for.
awaitable<Result<void>> TopicService::close_all(StopTimes times) {
    if (std::exchange(logs_open_, false)) {
        closing_ = std::make_shared<Closing>(ports_.dirs.count());
        closing_->given_up = turns_.held();
    }
    if (!closing_) {
        co_return Result<void>();
    }
    const Time soon = StopTimes::at_least_a_moment(times.begun, home_.clock().now());
    if (!co_await stage_ended("taking", take_all(closing_), soon)) {
        co_return fail(ErrorCode::kafka_storage_error,
                       "a shard waits for a disk: no log is closed in order, and the next start "
                       "checks them");
    }
    if (ports_.dirs.temporary()) {
        closing_.reset();  // they go with their directory: nobody opens them again
        co_return Result<void>();
    }
    if (!stages_.contains("closing")) {
        closing_->sort(ports_.dirs);
        co_await close_logs(closing_, times.closed);
        co_await write_last_offsets(closing_);
        begin_marks();
    } else {
        co_await stages_.find("closing")->second.ended_by(times.all);
        co_await stages_.find("offsets")->second.ended_by(times.all);
    }
    co_return co_await await_marks(closing_, times.all);
}

awaitable<void> TopicService::take_all(std::shared_ptr<Closing> closing) {
    PartitionTable::Wanted all = [](const replication::Partition&) { return true; };
    closing->taken = co_await take_logs(std::move(all));
}

/// Directories and logs side by side on the blocking pool. What hangs goes on by itself.
awaitable<void> TopicService::close_logs(std::shared_ptr<Closing> closing, Time until) {
    const Time began = home_.clock().now();
    ClosingWatch watch(StopTimes::at_least_a_moment(until, began));
    stages_.try_emplace("closing", home_, close_on_pool(closing));
    std::optional<std::size_t> said;
    Time said_at = began;
    while (true) {
        const Time now = home_.clock().now();
        const bool ended = co_await stages_.find("closing")->second.ended_by(now + 1s);
        const auto progress = closing->progress();
        if (ended || !watch.goes_on(progress, home_.clock().now())) {
            break;
        }
        constexpr Duration say_again = 10s;  // where nothing changes
        const auto over = closed_logs(progress);
        if (std::exchange(said, over) != over || home_.clock().now() - said_at >= say_again) {
            said_at = home_.clock().now();
            ports_.log.info("closing: {} of {} logs, {:.1f} s", over, closing->logs.size(),
                            std::chrono::duration<double>(said_at - began).count());
        }
    }
}

awaitable<void> TopicService::close_on_pool(std::shared_ptr<Closing> closing) {
    auto close = [log = ports_.log, closing](std::size_t i) {
        auto& one = closing->logs[i];
        const auto closed = one.log->close();
        one.closed = closed.has_value();
        one.closed_offsets = offsets_of_log(*one.log, one.offsets.directory);
        if (!closed) {
            log.error("{}: {}", one.log->partition(), closed.error().message);
        }
        one.over = true;
        ++closing->over_in[one.offsets.directory];
    };
    auto goes_on = [] { return true; };
    co_await on_pool(home_, closing->by_directory, storage().recovery_threads_per_dir, close,
                     goes_on);
}

/// Each directory's on its own: this waits for none that hangs. Twice, for those that keep the
/// offsets of a log that has left them until the other directory has them.
awaitable<void> TopicService::write_last_offsets(std::shared_ptr<Closing> closing) {
    std::vector<log::LogOffsets> offsets;
    for (const auto& one : closing->logs) {
        const bool over = one.over;
        offsets.push_back(over ? one.closed_offsets : one.offsets);
        if (!over || !one.closed) {
            closing->given_up.insert(one.offsets.directory);
        }
    }
    co_await checkpoints_.write(offsets);
    const auto unwritten = co_await checkpoints_.write(std::move(offsets));
    for (const auto& use : ports_.dirs.known()) {
        const auto found = unwritten.find(use.path);
        if (found == unwritten.end()) {
            continue;
        }
        ports_.log.error("{}: the next start will check its logs, and may find deleted records: {}",
                         use.path.string(), found->second.message);
        closing->given_up.insert(use.index);
        if (ports_.dirs.is_well(use.index)) {
            closing->unwritten.insert(use.index);
        }
    }
    stages_.try_emplace("offsets", home_, checkpoints_.join());
}

/// Side by side: a disk that hangs keeps no other directory's mark back.
void TopicService::begin_marks() {
    for (std::size_t i = 0; i < ports_.dirs.count(); ++i) {
        if (!closing_->given_up.contains(i)) {
            stages_.try_emplace(marking_stage(i), home_, mark_clean(i));
        }
    }
}

awaitable<void> TopicService::mark_clean(std::size_t directory) {
    auto mark = [this, directory] {
        if (auto marked = ports_.dirs.mark_clean(directory); !marked) {
            ports_.log.error("the next start will check the logs: {}", marked.error().message);
        }
    };
    co_await runtime::run_blocking(home_, std::move(mark));
}

/// An error names the directories that still hang.
awaitable<Result<void>> TopicService::await_marks(std::shared_ptr<Closing> closing, Time until) {
    until = StopTimes::at_least_a_moment(until, home_.clock().now());
    std::set<std::size_t> hanging;
    for (std::size_t i = 0; i < ports_.dirs.count(); ++i) {
        const auto marking = stages_.find(marking_stage(i));
        if (marking != stages_.end() && !co_await marking->second.ended_by(until)) {
            hanging.insert(i);
        }
    }
    const auto progress = closing->progress();
    const bool written = stages_.find("offsets")->second.has_ended();
    std::string names;
    for (std::size_t i = 0; i < progress.size(); ++i) {
        const bool waits_for_offsets = !written && closing->unwritten.contains(i);
        if (progress[i].closed < progress[i].logs || waits_for_offsets || hanging.contains(i)) {
            names += (names.empty() ? "" : ", ") + ports_.dirs.path_of(i).string();
        }
    }
    if (names.empty()) {
        co_return Result<void>();
    }
    co_return fail(ErrorCode::kafka_storage_error,
                   "the disk of {} hangs: what is there is not closed in order, and the next start "
                   "checks it",
                   names);
}

}  // namespace barnabas::broker
