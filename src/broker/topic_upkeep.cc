// What happens to the logs while nobody asks: flushes, retention, checkpoints, removals.
#include "broker/topic_service.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::broker {
namespace {

bool same_offsets(const log::LogOffsets& a, const log::LogOffsets& b) {
    return a.partition == b.partition && a.directory == b.directory &&
           a.recovery_point == b.recovery_point && a.log_start == b.log_start &&
           a.high_watermark == b.high_watermark;
}

}  // namespace

awaitable<void> TopicService::run_upkeep() {
    Time last = home_.clock().now();
    Time retention_due = last + storage().retention_check_interval;
    Time expiration_due = last + storage().producer_expiration_check_interval;
    while (!stopping_) {
        co_await stop_signal_.wait_until(std::min(next_round(last), next_room_check()));
        if (stopping_) {
            break;
        }
        co_await check_room();
        const Time now = home_.clock().now();
        if (now < next_round(last)) {
            continue;
        }
        last = now;
        const Duties duties{.retention = now >= retention_due, .expiration = now >= expiration_due};
        if (duties.retention) {
            retention_due = now + storage().retention_check_interval;
        }
        if (duties.expiration) {
            expiration_due = now + storage().producer_expiration_check_interval;
        }
        co_await upkeep_round(duties);
    }
}

/// Looked up anew after each wait: a dynamic change replaces the settings.
const StorageConfig& TopicService::storage() const {
    return ports_.services.shards.front()->settings->config.storage;
}

Time TopicService::next_round(Time last) const {
    Time next =
        last + std::min({storage().high_watermark_checkpoint_interval,
                         storage().retention_check_interval, storage().flush_scheduler_interval,
                         storage().producer_expiration_check_interval});
    for (const auto& doomed : doomed_folders_) {
        next = std::min(next, doomed.when);
    }
    return next;
}

awaitable<void> TopicService::upkeep_round(Duties duties) {
    for (auto& shard : ports_.services.shards) {
        if (duties.retention) {
            co_await prepare_retention(*shard);
        }
        const bool waits = co_await maintain(*shard, duties);
        co_await flush_due_logs(*shard);
        if (waits) {
            co_await maintain(*shard, {.retention = true});
        }
    }
    co_await write_checkpoints();
    co_await remove_doomed();
}

/// Producers' snapshots may not be in memory: no shard is to wait for them.
awaitable<void> TopicService::prepare_retention(BrokerShard& shard) {
    std::vector<log::ColdPart> parts;
    auto gather = [&shard, &parts, now = home_.clock().both()] {
        shard.partitions.for_each([&](replication::Partition& partition) {
            std::ranges::move(partition.log().retention_reads(now), std::back_inserter(parts));
        });
    };
    co_await runtime::call_on(home_, shard.shard, gather);
    if (parts.empty()) {
        co_return;
    }
    auto read = [&parts] {
        for (const auto& part : parts) {
            ignore(part.bring_in(), "retention says what is wrong");
        }
    };
    co_await runtime::run_blocking(home_, std::move(read));
}

/// True if retention waits for a flush somewhere.
awaitable<bool> TopicService::maintain(BrokerShard& shard, Duties duties) {
    const Now now = home_.clock().both();
    const auto expiration_ms = storage().producer_expiration / 1ms;
    std::vector<DoomedSegment> deleted;
    bool waits = false;
    auto work = [&] {
        shard.partitions.for_each([&](replication::Partition& partition) {
            auto& log = partition.log();
            if (duties.expiration) {
                log.expire_producers(now.wall - expiration_ms);
            }
            log.close_idle_files();
            const auto report = [&](const auto& done) {
                if (!done && !log.is_broken()) {
                    ports_.log.error("{}: {}", partition.name(), done.error().message);
                }
            };
            report(log.roll_if_due(now));
            // Also after a roll that failed: on a full disk each one does, and this makes room.
            if (duties.retention) {
                report(log.apply_retention(now));
                waits = waits || log.deletion_waits();
            }
            for (auto& segment : log.take_deleted()) {
                deleted.push_back({.when = removal_due(now.steady, log.config()),
                                   .directory = log.folder().parent_path(),
                                   .segment = std::move(segment)});
            }
        });
    };
    co_await runtime::call_on(home_, shard.shard, work);
    std::ranges::move(deleted, std::back_inserter(doomed_segments_));
    co_return waits;
}

awaitable<void> TopicService::flush_due_logs(BrokerShard& shard) {
    const Now now = home_.clock().both();
    auto flush = [&shard, now]() -> awaitable<std::vector<Flusher::Wanted>> {
        std::vector<Flusher::Wanted> due;
        shard.partitions.for_each([&](const replication::Partition& partition) {
            if (partition.log().flush_due(now)) {
                due.push_back({.topic = partition.id(),
                               .partition = partition.name().partition,
                               .end = partition.log().log_end()});
            }
        });
        return shard.flusher.flush(std::move(due), now.steady + Flusher::patience);
    };
    const auto flushed = co_await runtime::await_on(home_, shard.shard, flush);
    // That a whole directory has failed is said once, when it is taken offline.
    auto report = [this, &shard, &flushed] {
        for (const auto& one : flushed) {
            const auto* partition = shard.partitions.find(one.topic, one.partition);
            if (one.error && partition != nullptr && !partition->log().is_broken()) {
                ports_.log.error("{} cannot be flushed: {}", partition->name(), one.error->message);
            }
        }
    };
    co_await runtime::call_on(home_, shard.shard, report);
}

awaitable<std::vector<log::LogOffsets>> TopicService::gather_offsets() {
    std::vector<log::LogOffsets> offsets;
    for (auto& shard : ports_.services.shards) {
        auto gather = [&] {
            shard->partitions.for_each([&](const replication::Partition& partition) {
                const auto& log = partition.log();
                offsets.push_back({.partition = partition.name(),
                                   .recovery_point = log.recovery_point(),
                                   .log_start = log.log_start(),
                                   .high_watermark = log.high_watermark()});
            });
        };
        co_await runtime::call_on(home_, shard->shard, gather);
    }
    for (auto& log : offsets) {
        log.directory = ports_.dirs.directory_of(log.partition);
    }
    std::ranges::sort(offsets, {}, &log::LogOffsets::partition);
    co_return offsets;
}

awaitable<log::LogDirs::Unwritten> TopicService::write_checkpoints() {
    const Turn turn = co_await take_turn();
    co_return co_await save_offsets();
}

/// Nothing after stop(), which has written them: of no logs there are no offsets.
awaitable<log::LogDirs::Unwritten> TopicService::save_offsets() {
    if (!logs_open_) {
        co_return log::LogDirs::Unwritten();
    }
    auto offsets = co_await gather_offsets();
    if (std::ranges::equal(offsets, checkpointed_, same_offsets)) {
        co_return ports_.dirs.unwritten();
    }
    auto write = [this, &offsets] { return ports_.dirs.write_checkpoints(offsets); };
    const auto written = co_await runtime::run_blocking(home_, std::move(write));
    if (written) {
        checkpointed_ = std::move(offsets);
    } else if (ports_.dirs.failed().empty()) {  // else it is taken offline: that is said once
        ports_.log.error(
            "checkpoints cannot be written: {}; until they are, the next start after a crash reads "
            "more, and may find records that were deleted",
            written.error().message);
    }
    co_return ports_.dirs.unwritten();
}

awaitable<void> TopicService::remove_doomed() {
    const Time now = home_.clock().now();
    std::vector<runtime::Path> folders;
    std::erase_if(doomed_folders_, [&](auto& doomed) {
        if (doomed.when > now) {
            return false;
        }
        folders.push_back(std::move(doomed.folder));
        return true;
    });
    std::vector<std::unique_ptr<log::Segment>> segments;
    std::erase_if(doomed_segments_, [&](auto& doomed) {
        if (doomed.when > now) {
            return false;
        }
        segments.push_back(std::move(doomed.segment));
        return true;
    });
    if (folders.empty() && segments.empty()) {
        co_return;
    }
    auto remove = [this, &folders, &segments] {
        for (const auto& folder : folders) {
            if (auto removed = ports_.dirs.remove_folder(folder); !removed) {
                ports_.log.error("{}", removed.error().message);
            }
        }
        for (auto& segment : segments) {
            if (auto removed = segment->remove(); !removed) {
                ports_.log.error("{}", removed.error().message);
            }
        }
        return true;
    };
    co_await runtime::run_blocking(home_, std::move(remove));
}

}  // namespace barnabas::broker
