// What becomes due: cold snapshots, pruning, states of topics that are gone.
#include "unit/coordinator/share_state/share_state_world.h"

#include <string>

namespace barnabas::coordinator {
namespace {

using testing::ShareStateWorld;
using enum ErrorCode;

constexpr ShareStateConfig config{
    .updates_per_snapshot = 3, .cold_interval = 60s, .prune_interval = 30s};

TEST(ShareStatesWork, NothingIsDueWhereNothingIs) {
    ShareStateWorld world(config);
    EXPECT_EQ(world.states->next_due(), never);
    EXPECT_EQ(world.remove(0), none);
    EXPECT_EQ(world.states->next_due(), never);
    EXPECT_FALSE(world.states->to_prune(world.now));
}

/// As ShareCoordinatorOffsetsManagerTest has them: 'a' to 'c' are snapshots, upper case tombstones,
/// '.' is a write that is no snapshot.
TEST(ShareStatesWork, TheLogIsRedundantInFrontOfTheOldestSnapshot) {
    struct Row {
        std::string records;
        std::optional<std::int64_t> before;
    };
    const Row rows[] = {
        {"", {}},     {"a", {}},     {"aa", 1},     {"ab", {}},    {"aba", 1},    {"abab", 2},
        {"aba.b", 2}, {"abcabc", 3}, {"abcbb", {}}, {"a.A", 2},    {"abA", 1},    {"abAB", 3},
        {"aA", 1},    {"aAb", 2},    {"aAba", 2},   {"abcBCA", 5}, {"abcAcb", 4},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.records);
        ShareStateWorld world(config);
        for (const char what : row.records) {
            if (what == '.') {
                EXPECT_EQ(world.write({.batches = {{.first = 0, .last = 1}}}), none);
            } else if (what >= 'a') {
                EXPECT_EQ(world.initialize(what - 'a', 0, 0), none);
            } else {
                EXPECT_EQ(world.remove(what - 'A'), none);
            }
        }
        const auto before = world.states->redundant_before();
        EXPECT_EQ(before ? std::optional(before->get()) : std::nullopt, row.before);
        world.restart();
        EXPECT_EQ(world.states->redundant_before(), before);
    }
}

TEST(ShareStatesWork, IsPrunedOnceInAWhileAndOnlyIfItMoved) {
    ShareStateWorld world(config);
    ASSERT_EQ(world.initialize(0, 0, 0), none);
    ASSERT_EQ(world.initialize(0, 0, 0), none);
    EXPECT_FALSE(world.states->to_prune(world.now)) << "it is not time yet";
    EXPECT_EQ(world.states->next_due(), world.now.steady + 30s);
    world.pass(30s);
    EXPECT_EQ(world.states->to_prune(world.now), Offset{1});
    world.states->not_pruned(world.now);
    EXPECT_FALSE(world.states->to_prune(world.now));
    world.pass(30s);
    EXPECT_EQ(world.states->to_prune(world.now), Offset{1});
    world.states->pruned(Offset{1}, world.now);
    world.pass(50s);
    EXPECT_FALSE(world.states->to_prune(world.now)) << "nothing more is redundant";
    ASSERT_EQ(world.initialize(0, 0, 0), none);
    EXPECT_EQ(world.states->to_prune(world.now), Offset{2});
}

TEST(ShareStatesWork, WhatIsNotWrittenGetsASnapshot) {
    ShareStateWorld world(config);
    ASSERT_EQ(world.initialize(0, 1, 5), none);
    ASSERT_EQ(world.write({.state_epoch = 1, .start = 5, .batches = {{.first = 5, .last = 6}}}),
              none);
    world.pass(40s);
    ASSERT_EQ(world.initialize(1, 0, 0), none);
    world.pass(20s);
    world.work();
    EXPECT_EQ(world.last(), "g/0 S1 state 1 leader 0 @5 done 0 [5-6:0*1]")
        << "partition 1 is young";
    EXPECT_EQ(world.sink.log.size(), 4U);
    const auto* const cold = world.states->find(world.key(0));
    EXPECT_EQ(cold->written - cold->created, 60'000);

    world.pass(60s);
    world.work();
    EXPECT_EQ(world.sink.log.size(), 6U) << "both: the older ones hold up the pruning";
    world.pass(60s);
    world.work();
    EXPECT_EQ(world.sink.log.size(), 6U) << "nobody has written since";
    EXPECT_EQ(world.pruned, Offset{4});
    ASSERT_EQ(world.initialize(2, 0, 0), none);
    world.pass(60s);
    world.work();
    EXPECT_EQ(world.sink.log.size(), 10U);
}

TEST(ShareStatesWork, ManyAreTakenInBatches) {
    ShareStateWorld world(
        {.updates_per_snapshot = 500, .cold_interval = 60s, .prune_interval = 60s});
    for (int i = 0; i < 250; ++i) {
        ASSERT_EQ(world.initialize(0, 0, 0, fmt::format("g{}", i)), none);
    }
    world.sink.batches.clear();
    world.pass(60s);
    world.work();
    EXPECT_EQ(world.sink.batches, (std::vector<std::size_t>{100, 100, 50}));
    world.pass(60s);
    world.work();
    EXPECT_EQ(world.sink.batches.size(), 3U);
    EXPECT_EQ(world.pruned, Offset{250}) << "every state is behind it";
}

TEST(ShareStatesWork, ABatchHasSoManyBytesOrOneRecord) {
    ShareStateWorld world({.updates_per_snapshot = 0, .cold_interval = 60s, .prune_interval = 60s});
    std::vector<testing::Written> many;
    for (std::int64_t i = 0; i < 8000; ++i) {
        many.push_back({.first = 2 * i, .last = 2 * i});
    }
    for (const auto* group : {"a", "b", "c"}) {
        ASSERT_EQ(world.initialize(0, 0, 0, group), none);
        ASSERT_EQ(world.write({.batches = many}, group), none);
    }
    world.sink.batches.clear();
    world.pass(60s);
    world.work();
    EXPECT_EQ(world.sink.batches, (std::vector<std::size_t>{1, 1, 1}));
}

TEST(ShareStatesWork, WhatCannotBeWrittenIsSaidAndComesAgain) {
    ShareStateWorld world(config);
    ASSERT_EQ(world.initialize(0, 0, 0), none);
    world.pass(60s);
    world.sink.error = kafka_storage_error;
    const auto failed = world.states->work(world.now);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, kafka_storage_error);
    EXPECT_EQ(world.sink.log.size(), 1U);
    world.sink.error.reset();
    world.pass(60s);
    world.work();
    EXPECT_EQ(world.sink.log.size(), 2U);
}

TEST(ShareStatesWork, StatesOfTopicsThatAreGoneGoToo) {
    ShareStateWorld world(config);
    for (int i = 0; i < 150; ++i) {
        ASSERT_EQ(world.initialize(i % 4, 0, 0, fmt::format("g{}", i)), none);
    }
    wire::InitializeShareGroupStateRequest::Topic::Partition other;
    ASSERT_EQ(
        world.ask<wire::InitializeShareGroupStateRequest>(other, "g", world.id("u")).error_code, 0);
    world.topics.remove("t");
    EXPECT_GT(world.states->next_due(), world.now.steady) << "it was not told";
    world.states->topics_changed();
    world.sink.error = kafka_storage_error;
    EXPECT_FALSE(world.states->work(world.now));
    EXPECT_EQ(world.states->size(), 151U);
    world.sink.error.reset();
    world.work();
    EXPECT_EQ(world.states->size(), 1U);
    EXPECT_EQ(world.sink.log.size(), 301U);
    world.restart();
    EXPECT_EQ(world.states->size(), 1U);

    world.topics.remove("u");
    world.restart();
    world.work();
    EXPECT_EQ(world.states->size(), 0U) << "what is gone when it is loaded goes as well";
}

}  // namespace
}  // namespace barnabas::coordinator
