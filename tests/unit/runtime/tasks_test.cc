// What coroutines wait with, on simulated shards; tests/integration/runtime_real_test.cc has the
// same on real ones.
#include "runtime/tasks.h"

#include "runtime/simulated/simulation.h"

#include <gtest/gtest.h>

namespace barnabas::runtime {
namespace {

struct Fixture {
    explicit Fixture(std::size_t shards = 1) { simulation.add_machine("one", shards); }

    Shard& shard(std::size_t index = 0) { return simulation.machine(0).shard(index); }
    void start(awaitable<void> task) {
        shard().post([this, task = std::move(task)]() mutable { spawn(shard(), std::move(task)); });
    }
    Time now() { return simulation.clock().now(); }

    Simulation simulation{1};
    std::string log;
};

awaitable<void> say_after(Fixture* at, Duration wait, std::string what) {
    co_await sleep_for(at->shard(), wait);
    at->log += what;
}

TEST(Tasks, SleepTakesSimulatedTimeAndNoRealTime) {
    Fixture at;
    const Time start = at.now();
    at.start(say_after(&at, 48h, "later "));
    at.start(say_after(&at, 1h, "soon "));
    EXPECT_TRUE(at.simulation.run_until([&] { return at.log.size() > 5; }, 100h));
    EXPECT_EQ(at.log, "soon later ");
    EXPECT_EQ(at.now() - start, 48h);
}

awaitable<void> say_when_notified(Fixture* at, Signal* signal, Time deadline, char what) {
    const bool notified = co_await signal->wait_until(deadline);
    at->log += notified ? what : '-';
}

TEST(Tasks, SignalWakesAllWhoWaitInTheirOrderAndNobodyLater) {
    Fixture at;
    Signal signal(at.shard());
    for (const char c : {'a', 'b', 'c'}) {
        at.start(say_when_notified(&at, &signal, never, c));
    }
    at.start(say_when_notified(&at, &signal, at.now() + 1s, 'd'));
    at.simulation.run_for(2s);
    EXPECT_EQ(at.log, "-") << "the deadline of one";
    at.shard().post([&] { signal.notify_all(); });
    at.simulation.run_for(1s);
    EXPECT_EQ(at.log, "-abc");
    at.start(say_when_notified(&at, &signal, at.now() + 1s, 'e'));
    at.simulation.run_for(2s);
    EXPECT_EQ(at.log, "-abc-") << "an earlier notification is not remembered";
}

TEST(Tasks, TheEndOfASignalWakesWhoWaits) {
    Fixture at;
    auto signal = std::make_unique<Signal>(at.shard());
    at.start(say_when_notified(&at, signal.get(), never, 'x'));
    at.simulation.run_for(1s);
    signal.reset();
    at.simulation.run_for(1s);
    EXPECT_EQ(at.log, "x");
}

awaitable<void> join_and_say(Fixture* at, TaskGroup* group) {
    co_await group->join();
    at->log += "joined";
}

TEST(Tasks, AGroupIsJoinedWhenItsLastTaskHasEnded) {
    Fixture at;
    TaskGroup group(at.shard());
    at.shard().post([&] {
        group.spawn(say_after(&at, 3s, "3 "));
        group.spawn(say_after(&at, 1s, "1 "));
        EXPECT_EQ(group.size(), 2U);
    });
    at.start(join_and_say(&at, &group));
    at.simulation.run_for(2s);
    EXPECT_EQ(group.size(), 1U);
    at.simulation.run_for(2s);
    EXPECT_EQ(at.log, "1 3 joined");
}

awaitable<std::string> name_of(Shard* shard) {
    co_await sleep_for(*shard, 1ms);
    EXPECT_TRUE(shard->on_this_shard());
    co_return fmt::format("{} ", shard->index());
}

awaitable<void> call_around(Fixture* at) {
    Shard& here = at->shard(0);
    Shard& there = at->shard(1);
    auto work = [&there] { return there.on_this_shard(); };
    EXPECT_TRUE(co_await call_on(here, there, std::move(work)));
    auto void_work = [at] { at->log += "void "; };
    co_await call_on(here, there, std::move(void_work));
    for (Shard* shard : {&there, &here}) {
        auto make = [shard] { return name_of(shard); };
        at->log += co_await await_on(here, *shard, std::move(make));
        EXPECT_TRUE(here.on_this_shard());
    }
    auto make_void = [at] { return say_after(at, 1ms, "slept "); };
    co_await await_on(here, there, std::move(make_void));
    auto blocking = [&here] { return here.on_this_shard() ? 1 : 2; };
    EXPECT_EQ(co_await run_blocking(here, std::move(blocking)), 2);
    EXPECT_TRUE(here.on_this_shard());
    at->log += "done";
}

TEST(Tasks, CallsReachOtherShardsAndThePoolAndComeBack) {
    Fixture at(2);
    at.start(call_around(&at));
    at.simulation.run_for(1s);
    EXPECT_EQ(at.log, "void 1 0 slept done");
}

awaitable<void> hold(Fixture* at, std::shared_ptr<int> held) {
    Signal signal(at->shard());
    TaskGroup group(at->shard());
    group.spawn(say_after(at, 1h, std::to_string(*held)));
    co_await signal.wait_until(never);
    at->log += "never";
}

TEST(Tasks, WhatWaitsIsDestroyedWithItsMachine) {
    const auto alive = std::make_shared<int>(0);
    {
        Fixture at;
        at.start(hold(&at, alive));
        at.simulation.run_for(1s);
        EXPECT_EQ(alive.use_count(), 2);
        at.simulation.machine(0).kill();
        EXPECT_EQ(alive.use_count(), 1);
        EXPECT_TRUE(at.shard().stopped());
        at.shard().post([&] { at.log += "dropped"; });
        at.simulation.machine(0).restart();
        at.start(say_after(&at, 1s, "again"));
        at.start(hold(&at, alive));
        at.simulation.run_for(2s);
        EXPECT_EQ(at.log, "again");
    }
    EXPECT_EQ(alive.use_count(), 1) << "and with the simulation";
}

}  // namespace
}  // namespace barnabas::runtime
