// Frames whose bytes are still to come: who may read on when the memory is used up.
#include "rpc/frame.h"
#include "runtime/simulated/simulation.h"

#include <gtest/gtest.h>

namespace barnabas::rpc {
namespace {

TEST(FramePool, CountsABegunFrameByWhatHasArrived) {
    runtime::Simulation simulation(1);
    FramePool pool(simulation.add_machine("m").shard(0), 1000);
    {
        Frame announced = pool.begin(100 << 20);
        EXPECT_EQ(pool.in_use(), 0U);
        EXPECT_TRUE(pool.may_take()) << "an announcement keeps nobody out";
        announced.arrived(600);
        Frame moved = std::move(announced);
        moved.arrived(400);
        EXPECT_EQ(pool.in_use(), 1000U);
        EXPECT_FALSE(pool.may_take());
    }
    EXPECT_EQ(pool.in_use(), 0U);
}

TEST(FramePool, LetsOneReaderGoOnBeyondTheLimit) {
    runtime::Simulation simulation(1);
    FramePool pool(simulation.add_machine("m").shard(0), 1000);
    const int first = 0;
    const int second = 0;
    EXPECT_TRUE(pool.may_go_on(&first) && pool.may_go_on(&second)) << "there is room for all";
    const Frame frame = pool.take(1000);
    EXPECT_TRUE(pool.may_go_on(&first)) << "or frames that are half there would wait for ever";
    EXPECT_FALSE(pool.may_go_on(&second));
    EXPECT_TRUE(pool.may_go_on(&first));
    pool.finished(&second);
    EXPECT_FALSE(pool.may_go_on(&second));
    pool.finished(&first);
    EXPECT_TRUE(pool.may_go_on(&second));
}

}  // namespace
}  // namespace barnabas::rpc
