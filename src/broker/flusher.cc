#include "broker/flusher.h"

#include <utility>

namespace barnabas::broker {

awaitable<std::vector<Flusher::Wanted>> Flusher::flush(std::vector<Wanted> wanted, Time until) {
    if (wanted.size() == 1) {
        co_await flush_one(&wanted.front(), until);
        co_return wanted;
    }
    runtime::TaskGroup all(shard_);
    for (auto& one : wanted) {
        all.spawn(flush_one(&one, until));
    }
    co_await all.join();
    co_return wanted;
}

/// A round that was under way when the records came may not hold them: the next one does.
awaitable<void> Flusher::flush_one(Wanted* wanted, Time until) {
    const Key key{wanted->topic, wanted->partition};
    const auto to = wanted->to;
    while (!wanted->error) {
        const auto* partition = partitions_.find(key.first, key.second);
        if (partition == nullptr) {
            wanted->error = {.code = ErrorCode::not_leader_or_follower,
                             .message = "its log was closed before it was synced"};
            break;
        }
        const auto& log = partition->log();
        if (log.log_end() < to.end || log.cuts() != to.cuts.value_or(log.cuts())) {
            wanted->error = {.code = ErrorCode::not_leader_or_follower,
                             .message = "its log was cut before it was synced"};
            break;
        }
        if (to.on_medium ? log.recovery_point() >= to.end && !log.deletion_waits()
                         : log.written_end() >= to.end) {
            break;
        }
        if (auto well = log.check_health(); !well) {
            wanted->error = std::move(well.error());
            break;
        }
        const auto round = round_of(key, to.on_medium);
        if (!co_await await_round(key, round, until)) {
            wanted->error = {.code = ErrorCode::request_timed_out,
                             .message =
                                 "its disk takes too long to sync the records; they may "
                                 "be on it later"};
        } else if (round->error) {
            // What a sync could not write may be gone for good: no later one makes up for it.
            wanted->error = round->error;
            wanted->disk_gave_out = std::exchange(round->disk_gave_out, false);
        }
    }
}

void Flusher::note_pace(const log::Log& log, const Round& round) const {
    if (const auto& health = log.health()) {
        const Time now = shard_.clock().now();
        health->note_pace(now - round.begun_at - sync_takes, now);
    }
}

awaitable<bool> Flusher::await_round(Key key, std::shared_ptr<Round> round, Time until) {
    const Time slow_at = round->begun_at + sync_takes + log::DirectoryHealth::patience + 1ms;
    while (!round->over && shard_.clock().now() < slow_at && slow_at < until) {
        co_await round->ended.wait_until(slow_at);
    }
    if (const auto* partition = partitions_.find(key.first, key.second)) {
        note_pace(partition->log(), *round);
    }
    while (!round->over && co_await round->ended.wait_until(until)) {
    }
    co_return round->over;
}

/// The one under way, whatever it does, or a new one.
std::shared_ptr<Flusher::Round> Flusher::round_of(const Key& key, bool on_medium) {
    if (const auto found = under_way_.find(key); found != under_way_.end()) {
        return found->second;
    }
    auto round = std::make_shared<Round>(shard_);
    under_way_.emplace(key, round);
    rounds_.spawn(run_round(key, round, on_medium));
    return round;
}

awaitable<void> Flusher::run_round(Key key, std::shared_ptr<Round> round, bool on_medium) {
    co_await carry_out(key, round, on_medium);
    round->over = true;
    under_way_.erase(key);
    round->ended.notify_all();
    start_next(key);
}

void Flusher::start_soon(const replication::Partition& partition) {
    if (partition.log().held_bytes() > 0) {
        start_next({partition.id(), partition.name().partition});
    }
}

/// Behind those who wait for the round that was, and begin one themselves.
void Flusher::start_next(const Key& key) {
    if (!joined_ && holds(key) && !under_way_.contains(key) && starting_.insert(key).second) {
        rounds_.spawn(start_later(key));
    }
}

awaitable<void> Flusher::start_later(Key key) {
    co_await runtime::suspend(shard_, [](runtime::Wakeup wake) { wake.post(); });
    starting_.erase(key);
    if (holds(key)) {
        const auto* partition = partitions_.find(key.first, key.second);
        round_of(key, partition->flushes_before_ack(true));
    }
}

bool Flusher::holds(const Key& key) const {
    const auto* partition = partitions_.find(key.first, key.second);
    return partition != nullptr && partition->log().held_bytes() > 0;
}

awaitable<bool> Flusher::settle(TopicId topic, PartitionId number, Time until) {
    const Key key{topic, number};
    while (const auto* partition = partitions_.find(topic, number)) {
        if (!partition->log().is_unsettled()) {
            break;
        }
        auto round = round_of(key, partition->flushes_before_ack(true));
        if (!co_await await_round(key, std::move(round), until)) {
            co_return false;
        }
    }
    co_return true;
}

awaitable<void> Flusher::carry_out(Key key, std::shared_ptr<Round> round, bool on_medium) {
    const auto folder = partitions_.find(key.first, key.second)->log().folder();
    std::size_t& syncing = syncing_[folder.parent_path()];
    while (syncing >= at_once_max) {
        co_await slot_freed_.wait_until(never);  // who waits for the round has a deadline
    }
    ++syncing;
    co_await carry_out_now(key, round, on_medium);
    --syncing;
    slot_freed_.notify_all();
}

/// It may have waited: its log may be gone.
awaitable<void> Flusher::carry_out_now(Key key, std::shared_ptr<Round> round, bool on_medium) {
    auto* partition = partitions_.find(key.first, key.second);
    if (partition == nullptr) {
        round->error = {.code = ErrorCode::not_leader_or_follower,
                        .message = "its log was closed before it was synced"};
        co_return;
    }
    round->error = co_await carry_out_plan(key, partition->log().begin_flush(), round, on_medium);
    partition = partitions_.find(key.first, key.second);
    if (round->error && partition != nullptr && partition->log().deletion_waits()) {
        // It would make the room that is missing.
        auto rest = partition->log().begin_flush_for_deletion();
        co_await carry_out_plan(key, std::move(rest), round, true);
    }
}

awaitable<std::optional<Error>> Flusher::carry_out_plan(Key key, Result<log::FlushPlan> plan,
                                                        std::shared_ptr<Round> round,
                                                        bool on_medium) {
    auto work = [&plan, on_medium]() -> Result<void> {
        if (!plan) {
            return std::unexpected(plan.error());
        }
        return on_medium ? plan->sync() : plan->write();
    };
    auto done = plan ? co_await runtime::run_blocking(shard_, work) : work();
    auto* const partition = partitions_.find(key.first, key.second);
    if (!done) {
        const bool news =
            partition != nullptr && partition->flush_failed(plan, shard_.clock().both());
        round->disk_gave_out = round->disk_gave_out || news;
        co_return std::move(done.error());
    }
    if (partition != nullptr) {
        partition->flushed(*plan, shard_.clock().both());
    }
    co_return std::nullopt;
}

std::size_t Flusher::syncing(const runtime::Path& directory) const {
    const auto found = syncing_.find(directory);
    return found == syncing_.end() ? 0 : found->second;
}

}  // namespace barnabas::broker
