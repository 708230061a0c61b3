#include "broker/flusher.h"

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
    while (!wanted->error) {
        const auto* partition = partitions_.find(key.first, key.second);
        if (partition == nullptr) {
            wanted->error = {.code = ErrorCode::not_leader_or_follower,
                             .message = "its log was closed before it was synced"};
            break;
        }
        if (partition->log().log_end() < wanted->end) {
            wanted->error = {.code = ErrorCode::not_leader_or_follower,
                             .message = "its log was cut before it was synced"};
            break;
        }
        if (partition->log().recovery_point() >= wanted->end &&
            !partition->log().deletion_waits()) {
            break;
        }
        if (auto well = partition->log().check_health(); !well) {
            wanted->error = std::move(well.error());
            break;
        }
        const auto found = under_way_.find(key);
        const auto round = found == under_way_.end() ? begin_round(key) : found->second;
        while (!round->over && co_await round->ended.wait_until(until)) {
        }
        if (!round->over) {
            wanted->error = {.code = ErrorCode::request_timed_out,
                             .message =
                                 "its disk takes too long to sync the records; they may "
                                 "be on it later"};
        } else if (round->error) {
            // What a sync could not write may be gone for good: no later one makes up for it.
            wanted->error = round->error;
        }
    }
}

std::shared_ptr<Flusher::Round> Flusher::begin_round(const Key& key) {
    auto round = std::make_shared<Round>(shard_);
    under_way_.emplace(key, round);
    rounds_.spawn(run_round(key, round));
    return round;
}

awaitable<void> Flusher::run_round(Key key, std::shared_ptr<Round> round) {
    round->error = co_await sync(key);
    round->over = true;
    under_way_.erase(key);
    round->ended.notify_all();
}

awaitable<std::optional<Error>> Flusher::sync(Key key) {
    const auto folder = partitions_.find(key.first, key.second)->log().folder();
    std::size_t& syncing = syncing_[folder.parent_path()];
    while (syncing >= at_once_max) {
        co_await slot_freed_.wait_until(never);  // who waits for the round has a deadline
    }
    ++syncing;
    auto error = co_await sync_now(key);
    --syncing;
    slot_freed_.notify_all();
    co_return error;
}

std::size_t Flusher::syncing(const runtime::Path& directory) const {
    const auto found = syncing_.find(directory);
    return found == syncing_.end() ? 0 : found->second;
}

/// It may have waited: its log may be gone.
awaitable<std::optional<Error>> Flusher::sync_now(Key key) {
    auto* waiting = partitions_.find(key.first, key.second);
    if (waiting == nullptr) {
        co_return Error{.code = ErrorCode::not_leader_or_follower,
                        .message = "its log was closed before it was synced"};
    }
    auto plan = waiting->log().begin_flush();
    std::optional<Error> failed;
    if (!plan) {
        failed = std::move(plan.error());
        if (!waiting->log().deletion_waits()) {
            co_return failed;
        }
        plan = waiting->log().begin_flush_for_deletion();
    }
    auto work = [&plan] { return plan->sync(); };
    auto synced = co_await runtime::run_blocking(shard_, work);
    if (!synced) {
        co_return std::move(synced.error());
    }
    if (auto* partition = partitions_.find(key.first, key.second)) {
        partition->log().flushed(*plan, shard_.clock().both());
    }
    co_return failed;
}

}  // namespace barnabas::broker
