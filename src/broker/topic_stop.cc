// How the topic service ends: every log is closed in order, and the directories say so.
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
    std::size_t directory = 0;
    std::atomic<bool> closed = false;
};

awaitable<void> TopicService::stop() {
    stopping_ = true;
    stop_signal_.notify_all();
    co_await upkeep_.join();
    const Turn turn = co_await take_turn();
    if (!logs_open_) {
        co_return;  // a start that failed: of logs that were not looked at nothing may be said
    }
    logs_open_ = false;
    // What is written or synced after the logs are closed would be nobody's, and so would an error.
    co_await checkpoints_.join();
    for (auto& shard : ports_.services.shards) {
        auto end_syncs = [&shard] { return shard->flusher.join(); };
        co_await runtime::await_on(home_, shard->shard, end_syncs);
    }
    PartitionTable::Wanted all = [](const replication::Partition&) { return true; };
    auto taken = co_await take_logs(std::move(all));
    if (ports_.dirs.temporary()) {
        co_return;  // they go with their directory: nobody opens them again
    }
    std::deque<ClosingLog> logs;
    for (auto& log : taken) {
        auto& closing = logs.emplace_back();
        closing.directory = ports_.dirs.directory_of(log->partition());
        closing.log = std::move(log);
    }
    co_await close_logs(logs);
    auto leave_marks = [this, &logs] {
        std::set<std::size_t> not_closed;  // directories
        std::vector<log::LogOffsets> offsets;
        for (const auto& closing : logs) {
            const auto& log = *closing.log;
            offsets.push_back({.partition = log.partition(),
                               .directory = closing.directory,
                               .recovery_point = log.recovery_point(),
                               .log_start = log.log_start(),
                               .high_watermark = log.high_watermark()});
            if (!closing.closed) {
                not_closed.insert(closing.directory);
            }
        }
        if (auto written = ports_.dirs.write_checkpoints(offsets); !written) {
            ports_.log.error("the next start will check the logs, and may find deleted records: {}",
                             written.error().message);
        }
        if (auto marked = ports_.dirs.mark_clean(not_closed); !marked) {
            ports_.log.error("the next start will check the logs: {}", marked.error().message);
        }
    };
    co_await runtime::run_blocking(home_, std::move(leave_marks));
}

/// Directories and logs side by side on the blocking pool.
awaitable<void> TopicService::close_logs(std::deque<ClosingLog>& logs) {
    std::map<std::size_t, WorkList> by_directory;
    for (std::size_t i = 0; i < logs.size(); ++i) {
        by_directory[logs[i].directory].push_back(i);
    }
    const Time began = home_.clock().now();
    std::atomic<std::size_t> done = 0;
    auto close = [this, &logs, &done](std::size_t i) {
        const auto closed = logs[i].log->close();
        logs[i].closed = closed.has_value();
        if (!closed) {
            ports_.log.error("{}: {}", logs[i].log->partition(), closed.error().message);
        }
        ++done;
    };
    auto tick = [this, &logs, &done, began] {
        ports_.log.info("closing: {} of {} logs, {:.1f} s", done.load(), logs.size(),
                        std::chrono::duration<double>(home_.clock().now() - began).count());
    };
    co_await on_pool(home_, lists_of(std::move(by_directory)), storage().recovery_threads_per_dir,
                     close, tick);
}

}  // namespace barnabas::broker
