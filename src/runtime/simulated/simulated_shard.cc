#include "runtime/simulated/simulated_shard.h"

#include "base/invariant.h"
#include "runtime/simulated/simulated_machine.h"
#include "runtime/simulated/simulated_network.h"

#include <boost/asio/post.hpp>

namespace barnabas::runtime {

namespace asio = boost::asio;

void SimulatedPool::submit(std::move_only_function<void()> work) {
    const Time when = world_.clock.now() + world_.options.blocking_delay.draw(world_.random);
    run_at(when, machine_.boot(), std::move(work));
}

/// There is one thread: work that hangs gives it up, and is tried again from its beginning.
void SimulatedPool::run_at(Time when, std::uint64_t boot, std::move_only_function<void()> work) {
    static constexpr Duration look_again = 10ms;
    world_.timers.add(when, [this, boot, work = std::move(work)]() mutable {
        if (machine_.boot() != boot) {
            return;
        }
        bool hangs = false;
        machine_.disk().on_pool(true);
        try {
            work();
        } catch (const DiskHangs&) {
            hangs = true;
        }
        machine_.disk().on_pool(false);
        if (hangs) {
            run_at(world_.clock.now() + look_again, boot, std::move(work));
        }
    });
}

SimulatedShard::SimulatedShard(World& world, SimulatedMachine& machine, std::size_t index,
                               NetworkModel& network)
    : world_(world),
      machine_(machine),
      index_(index),
      random_(world.random.next()),
      network_(std::make_unique<SimulatedNetwork>(network, machine, *this)) {
    restart();
}

SimulatedShard::~SimulatedShard() {
    discard();
}

void SimulatedShard::restart() {
    INVARIANT(!context_, "shard {} of {} runs", index_, machine_.name());
    context_ = std::make_unique<asio::io_context>(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
    work_.emplace(asio::make_work_guard(*context_));
}

void SimulatedShard::discard() {
    if (!context_) {
        return;
    }
    INVARIANT(!on_this_shard(), "{} is stopped by its own shard {}", machine_.name(), index_);
    // Without a loop first: what is destroyed below may post and must find the shard stopped.
    auto context = std::move(context_);
    timers_.clear();
    suspended().clear();
    work_.reset();
    context.reset();
}

bool SimulatedShard::run_one() {
    return context_ && context_->poll_one() > 0;
}

void SimulatedShard::fire_timers() {
    if (context_ && timers_.next() <= world_.clock.now()) {
        asio::post(*context_, [this] { run_timers(); });
    }
}

void SimulatedShard::run_timers() {
    const Time now = world_.clock.now();
    while (auto task = timers_.take_due(now)) {
        task();
    }
}

asio::any_io_executor SimulatedShard::executor() {
    INVARIANT(context_, "{} has stopped", machine_.name());
    return context_->get_executor();
}

BlockingPool& SimulatedShard::pool() {
    return machine_.pool();
}

void SimulatedShard::post(std::move_only_function<void()> task) {
    if (context_) {
        asio::post(*context_, std::move(task));
    }
}

TimerId SimulatedShard::call_at(Time when, std::move_only_function<void()> task) {
    return timers_.add(std::max(when, world_.clock.now()), std::move(task));
}

bool SimulatedShard::on_this_shard() const {
    return context_ && context_->get_executor().running_in_this_thread();
}

}  // namespace barnabas::runtime
