#include "broker/thread_plan.h"

#include <gtest/gtest.h>

namespace barnabas::broker {
namespace {

TEST(ThreadPlan, LeavesACoreToTheRestUnlessTheShardsAreCounted) {
    struct Row {
        std::int32_t set;
        std::size_t cores;
        std::size_t shards;
    };
    const Row rows[] = {{.set = 0, .cores = 0, .shards = 1},  // the system does not say
                        {.set = 0, .cores = 1, .shards = 1},   {.set = 0, .cores = 2, .shards = 1},
                        {.set = 0, .cores = 16, .shards = 15}, {.set = 4, .cores = 2, .shards = 4},
                        {.set = 1, .cores = 16, .shards = 1}};
    for (const auto& row : rows) {
        EXPECT_EQ(shard_count({.shards = row.set}, row.cores), row.shards) << row.cores;
    }
}

TEST(ThreadPlan, HasThreadsForEveryDirectoryAndShard) {
    BrokerConfig config;
    config.storage.log_dirs = {"/a"};
    const auto one = pool_threads_max(config, 1);
    EXPECT_GE(one, 16U);
    EXPECT_GT(pool_threads_max(config, 4), one);
    config.storage.log_dirs = {"/a", "/b", "/c"};
    EXPECT_GT(pool_threads_max(config, 1), one);
    config.storage.recovery_threads_per_dir = 100;
    EXPECT_GE(pool_threads_max(config, 1), 300U);
}

}  // namespace
}  // namespace barnabas::broker
