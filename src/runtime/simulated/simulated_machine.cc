#include "runtime/simulated/simulated_machine.h"

#include "base/invariant.h"
#include "runtime/simulated/simulated_network.h"

namespace barnabas::runtime {

SimulatedMachine::SimulatedMachine(World& world, NetworkModel& network, std::string name,
                                   std::size_t shards)
    : world_(world),
      network_(network),
      name_(std::move(name)),
      disk_(world.clock, world.random),
      pool_(world, *this) {
    INVARIANT(shards > 0, "{} has no shard", name_);
    for (std::size_t index = 0; index < shards; ++index) {
        shards_.push_back(std::make_unique<SimulatedShard>(world, *this, index, network));
    }
}

void SimulatedMachine::kill() {
    INVARIANT(up(), "{} is down already", name_);
    world_.note(name_, "killed");
    ++boot_;
    state_ = State::killed;
    network_.machine_stopped(name_);
    network_.reset_connections(name_);
    discard();
}

void SimulatedMachine::crash(CrashOptions options) {
    INVARIANT(up(), "{} is down already", name_);
    world_.note(name_, "crashed");
    ++boot_;
    state_ = State::off;
    network_.machine_stopped(name_);
    discard();
    disk_.crash(options);
}

void SimulatedMachine::restart() {
    INVARIANT(!up(), "{} is up", name_);
    world_.note(name_, "restarted");
    if (state_ == State::off) {
        network_.reset_connections(name_);
    }
    state_ = State::up;
    for (auto& shard : shards_) {
        shard->restart();
    }
}

void SimulatedMachine::discard() {
    for (auto& shard : shards_) {
        shard->discard();
    }
}

}  // namespace barnabas::runtime
