#pragma once

#include "runtime/simulated/simulated_disk.h"
#include "runtime/simulated/simulated_shard.h"

#include <memory>
#include <string>
#include <vector>

namespace barnabas::runtime {

/// A computer of a simulation: a name (its host name), shards, one disk. Made by Simulation.
///
/// kill() and crash() stop the process on it: every coroutine of its shards is destroyed where it
/// waits. The objects that the process had (a broker, say) are destroyed next, by whoever owns
/// them; until restart() all they post or wait for is dropped. Not to be called by a coroutine of
/// this very machine.
class SimulatedMachine {
public:
    SimulatedMachine(World& world, NetworkModel& network, std::string name, std::size_t shards);
    SimulatedMachine(const SimulatedMachine&) = delete;
    SimulatedMachine& operator=(const SimulatedMachine&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::size_t size() const { return shards_.size(); }
    [[nodiscard]] SimulatedShard& shard(std::size_t index) { return *shards_[index]; }
    [[nodiscard]] SimulatedDisk& disk() { return disk_; }
    [[nodiscard]] BlockingPool& pool() { return pool_; }
    [[nodiscard]] const Clock& clock() const { return world_.clock; }

    [[nodiscard]] bool up() const { return state_ == State::up; }
    /// The machine has electricity: it refuses connections rather than being silent.
    [[nodiscard]] bool powered() const { return state_ != State::off; }
    /// Counts kill() and crash(): whatever belongs to an earlier boot is dead.
    [[nodiscard]] std::uint64_t boot() const { return boot_; }

    /// The process ends at once: its connections are reset, the disk keeps everything.
    void kill();
    /// The power fails: the machine falls silent (its peers learn of it when it is back), and the
    /// disk loses what was not synced.
    void crash(CrashOptions options = {});
    /// After kill() or crash(), when the process's objects are gone: empty shards, same disk.
    void restart();
    /// Simulation's own end.
    void discard();

private:
    enum class State { up, killed, off };

    World& world_;
    NetworkModel& network_;
    const std::string name_;
    State state_ = State::up;
    std::uint64_t boot_ = 0;
    SimulatedDisk disk_;
    SimulatedPool pool_;
    std::vector<std::unique_ptr<SimulatedShard>> shards_;
};

}  // namespace barnabas::runtime
