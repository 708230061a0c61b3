#include "broker/coordinators/coordinator_partition.h"

#include "broker/coordinators/coordinators.h"
#include "broker/coordinators/load_progress.h"

#include <utility>

namespace barnabas::broker {
namespace {

/// What is due and could not be done is tried again after this.
constexpr Duration retry_pause = 10ms;

}  // namespace

CoordinatorPartition::CoordinatorPartition(Services& services, StatePartition::Where where)
    : services_(services), partition_(where), changed_(where.shard.shard) {}

Result<void> CoordinatorPartition::check() const {
    switch (state_) {
        case State::loading:
            return fail(ErrorCode::coordinator_load_in_progress,
                        "{} is still being read; ask again", partition_.partition_name());
        case State::active:
            return {};
        case State::over:
            return fail(ErrorCode::not_coordinator, "this broker does not coordinate {}",
                        partition_.partition_name());
    }
    std::unreachable();
}

awaitable<Result<void>> CoordinatorPartition::may_decide(Time until) {
    auto ready = check();
    if (ready) {
        ready = co_await partition_.ready(until);
    }
    // It may have been given up while it waited.
    co_return ready ? check() : ready;
}

awaitable<Result<void>> CoordinatorPartition::settled(Offset end, Time until) {
    if (auto serves = check(); !serves) {
        co_return serves;
    }
    if (end == no_offset) {
        co_return fail(ErrorCode::not_coordinator, "the coordinator's partition is gone");
    }
    if (partition_.is_committed(end)) {
        co_return Result<void>();
    }
    co_return co_await partition_.committed(end, until);
}

void CoordinatorPartition::give_up() {
    if (std::exchange(state_, State::over) != State::over) {
        on_given_up();
        changed_.notify_all();
        shard().coordinators->load_slots().look_again();
    }
}

awaitable<bool> CoordinatorPartition::load() {
    LoadProgress progress(now().steady);
    const auto name = partition_.partition_name();
    StatePartition::Take take = [this, &progress, &name](const StateBatch& batch) {
        const auto said =
            progress.on_batch(batch.records.size(), batch.end, partition_.end(), now().steady);
        if (said) {
            log().info("{} is being read: {}; its clients are told to come again", name, *said);
        }
        return replay(batch);
    };
    auto is_over = [this] { return state_ == State::over; };
    const auto loaded = co_await partition_.load(std::move(take), is_over);
    if (state_ == State::over) {
        co_return false;
    }
    if (!loaded) {
        log().error("{} cannot be read, and what it coordinates is not served: {}", name,
                    loaded.error().message);
        give_up();
        co_return false;
    }
    state_ = State::active;
    on_loaded(now());
    if (progress.records() == 0) {
        log().debug("{} is served", name);
    } else {
        log().info("{} is served: {} records read in {} ms", name, progress.records(),
                   progress.took_ms(now().steady));
    }
    co_return true;
}

awaitable<void> CoordinatorPartition::run() {
    const auto self = shared_from_this();
    {
        auto is_over = [this] { return state_ == State::over; };
        auto& slots = shard().coordinators->load_slots();
        const auto slot = co_await slots.take(partition_.directory(), is_over);
        if (!slot || !co_await load()) {
            co_return;
        }
    }
    while (is_active()) {
        const Time due = next_wake();
        if (due > now().steady) {
            co_await changed_.wait_until(due);
            continue;
        }
        co_await wake(now());
        if (is_active() && next_wake() <= now().steady) {
            co_await changed_.wait_until(now().steady + retry_pause);
        }
    }
}

}  // namespace barnabas::broker
