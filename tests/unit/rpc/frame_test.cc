#include "rpc/frame.h"

#include "runtime/simulated/simulation.h"

#include <gtest/gtest.h>

namespace barnabas::rpc {
namespace {

TEST(FramePool, CountsWhatIsInUseAndKeepsLargeBlocks) {
    runtime::Simulation simulation(1);
    FramePool pool(simulation.add_machine("m").shard(0), 1 << 20, 64 << 10);
    {
        Frame small = pool.take(100);
        Frame large = pool.take(20'000);
        EXPECT_EQ(small.size(), 100U);
        EXPECT_EQ(large.size(), 20'000U);
        EXPECT_EQ(pool.in_use(), 100U + 32'768U);
        EXPECT_EQ(pool.kept(), 0U);
    }
    EXPECT_EQ(pool.in_use(), 0U);
    EXPECT_EQ(pool.kept(), 32'768U);
    const auto* before = pool.take(30'000).view().data();
    const Frame again = pool.take(17'000);
    EXPECT_EQ(again.view().data(), before) << "the block of its size class is used again";
    EXPECT_EQ(pool.kept(), 0U);
}

TEST(FramePool, KeepsNoMoreThanItMay) {
    runtime::Simulation simulation(1);
    FramePool pool(simulation.add_machine("m").shard(0), 10 << 20, 64 << 10);
    {
        const Frame a = pool.take(60'000);
        const Frame b = pool.take(60'000);
    }
    EXPECT_EQ(pool.kept(), 65'536U);
}

TEST(FramePool, RefusesNewRequestsAtItsLimitOnly) {
    runtime::Simulation simulation(1);
    FramePool pool(simulation.add_machine("m").shard(0), 1000);
    EXPECT_TRUE(pool.may_take());
    Frame frame = pool.take(1000);
    EXPECT_FALSE(pool.may_take());
    Frame moved = std::move(frame);
    EXPECT_EQ(pool.in_use(), 1000U);
    moved = Frame();
    EXPECT_TRUE(pool.may_take());
}

}  // namespace
}  // namespace barnabas::rpc
