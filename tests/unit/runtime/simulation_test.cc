#include "runtime/simulated/simulation.h"

#include "runtime/tasks.h"

#include <gtest/gtest.h>

#include <vector>

namespace barnabas::runtime {
namespace {

/// What was due in between is late, in its order, and nothing runs meanwhile.
TEST(Simulation, TimersAreLateWhereTimeIsLost) {
    Simulation simulation(1);
    auto& shard = simulation.add_machine("m").shard(0);
    const Time start = simulation.clock().now();
    std::vector<std::pair<int, Duration>> ran;
    for (const int due : {3, 1, 20}) {
        shard.post([&, due] {
            shard.call_at(start + std::chrono::seconds(due),
                          [&, due] { ran.emplace_back(due, simulation.clock().now() - start); });
        });
    }
    simulation.run_for(500ms);
    simulation.stall(10s);
    EXPECT_TRUE(ran.empty());
    simulation.run_for(1s);
    ASSERT_EQ(ran.size(), 2U);
    EXPECT_EQ(ran[0], std::pair(1, Duration(10'500ms)));
    EXPECT_EQ(ran[1], std::pair(3, Duration(10'500ms)));
    simulation.run_for(10s);
    ASSERT_EQ(ran.size(), 3U);
    EXPECT_EQ(ran[2], std::pair(20, Duration(20s)));
}

}  // namespace
}  // namespace barnabas::runtime
