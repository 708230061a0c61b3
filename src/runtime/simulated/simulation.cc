#include "runtime/simulated/simulation.h"

#include "base/invariant.h"

#include <algorithm>

namespace barnabas::runtime {

namespace {
/// More handlers than this in one moment, and somebody runs in circles without waiting.
constexpr std::uint64_t handlers_at_once_max = 10'000'000;
}  // namespace

Simulation::Simulation(std::uint64_t seed, SimulationOptions options)
    : seed_(seed), world_(seed, options), network_(world_) {}

Simulation::~Simulation() {
    // All loops end before any machine goes: what waits on one may hold on to another.
    for (auto& machine : machines_) {
        machine->discard();
    }
    world_.timers.clear();
}

SimulatedMachine& Simulation::add_machine(std::string name, std::size_t shards) {
    machines_.push_back(
        std::make_unique<SimulatedMachine>(world_, network_, std::move(name), shards));
    SimulatedMachine& machine = *machines_.back();
    network_.add_machine(machine);
    for (std::size_t index = 0; index < shards; ++index) {
        shards_.push_back(&machine.shard(index));
    }
    return machine;
}

void Simulation::call_at(Time when, std::move_only_function<void()> task) {
    world_.timers.add(std::max(when, world_.clock.now()), std::move(task));
}

bool Simulation::run_one() {
    if (shards_.empty()) {
        return false;
    }
    const std::size_t first = world_.random.below(shards_.size());
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        const std::size_t index = (first + i) % shards_.size();
        if (shards_[index]->run_one()) {
            world_.trace.mix(index);
            ++handlers_now_;
            INVARIANT(handlers_now_ < handlers_at_once_max, "time stands still; seed {}", seed_);
            return true;
        }
    }
    return false;
}

bool Simulation::jump(Time end) {
    Time next = world_.timers.next();
    for (SimulatedShard* shard : shards_) {
        next = std::min(next, shard->next_timer());
    }
    if (next > end || next == never) {
        return false;
    }
    if (next > world_.clock.now()) {
        handlers_now_ = 0;
        world_.clock.advance_to(next);
    }
    while (auto task = world_.timers.take_due(world_.clock.now())) {
        task();
    }
    for (SimulatedShard* shard : shards_) {
        shard->fire_timers();
    }
    return true;
}

bool Simulation::run_until(const std::function<bool()>& condition, Duration at_most) {
    const Time end = world_.clock.now() + at_most;
    while (!condition()) {
        if (!run_one() && !jump(end)) {
            world_.clock.advance_to(end);
            return condition();
        }
    }
    return true;
}

void Simulation::run_for(Duration how_long) {
    run_until([] { return false; }, how_long);
}

void Simulation::stall(Duration how_long) {
    world_.clock.advance(how_long);
    handlers_now_ = 0;
}

}  // namespace barnabas::runtime
