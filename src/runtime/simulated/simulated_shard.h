#pragma once

#include "runtime/shard.h"
#include "runtime/simulated/world.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>

namespace barnabas::runtime {

class NetworkModel;
class SimulatedMachine;

/// Work of a machine's shards that may block: it runs at a later simulated moment, outside of any
/// shard, one piece at a time. What a machine that stopped had queued is dropped.
class SimulatedPool final : public BlockingPool {
public:
    SimulatedPool(World& world, SimulatedMachine& machine) : world_(world), machine_(machine) {}

    void submit(std::move_only_function<void()> work) override;
    [[nodiscard]] std::size_t threads() const override { return 1; }

private:
    void run_at(Time when, std::uint64_t boot, std::move_only_function<void()> work);

    World& world_;
    SimulatedMachine& machine_;
};

/// A shard whose loop is turned by Simulation, one handler at a time.
class SimulatedShard final : public Shard {
public:
    SimulatedShard(World& world, SimulatedMachine& machine, std::size_t index,
                   NetworkModel& network);
    SimulatedShard(const SimulatedShard&) = delete;
    SimulatedShard& operator=(const SimulatedShard&) = delete;
    ~SimulatedShard() override;

    /// Runs one handler; false if none is ready.
    bool run_one();
    /// When the earliest timer is due; `never` if none is set.
    [[nodiscard]] Time next_timer() { return timers_.next(); }
    /// Makes what is due ready.
    void fire_timers();
    /// Destroys everything that waits or is ready: the machine has stopped. Not from a handler of
    /// this shard.
    void discard();
    /// A fresh, empty loop.
    void restart();

    [[nodiscard]] std::size_t index() const override { return index_; }
    [[nodiscard]] boost::asio::any_io_executor executor() override;
    [[nodiscard]] const Clock& clock() const override { return world_.clock; }
    [[nodiscard]] Random& random() override { return random_; }
    [[nodiscard]] Network& network() override { return *network_; }
    [[nodiscard]] BlockingPool& pool() override;
    void post(std::move_only_function<void()> task) override;
    TimerId call_at(Time when, std::move_only_function<void()> task) override;
    void cancel(TimerId timer) override { timers_.cancel(timer); }
    void expect_more() override { ++expected_more_; }
    /// Calls of expect_more(): simulated time stands still while a shard works, so nothing gathers.
    [[nodiscard]] std::size_t expected_more() const { return expected_more_; }
    [[nodiscard]] bool on_this_shard() const override;
    [[nodiscard]] bool stopped() const override { return !context_; }

private:
    using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

    void run_timers();

    World& world_;
    SimulatedMachine& machine_;
    const std::size_t index_;
    SeededRandom random_;
    std::size_t expected_more_ = 0;
    TimerQueue timers_;
    std::unique_ptr<Network> network_;
    std::unique_ptr<boost::asio::io_context> context_;
    std::optional<WorkGuard> work_;
};

}  // namespace barnabas::runtime
