// What happens to the logs while nobody asks: flushes, retention, checkpoints, removals.
#include "broker/topic_service.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::broker {
namespace {

/// All checkpoints are written together, where they have changed: as often as the one that is
/// wanted most often.
Duration checkpoints_within(const StorageConfig& storage, Duration round) {
    return std::min({round, storage.recovery_point_checkpoint_interval.value_or(round),
                     storage.log_start_checkpoint_interval.value_or(round)});
}

}  // namespace

void TopicService::start_upkeep() {
    for (std::size_t i = 0; i < ports_.dirs.count(); ++i) {
        upkeep_.spawn(keep_up(i));
    }
    upkeep_.spawn(keep_checkpoints());
}

/// Retention and flush.ms begin after log.initial.task.delay.ms, as in Kafka's LogManager.
awaitable<void> TopicService::keep_up(std::size_t directory) {
    const Time began = home_.clock().now();
    const Time tasks_begin = after_ms(began, storage().initial_task_delay / 1ms);
    Time last = began;
    Time retention_due = tasks_begin;
    Time expiration_due = last + storage().producer_expiration_check_interval;
    const auto next = [&] {
        return std::min({next_round(last), next_removal(directory), retention_due});
    };
    while (!stopping_) {
        co_await stop_signal_.wait_until(std::min(next(), next_room_check()));
        if (stopping_) {
            break;
        }
        co_await check_room(directory);
        const Time now = home_.clock().now();
        if (now < next()) {
            continue;
        }
        last = now;
        const Duties duties{.retention = now >= retention_due,
                            .flushes_as_of = now >= tasks_begin ? never : began,
                            .expiration = now >= expiration_due,
                            .expiration_ms = storage().producer_expiration / 1ms};
        if (duties.retention) {
            retention_due = now + storage().retention_check_interval;
        }
        if (duties.expiration) {
            expiration_due = now + storage().producer_expiration_check_interval;
        }
        co_await upkeep_round(directory, duties);
    }
}

awaitable<void> TopicService::keep_checkpoints() {
    while (!stopping_) {
        const Time now = home_.clock().now();
        const Time next = now + checkpoints_within(storage(), next_round(now) - now);
        while (!stopping_ && home_.clock().now() < next) {
            co_await stop_signal_.wait_until(next);
        }
        if (!stopping_) {
            co_await write_checkpoints();
        }
    }
}

/// Looked up anew after each wait: a dynamic change replaces the settings.
const StorageConfig& TopicService::storage() const {
    return ports_.services.shards.front()->settings->config.storage;
}

Time TopicService::next_round(Time last) const {
    return last + std::min({storage().high_watermark_checkpoint_interval,
                            storage().retention_check_interval, storage().flush_scheduler_interval,
                            storage().producer_expiration_check_interval});
}

Time TopicService::next_removal(std::size_t directory) const {
    Time next = never;
    for (const auto& doomed : doomed_folders_) {
        if (doomed.folder.parent_path() == ports_.dirs.path_of(directory)) {
            next = std::min(next, doomed.when);
        }
    }
    return next;
}

awaitable<void> TopicService::upkeep_round(std::size_t directory, Duties duties) {
    const auto health = ports_.dirs.health_of(directory);
    for (auto& shard : ports_.services.shards) {
        if (stopping_) {
            co_return;
        }
        const bool prepared = co_await prepare_upkeep(*shard, directory, duties);
        if (stopping_) {
            co_return;
        }
        auto is_stopping = [&shard] { return shard->stopping; };
        if (!prepared && co_await runtime::call_on(home_, shard->shard, is_stopping)) {
            co_return;  // that is why; flushes would wait for the disk once more
        }
        bool waits = false;
        if (prepared) {
            waits = co_await maintain(*shard, health, duties);
        } else {
            ports_.log.warn(
                "{} takes too long to read what an upkeep of its logs looks at, or to take a "
                "change; "
                "no segment is begun or given up there until it does",
                ports_.dirs.path_of(directory).string());
        }
        co_await flush_due_logs(*shard, health, duties);
        if (waits) {
            co_await maintain(*shard, health, {.retention = true});
        }
    }
    co_await remove_doomed(directory);
}

/// What an upkeep reads may not be in memory, of producers' snapshots and of the ends of segments
/// that it rolls: no shard is to wait for it. False: it has not come in time; then the shard would
/// wait. Nor is one to wait for a disk that hangs with what an upkeep creates and renames: if there
/// is anything of that, the disk has to take a small change first.
awaitable<bool> TopicService::prepare_upkeep(BrokerShard& shard, std::size_t directory,
                                             Duties duties) {
    const auto health = ports_.dirs.health_of(directory);
    bool changes_files = false;
    std::vector<log::ColdPart> parts;
    std::vector<FirstAppends::Ticket> rolls;
    auto gather = [&, now = home_.clock().both()] {
        shard.partitions.for_each([&](replication::Partition& partition) {
            auto& log = partition.log();
            if (log.health() != health) {
                return;
            }
            if (duties.retention) {
                std::ranges::move(log.retention_reads(now), std::back_inserter(parts));
            }
            // Of an error the upkeep itself speaks.
            const auto due = log.wants_upkeep(now, duties.retention);
            changes_files = changes_files || !due || *due;
            if (due && *due && log.append_may_wait()) {
                rolls.push_back(shard.first_appends.enqueue(partition, {}, [] {}));
            }
        });
    };
    co_await runtime::call_on(home_, shard.shard, gather);
    const Time until = home_.clock().now() + Flusher::patience;
    auto read = [&shard, &parts, until] {
        return shard.cold_reads.bring_in(std::move(parts), until);
    };
    bool all_came = true;
    if (!parts.empty()) {
        all_came = co_await runtime::await_on(home_, shard.shard, read);
    }
    for (auto& roll : rolls) {
        auto wait = [&shard, &roll, until] {
            return shard.first_appends.wait(std::move(roll), until);
        };
        const bool came = co_await runtime::await_on(home_, shard.shard, wait);
        all_came = all_came && came;
    }
    co_return all_came && (!changes_files || co_await takes_changes(directory));
}

awaitable<bool> TopicService::takes_changes(std::size_t directory) {
    const Time began = home_.clock().now();
    DirectoryAsker::Question change = [this](auto i) { ports_.dirs.try_out(i); };
    const auto answered = co_await asked_before_changes_.ask(std::move(change), never, directory);
    const Time now = home_.clock().now();
    ports_.dirs.health_of(directory)->note_pace(now - began, now);
    co_return answered.contains(directory);
}

/// True if retention waits for a flush somewhere.
awaitable<bool> TopicService::maintain(BrokerShard& shard, Health health, Duties duties) {
    const Now now = home_.clock().both();
    std::vector<DoomedSegment> deleted;
    bool waits = false;
    auto work = [&] {
        shard.partitions.for_each([&](replication::Partition& partition) {
            auto& log = partition.log();
            if (log.health() != health) {
                return;
            }
            maintain_log(log, duties, now);
            waits = waits || (duties.retention && log.deletion_waits());
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

/// On the log's shard.
void TopicService::maintain_log(log::Log& log, Duties duties, Now now) {
    const auto report = [this, &log](const auto& done) {
        if (!done && !log.is_broken()) {
            ports_.log.error("{}: {}", log.partition(), done.error().message);
        }
    };
    if (duties.expiration) {
        log.expire_producers(now.wall - duties.expiration_ms);
    }
    log.close_idle_files();
    report(log.roll_if_due(now));
    // Also after a roll that failed: on a full disk each one does, and this makes room.
    if (duties.retention) {
        report(log.apply_retention(now));
    }
}

/// What else is due than by time, sealed segments say, is due at once.
awaitable<void> TopicService::flush_due_logs(BrokerShard& shard, Health health, Duties duties) {
    const Now now = home_.clock().both();
    const Now as_of{.steady = std::min(now.steady, duties.flushes_as_of), .wall = now.wall};
    auto flush = [&shard, &health, now, as_of]() -> awaitable<std::vector<Flusher::Wanted>> {
        std::vector<Flusher::Wanted> due;
        shard.partitions.for_each([&](const replication::Partition& partition) {
            if (partition.log().health() == health && partition.log().flush_due(as_of)) {
                due.push_back({.topic = partition.id(),
                               .partition = partition.name().partition,
                               .to = partition.all()});
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
    const auto turn = co_await take_turn();
    if (turn) {
        co_return co_await save_offsets();
    }
    if (!stopping_) {
        ports_.log.warn("checkpoints are not written: {}", turn.error().message);
    }
    log::LogDirs::Unwritten unwritten;
    for (const auto& use : ports_.dirs.known()) {
        unwritten.emplace(use.path, turn.error());
    }
    co_return unwritten;
}

/// Nothing after stop(), which has written them, or has begun to take the logs that are gathered
/// here: of no logs there are no offsets.
awaitable<log::LogDirs::Unwritten> TopicService::save_offsets() {
    std::vector<log::LogOffsets> offsets;
    if (logs_open_) {
        offsets = co_await gather_offsets();
    }
    if (!logs_open_) {
        co_return log::LogDirs::Unwritten();
    }
    co_return co_await checkpoints_.write(std::move(offsets));
}

awaitable<void> TopicService::remove_doomed(std::size_t directory) {
    const Time now = home_.clock().now();
    const auto& path = ports_.dirs.path_of(directory);
    std::vector<runtime::Path> folders;
    std::erase_if(doomed_folders_, [&](auto& doomed) {
        if (doomed.when > now || doomed.folder.parent_path() != path) {
            return false;
        }
        folders.push_back(std::move(doomed.folder));
        return true;
    });
    std::vector<std::unique_ptr<log::Segment>> segments;
    std::erase_if(doomed_segments_, [&](auto& doomed) {
        if (doomed.when > now || doomed.directory != path) {
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
