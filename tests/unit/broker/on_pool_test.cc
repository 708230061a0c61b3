#include "broker/on_pool.h"

#include "runtime/simulated/simulation.h"
#include "runtime/tasks.h"

#include <gtest/gtest.h>

namespace barnabas::broker {
namespace {

using Task = boost::asio::awaitable<void>;

struct Ran {
    std::vector<std::size_t> done;
    int ticks = 0;
    int ticks_max = 1000;  // then it is given up
    bool all = false;
    bool ended = false;
};

Task run(runtime::Shard* home, std::vector<WorkList> lists, std::size_t threads, Ran* ran) {
    auto work = [ran](std::size_t i) { ran->done.push_back(i); };
    auto goes_on = [ran] { return ++ran->ticks < ran->ticks_max; };
    ran->all = co_await on_pool(*home, std::move(lists), threads, work, goes_on);
    ran->ended = true;
}

TEST(OnPool, DoesEachPieceOnceWhateverTheThreads) {
    const std::vector<WorkList> rows[] = {{}, {{}}, {{5}}, {{1, 2, 3}, {}, {9, 8}}};
    for (const auto& lists : rows) {
        for (const std::size_t threads : {1U, 2U, 7U}) {
            runtime::Simulation simulation(threads);
            auto& home = simulation.add_machine("m").shard(0);
            Ran ran;
            home.post([&] { runtime::spawn(home, run(&home, lists, threads, &ran)); });
            ASSERT_TRUE(simulation.run_until([&] { return ran.ended; }, 60s));
            std::vector<std::size_t> want;
            for (const auto& list : lists) {
                want.insert(want.end(), list.begin(), list.end());
            }
            std::ranges::sort(ran.done);
            std::ranges::sort(want);
            EXPECT_EQ(ran.done, want);
            EXPECT_TRUE(ran.all);
        }
    }
}

TEST(OnPool, TicksEverySecondWhileItTakesLonger) {
    runtime::Simulation simulation(1, {.blocking_delay = {3500ms, 3500ms}});
    auto& home = simulation.add_machine("m").shard(0);
    Ran ran;
    home.post([&] { runtime::spawn(home, run(&home, {{1}}, 2, &ran)); });
    ASSERT_TRUE(simulation.run_until([&] { return ran.ended; }, 60s));
    EXPECT_EQ(ran.ticks, 3);
}

TEST(OnPool, IsGivenUpWhenItIsToldSo) {
    runtime::Simulation simulation(1, {.blocking_delay = {3500ms, 3500ms}});
    auto& home = simulation.add_machine("m").shard(0);
    Ran ran;
    ran.ticks_max = 2;
    home.post([&] { runtime::spawn(home, run(&home, {{1, 2}}, 1, &ran)); });
    ASSERT_TRUE(simulation.run_until([&] { return ran.ended; }, 60s));
    EXPECT_FALSE(ran.all);
    EXPECT_EQ(ran.ticks, 2);
    simulation.run_for(60s);
    EXPECT_EQ(ran.done, std::vector<std::size_t>{}) << "nothing is begun any more";
}

}  // namespace
}  // namespace barnabas::broker
