#pragma once

#include "base/result.h"
#include "base/time.h"
#include "broker/coordinators/state_partition.h"
#include "broker/services.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace barnabas::broker {

/// What leads one partition of a coordinator's topic: it reads the state back, serves, does what
/// becomes due, and gives up when another leads or nobody can. What the coordinator is, its state
/// machine and its requests, the derived class says. Lives on the shard that owns the partition,
/// held by shared_ptr: by the shard's Coordinators and by each request that it is serving.
///     loading -> active -> over
class CoordinatorPartition : public std::enable_shared_from_this<CoordinatorPartition> {
public:
    CoordinatorPartition(const CoordinatorPartition&) = delete;
    CoordinatorPartition& operator=(const CoordinatorPartition&) = delete;
    virtual ~CoordinatorPartition() = default;

    /// Loads, then wakes up for what is due, until give_up(). Started once, by Coordinators.
    awaitable<void> run();
    /// From now on every request is answered not_coordinator, those that wait too. May be repeated.
    void give_up();

    /// Nothing if it serves; else coordinator_load_in_progress or not_coordinator.
    [[nodiscard]] Result<void> check() const;
    [[nodiscard]] bool is_active() const { return state_ == State::active; }
    [[nodiscard]] StatePartition& state() { return partition_; }
    [[nodiscard]] const StatePartition& state() const { return partition_; }

protected:
    CoordinatorPartition(Services& services, StatePartition::Where where);

    /// One batch, in order. An error ends the loading: the partition is not served then.
    virtual Result<void> replay(const StateBatch& batch) = 0;
    virtual void on_loaded(Now now) = 0;
    /// Whoever waits is answered not_coordinator; the state is discarded.
    virtual void on_given_up() = 0;
    /// When something is due; `never` if nothing is.
    [[nodiscard]] virtual Time next_wake() const = 0;
    /// Does what is due. One call at a time; requests may come in between while it waits.
    virtual awaitable<void> wake(Now now) = 0;

    /// next_wake() may be earlier than before.
    void reschedule() { changed_.notify_all(); }

    /// To be awaited before a command decides: nothing else happens between its return and the
    /// caller's next co_await, so decide, append and apply go on without waiting.
    awaitable<Result<void>> may_decide(Time until);
    /// Before a reply leaves: when everything in front of `end` is committed (no_offset: the
    /// partition is gone), or `until`. Whoever it is given up under is told so.
    awaitable<Result<void>> settled(Offset end, Time until);

    [[nodiscard]] Services& services() { return services_; }
    [[nodiscard]] BrokerShard& shard() const { return partition_.shard(); }
    [[nodiscard]] Now now() const { return shard().shard.clock().both(); }
    [[nodiscard]] const Logger& log() const { return services_.log; }

private:
    enum class State : std::uint8_t { loading, active, over };

    awaitable<bool> load();

    Services& services_;
    StatePartition partition_;
    State state_ = State::loading;
    runtime::Signal changed_;
};

}  // namespace barnabas::broker
