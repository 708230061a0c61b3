#include "broker/coordinators/coordinator_partition.h"

#include "broker/coordinators/coordinators.h"

#include <chrono>
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
    const auto began = now().steady;
    std::int64_t records = 0;
    StatePartition::Take take = [this, &records](const StateBatch& batch) {
        records += static_cast<std::int64_t>(batch.records.size());
        return replay(batch);
    };
    auto is_over = [this] { return state_ == State::over; };
    const auto name = partition_.partition_name();
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
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(now().steady - began).count();
    if (records == 0) {
        log().debug("{} is served", name);
    } else {
        log().info("{} is served: {} records read in {} ms", name, records, took);
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
