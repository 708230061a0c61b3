// How the topic service ends: every log is closed in order, and the directories say so.
#include "broker/ended_by.h"
#include "broker/on_pool.h"
#include "broker/topic_service.h"

#include <atomic>
#include <chrono>
#include <map>
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
    std::deque<ClosingLog> logs;
    std::atomic<std::size_t> done = 0;
};

namespace {

log::LogOffsets offsets_of_log(const log::Log& log, std::size_t directory) {
    return {.partition = log.partition(),
            .directory = directory,
            .recovery_point = log.recovery_point(),
            .log_start = log.log_start(),
            .high_watermark = log.high_watermark()};
}

}  // namespace

/// Nobody takes a turn any more: the change that is under way is the last.
awaitable<bool> TopicService::end_changes(Time until) {
    while (busy_ && co_await turn_.wait_until(until)) {
    }
    co_return !busy_;
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

awaitable<Result<void>> TopicService::stop(Time until) {
    stopping_ = true;
    stop_signal_.notify_all();
    turn_.notify_all();
    // What hangs is in directories whose logs cannot be closed either: the others' are.
    bool all_ended = co_await ended_by(home_, upkeep_.join(), until);
    if (!co_await end_changes(until)) {
        co_return fail(ErrorCode::kafka_storage_error,
                       "a change of topics, configurations or log directories waits for a disk: no "
                       "log is closed in order, and the next start checks them");
    }
    all_ended = co_await ended_by(home_, end_writes(), until) && all_ended;
    auto closed = co_await close_all();
    if (closed && !all_ended) {
        closed = fail(ErrorCode::kafka_storage_error,
                      "work on a log directory that was begun before the stop still waits for its "
                      "disk");
    }
    co_return closed;
}

awaitable<Result<void>> TopicService::close_all() {
    if (!std::exchange(logs_open_, false)) {
        // A start that failed: of logs that were not looked at nothing may be said. Or closed
        // before, and only what hung then is waited for.
        const Time until = home_.clock().now() + Flusher::patience;
        if (marking_ && !co_await marking_->ended_by(until)) {
            co_return fail(ErrorCode::kafka_storage_error,
                           "the marks of an orderly stop still wait for their disk");
        }
        co_return Result<void>();
    }
    PartitionTable::Wanted all = [](const replication::Partition&) { return true; };
    auto taken = co_await take_logs(std::move(all));
    if (ports_.dirs.temporary()) {
        co_return Result<void>();  // they go with their directory: nobody opens them again
    }
    auto closing = std::make_shared<Closing>();
    for (auto& log : taken) {
        auto& one = closing->logs.emplace_back();
        one.offsets = offsets_of_log(*log, ports_.dirs.directory_of(log->partition()));
        one.log = std::move(log);
    }
    co_await close_logs(closing);
    co_return co_await leave_marks(closing);
}

/// Directories and logs side by side on the blocking pool, for as long as any of them is closed
/// within a minute.
awaitable<void> TopicService::close_logs(std::shared_ptr<Closing> closing) {
    std::map<std::size_t, WorkList> by_directory;
    for (std::size_t i = 0; i < closing->logs.size(); ++i) {
        by_directory[closing->logs[i].offsets.directory].push_back(i);
    }
    const Time began = home_.clock().now();
    auto close = [log = ports_.log, closing](std::size_t i) {
        auto& one = closing->logs[i];
        const auto closed = one.log->close();
        one.closed = closed.has_value();
        one.closed_offsets = offsets_of_log(*one.log, one.offsets.directory);
        if (!closed) {
            log.error("{}: {}", one.log->partition(), closed.error().message);
        }
        one.over = true;
        ++closing->done;
    };
    auto goes_on = [this, &closing, began, seen = std::size_t{0}, at = began,
                    said = began]() mutable {
        constexpr Duration say_again = 10s;  // where nothing changes
        const Time now = home_.clock().now();
        const auto done = closing->done.load();
        if (std::exchange(seen, done) != done) {
            at = now;
        }
        if (at == now || now - said >= say_again) {
            said = now;
            ports_.log.info("closing: {} of {} logs, {:.1f} s", done, closing->logs.size(),
                            std::chrono::duration<double>(now - began).count());
        }
        return now - at < Flusher::patience;
    };
    co_await on_pool(home_, lists_of(std::move(by_directory)), storage().recovery_threads_per_dir,
                     close, goes_on);
}

/// An error names the directories that still hang.
awaitable<Result<void>> TopicService::leave_marks(std::shared_ptr<Closing> closing) {
    std::set<std::size_t> not_closed;
    std::set<std::size_t> hanging;
    std::vector<log::LogOffsets> offsets;
    for (const auto& one : closing->logs) {
        const bool over = one.over;
        offsets.push_back(over ? one.closed_offsets : one.offsets);
        if (!over) {
            hanging.insert(one.offsets.directory);
        }
        if (!over || !one.closed) {
            not_closed.insert(one.offsets.directory);
        }
    }
    // Each directory's on its own: this waits for none that hangs. Twice, for those that keep the
    // offsets of a log that has left them until the other directory has them.
    co_await checkpoints_.write(offsets);
    const auto unwritten = co_await checkpoints_.write(std::move(offsets));
    for (const auto& [directory, why] : unwritten) {
        ports_.log.error("{}: the next start will check its logs, and may find deleted records: {}",
                         directory.string(), why.message);
    }
    const Time until = home_.clock().now() + Flusher::patience;
    marking_.emplace(home_, mark_clean(std::move(not_closed)));
    const bool marked = co_await marking_->ended_by(until);
    if (marked && hanging.empty()) {
        co_return Result<void>();
    }
    std::string names;
    for (const auto directory : hanging) {
        names += (names.empty() ? "" : ", ") + ports_.dirs.path_of(directory).string();
    }
    co_return fail(ErrorCode::kafka_storage_error,
                   "the disk of {} takes longer than {} s to close a log; the next start checks "
                   "the logs there",
                   hanging.empty() ? "a log directory" : names, Flusher::patience / 1s);
}

awaitable<void> TopicService::mark_clean(std::set<std::size_t> not_closed) {
    auto mark = [this, not_closed = std::move(not_closed)] {
        if (auto marked = ports_.dirs.mark_clean(not_closed); !marked) {
            ports_.log.error("the next start will check the logs: {}", marked.error().message);
        }
    };
    co_await runtime::run_blocking(home_, std::move(mark));
}

}  // namespace barnabas::broker
