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
    bool ended = false;
};

Task run(runtime::Shard* home, std::vector<WorkList> lists, std::size_t threads, Ran* ran) {
    auto work = [ran](std::size_t i) { ran->done.push_back(i); };
    auto tick = [ran] { ++ran->ticks; };
    co_await on_pool(*home, std::move(lists), threads, work, tick);
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

}  // namespace
}  // namespace barnabas::broker
