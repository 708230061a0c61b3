#pragma once

#include "runtime/simulated/simulated_machine.h"
#include "runtime/simulated/simulated_network.h"
#include "runtime/simulated/world.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::runtime {

/// Any number of machines in one thread, on simulated time. Which shard runs next, how long
/// everything takes and what a crash leaves are drawn from the seed: one seed, one course of
/// events, whatever the speed of the real machine. While any shard has something to do time
/// stands; then it jumps to the next timer.
///
/// Programs run as coroutines on the machines' shards, through the same ports and tasks.h as in
/// production. What they own (brokers, listeners, streams) is destroyed before the simulation.
class Simulation {
public:
    explicit Simulation(std::uint64_t seed, SimulationOptions options = {});
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;
    ~Simulation();

    SimulatedMachine& add_machine(std::string name, std::size_t shards = 1);
    [[nodiscard]] SimulatedMachine& machine(std::size_t index) { return *machines_[index]; }
    [[nodiscard]] std::size_t size() const { return machines_.size(); }

    [[nodiscard]] std::uint64_t seed() const { return seed_; }
    [[nodiscard]] const Clock& clock() const { return world_.clock; }
    [[nodiscard]] Random& random() { return world_.random; }
    [[nodiscard]] NetworkModel& network() { return network_; }
    [[nodiscard]] const Trace& trace() const { return world_.trace; }
    /// A line of a program's own in the trace.
    void note(std::string_view machine, std::string_view what) { world_.note(machine, what); }

    /// Runs `task` outside of all machines: the place for kill(), crash(), partition().
    void call_at(Time when, std::move_only_function<void()> task);
    /// Until `condition`, which is asked after every handler, or for `at_most`. Says which.
    bool run_until(const std::function<bool()>& condition, Duration at_most);
    void run_for(Duration how_long);
    /// Time passes and nobody notices, as if every machine had been suspended: what became due in
    /// between is late.
    void stall(Duration how_long);

private:
    /// One handler of a shard drawn by lot; false if none has one.
    bool run_one();
    /// To the next moment at which something happens; false if that is after `end` or never.
    bool jump(Time end);

    const std::uint64_t seed_;
    World world_;
    NetworkModel network_;
    std::vector<std::unique_ptr<SimulatedMachine>> machines_;
    std::vector<SimulatedShard*> shards_;
    std::uint64_t handlers_now_ = 0;  // run since time last moved
};

}  // namespace barnabas::runtime
