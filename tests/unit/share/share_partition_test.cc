#include "share/share_partition.h"

#include "unit/share/share_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::share {
namespace {

using testing::log_of;
using testing::text_of;
using testing::World;

// What is stored and sent as a number: the texts below have them too.
static_assert(std::to_underlying(RecordState::available) == 0);
static_assert(std::to_underlying(RecordState::acquired) == 1);
static_assert(std::to_underlying(RecordState::acknowledged) == 2);
static_assert(std::to_underlying(RecordState::archiving) == 3);
static_assert(std::to_underlying(RecordState::archived) == 4);

constexpr std::int8_t gap = 0, accept = 1, release = 2, reject = 3, renew = 4;

TEST(SharePartitionAcquire, TakesNewBatchesAsFarAsIsAskedFor) {
    struct Row {
        std::vector<FetchedBatch> log;
        World::How how;
        std::string want;
        std::string then;
    };
    const auto limit = AcquireMode::record_limit;
    const Row rows[] = {
        {log_of({{0, 9}}), {}, "0-9*1", "[0 0-9:1*1 10]"},
        // To the end of the batch that the last record is in.
        {log_of({{0, 4}, {5, 14}, {15, 19}}), {.records_max = 8}, "0-14*1", "[0 0-14:1*1 15]"},
        {log_of({{0, 4}, {5, 14}}), {.records_max = 5}, "0-4*1", "[0 0-4:1*1 5]"},
        {log_of({{0, 4}, {5, 14}}), {.records_max = 0}, "", "[0 0]"},
        // In parts of batch_size, where batches begin.
        {log_of({{0, 4}, {5, 9}, {10, 14}}), {.batch_size = 6}, "0-9*1 10-14*1", "[0 0-14:1*1 15]"},
        {log_of({{0, 4}, {5, 9}, {10, 14}}),
         {.batch_size = 5},
         "0-4*1 5-9*1 10-14*1",
         "[0 0-14:1*1 15]"},
        {log_of({{0, 4}, {5, 9}}), {.batch_size = 0}, "0-4*1 5-9*1", "[0 0-9:1*1 10]"},
        // Never more than asked for; the rest of the batch waits.
        {log_of({{0, 9}}), {.mode = limit, .records_max = 3}, "0-2*1", "[0 0-2:1*1 3-9:0*0 10]"},
        {log_of({{0, 4}, {5, 9}}),
         {.mode = limit, .records_max = 7},
         "0-6*1",
         "[0 0-6:1*1 7-9:0*0 10]"},
        {log_of({{0, 4}, {5, 9}}), {.mode = limit, .records_max = 10}, "0-9*1", "[0 0-9:1*1 10]"},
        // The log begins later: what is not there counts for nothing.
        {log_of({{20, 29}}), {}, "20-29*1", "[20 20-29:1*1 30]"},
    };
    for (const auto& row : rows) {
        World world;
        EXPECT_EQ(text_of(world.acquire("a", row.log, row.how)), row.want);
        EXPECT_EQ(text_of(world.partition), row.then);
    }
}

TEST(SharePartitionAcquire, BeginsInTheMiddleOfABatch) {
    World world({.start = Offset{5}});
    EXPECT_EQ(text_of(world.acquire("a", log_of({{0, 9}}))), "5-9*1");
}

TEST(SharePartitionAcquire, NobodyElseGetsWhatIsAcquired) {
    World world;
    const auto log = log_of({{0, 9}, {10, 19}});
    EXPECT_EQ(text_of(world.acquire("a", log, {.records_max = 10})), "0-9*1");
    EXPECT_EQ(text_of(world.acquire("b", log, {.records_max = 10})), "10-19*1");
    EXPECT_EQ(world.partition.next_fetch_offset(), Offset{20});
    EXPECT_EQ(text_of(world.acquire("c", log)), "");
}

TEST(SharePartitionAcquire, NoMoreThanMayBeLocked) {
    World world;
    world.settings.record_locks_max = 10;
    const auto log = log_of({{0, 4}, {5, 9}, {10, 14}, {15, 19}});
    EXPECT_EQ(text_of(world.acquire("a", log)), "0-9*1");
    EXPECT_FALSE(world.partition.can_acquire(world.settings));
    EXPECT_EQ(text_of(world.acquire("b", log)), "");
    // What came back is in flight already.
    ASSERT_EQ(world.acknowledge("a", 5, 9, {release}), ErrorCode::none);
    ASSERT_TRUE(world.write());
    EXPECT_TRUE(world.partition.can_acquire(world.settings));
    EXPECT_EQ(text_of(world.acquire("b", log)), "5-9*2");
    // Room is made at the front.
    ASSERT_EQ(world.acknowledge("a", 0, 4, {accept}), ErrorCode::none);
    ASSERT_TRUE(world.write());
    EXPECT_EQ(text_of(world.acquire("b", log)), "10-14*1");
}

TEST(SharePartitionAcquire, PartsOfWhatCameBack) {
    World world;
    const auto log = log_of({{0, 9}});
    ASSERT_EQ(text_of(world.acquire("a", log)), "0-9*1");
    ASSERT_EQ(world.acknowledge("a", 0, 9, {1, 2, 2, 1, 1, 2, 1, 1, 1, 2}), ErrorCode::none);
    ASSERT_TRUE(world.write());
    EXPECT_EQ(text_of(world.partition), "[1 1-2:0*1 3-4:2*1 5-5:0*1 6-8:2*1 9-9:0*1 10]");
    EXPECT_EQ(
        text_of(world.acquire("b", log, {.mode = AcquireMode::record_limit, .records_max = 1})),
        "1-1*2");
    EXPECT_EQ(text_of(world.acquire("b", log)), "2-2*2 5-5*2 9-9*2");
}

TEST(SharePartitionAcquire, WhatIsDeliveredOftenComesInSmallerParts) {
    World world;
    const auto log = log_of({{0, 7}, {8, 9}});
    std::vector<std::string> got;
    for (int i = 0; i < 12; ++i) {
        got.push_back(text_of(world.acquire("a", log, {.records_max = 8})));
        world.pass(world.settings.lock_duration);
        world.write();
    }
    // Limit 5: from 3 deliveries on a half of the batch, from 4 on each alone, then never again.
    const std::vector<std::string> want{"0-7*1", "0-7*2", "0-7*3", "0-3*4", "0-0*5", "1-1*5",
                                        "2-2*5", "3-3*5", "4-7*4", "4-4*5", "5-5*5", "6-6*5"};
    EXPECT_EQ(got, want);
    EXPECT_EQ(text_of(world.partition), "[7 7-7:0*4 8]");
}

TEST(SharePartitionAcquire, ALimitMayBeFarBelowWhatWasDelivered) {
    World world({.batches = {{.first = Offset{0}, .last = Offset{7}, .delivery_count = 32'767}}});
    EXPECT_EQ(text_of(world.acquire("a", log_of({{0, 7}}))), "0-0*32767");
    EXPECT_EQ(text_of(world.acquire("a", log_of({{0, 7}}))), "1-1*32767");
}

TEST(SharePartitionAcquire, LeavesOutWhatWasAborted) {
    World world;
    auto log = log_of({{0, 4}, {5, 9}, {10, 14}});
    log[1].aborted = true;
    EXPECT_EQ(text_of(world.acquire("a", log)), "0-4*1 10-14*1");
    EXPECT_EQ(text_of(world.partition), "[0 0-4:1*1 5-9:4*1 10-14:1*1 15]");
    // Nothing else: then it is done with at once, and nobody waits for a write.
    World other;
    auto aborted = log_of({{0, 9}});
    aborted[0].aborted = true;
    EXPECT_EQ(text_of(other.acquire("a", aborted)), "");
    EXPECT_EQ(text_of(other.partition), "[10 10]");
}

TEST(SharePartitionAcquire, WhatCompactionTookIsDoneWith) {
    World world;
    ASSERT_EQ(text_of(world.acquire("a", log_of({{0, 4}, {5, 9}}), {.batch_size = 5})),
              "0-4*1 5-9*1");
    world.pass(world.settings.lock_duration);
    world.write();
    EXPECT_EQ(text_of(world.acquire("a", log_of({{5, 9}}))), "5-9*2");
    EXPECT_EQ(text_of(world.partition), "[5 5-9:1*2 10]");
}

TEST(SharePartitionAcknowledge, IsFinalWhenItIsWritten) {
    World world;
    ASSERT_EQ(text_of(world.acquire("a", log_of({{0, 9}}))), "0-9*1");
    ASSERT_EQ(world.acknowledge("a", 0, 4, {accept}), ErrorCode::none);
    EXPECT_EQ(text_of(world.partition), "[0 0-4:1*1+ 5-9:1*1 10]");
    ASSERT_TRUE(world.write(false));
    EXPECT_EQ(text_of(world.partition), "[0 0-9:1*1 10]");
    ASSERT_EQ(world.acknowledge("a", 0, 4, {accept}), ErrorCode::none);
    ASSERT_TRUE(world.write());
    EXPECT_EQ(text_of(world.partition), "[5 5-9:1*1 10]");
    EXPECT_EQ(world.last_write.start, Offset{0});
    EXPECT_EQ(world.last_write.delivery_complete_count, 5);
    EXPECT_THAT(world.last_write.batches, ::testing::ElementsAre(StateBatch{
                                              Offset{0}, Offset{4}, RecordState::acknowledged, 1}));
    EXPECT_FALSE(world.write());
}

TEST(SharePartitionAcknowledge, EachTypeHasItsOutcome) {
    World world;
    ASSERT_EQ(text_of(world.acquire("a", log_of({{0, 5}}))), "0-5*1");
    ASSERT_EQ(world.acknowledge("a", 0, 4, {renew, accept, release, reject, gap}), ErrorCode::none);
    ASSERT_TRUE(world.write());
    EXPECT_EQ(text_of(world.partition), "[0 0-0:1*1 1-1:2*1 2-2:0*1 3-4:4*1 5-5:1*1 6]");
}

TEST(SharePartitionAcknowledge, RefusesWhatIsNotSo) {
    struct Row {
        std::string_view why;
        std::string_view member;
        std::int64_t first;
        std::int64_t last;
        std::vector<std::int8_t> types;
        ErrorCode want;
    };
    const Row rows[] = {
        {"another's", "b", 10, 14, {accept}, ErrorCode::invalid_record_state},
        {"available", "a", 15, 19, {accept}, ErrorCode::invalid_record_state},
        {"half available", "a", 12, 16, {accept}, ErrorCode::invalid_record_state},
        {"beyond the end", "a", 10, 20, {accept}, ErrorCode::invalid_request},
        {"all beyond the end", "a", 20, 29, {accept}, ErrorCode::invalid_request},
        {"unknown type", "a", 10, 14, {5}, ErrorCode::invalid_request},
        {"negative type", "a", 10, 14, {-1}, ErrorCode::invalid_request},
        {"too few types", "a", 10, 14, {1, 1}, ErrorCode::invalid_request},
        {"no types", "a", 10, 14, {}, ErrorCode::invalid_request},
        {"backwards", "a", 14, 10, {accept}, ErrorCode::invalid_request},
        {"done with long ago", "a", 0, 9, {accept}, ErrorCode::none},
        {"partly done with", "a", 5, 14, {accept}, ErrorCode::none},
    };
    for (const auto& row : rows) {
        World world;
        ASSERT_EQ(text_of(world.acquire("a", log_of({{0, 9}, {10, 14}, {15, 19}}))), "0-19*1");
        ASSERT_EQ(world.acknowledge("a", 0, 9, {accept}), ErrorCode::none);
        ASSERT_EQ(world.acknowledge("a", 15, 19, {release}), ErrorCode::none);
        ASSERT_TRUE(world.write());
        ASSERT_EQ(text_of(world.partition), "[10 10-14:1*1 15-19:0*1 20]");
        EXPECT_EQ(world.acknowledge(row.member, row.first, row.last, row.types), row.want)
            << row.why;
        if (row.want != ErrorCode::none) {
            EXPECT_EQ(text_of(world.partition), "[10 10-14:1*1 15-19:0*1 20]") << row.why;
        }
    }
}

TEST(SharePartitionAcknowledge, NotTwiceAtOnce) {
    World world;
    ASSERT_EQ(text_of(world.acquire("a", log_of({{0, 9}}))), "0-9*1");
    ASSERT_EQ(world.acknowledge("a", 0, 9, {accept}), ErrorCode::none);
    EXPECT_EQ(world.acknowledge("a", 0, 9, {release}), ErrorCode::invalid_record_state);
}

TEST(SharePartitionAcknowledge, ReleasedTooOftenIsArchived) {
    World world;
    world.settings.delivery_count_limit = 2;
    const auto log = log_of({{0, 0}});
    for (const auto* want : {"0-0*1", "0-0*2"}) {
        ASSERT_EQ(text_of(world.acquire("a", log)), want);
        ASSERT_EQ(world.acknowledge("a", 0, 0, {release}), ErrorCode::none);
        ASSERT_TRUE(world.write());
    }
    EXPECT_EQ(text_of(world.partition), "[1 1]");
    EXPECT_EQ(world.last_write.batches.at(0).state, RecordState::archived);
}

TEST(SharePartitionLocks, EndAndAreRenewed) {
    World world;
    ASSERT_EQ(text_of(world.acquire("a", log_of({{0, 9}}))), "0-9*1");
    EXPECT_EQ(world.partition.next_wake(), world.now + 30s);
    world.pass(29s);
    ASSERT_EQ(world.acknowledge("a", 0, 4, {renew}), ErrorCode::none);
    EXPECT_FALSE(world.write());  // nothing to be kept
    world.pass(1s);
    EXPECT_EQ(text_of(world.partition), "[0 0-4:1*1 5-9:0*1 10]");
    EXPECT_EQ(world.acknowledge("a", 5, 9, {accept}), ErrorCode::invalid_record_state);
    ASSERT_TRUE(world.write());
    EXPECT_THAT(world.last_write.batches, ::testing::ElementsAre(StateBatch{
                                              Offset{5}, Offset{9}, RecordState::available, 1}));
    EXPECT_EQ(world.partition.next_wake(), world.now + 29s);
    world.pass(29s);
    EXPECT_EQ(text_of(world.partition), "[0 0-9:0*1 10]");
    EXPECT_EQ(world.partition.next_wake(), never);
    world.settings.renews = false;
    ASSERT_EQ(text_of(world.acquire("a", log_of({{0, 9}}))), "0-9*2");
    EXPECT_EQ(world.acknowledge("a", 0, 4, {renew}), ErrorCode::invalid_record_state);
}

TEST(SharePartitionLocks, OverWhileAWriteFails) {
    World world;
    ASSERT_EQ(text_of(world.acquire("a", log_of({{0, 9}}))), "0-9*1");
    ASSERT_EQ(world.acknowledge("a", 0, 9, {accept}), ErrorCode::none);
    const auto write = world.partition.take_write();
    ASSERT_TRUE(write);
    world.pass(31s);
    EXPECT_EQ(text_of(world.partition), "[0 0-9:1*1+ 10]");
    EXPECT_FALSE(world.partition.take_write());  // one at a time
    world.partition.on_written(write->number, false, world.settings, world.now);
    EXPECT_EQ(text_of(world.partition), "[0 0-9:0*1 10]");
    EXPECT_EQ(world.partition.next_fetch_offset(), Offset{0});
}

TEST(SharePartitionLocks, OverForTheLastTimeArchives) {
    World world;
    world.settings.delivery_count_limit = 2;
    const auto log = log_of({{0, 9}});
    for (int i = 0; i < 2; ++i) {
        world.acquire("a", log);
        world.pass(30s);
        ASSERT_TRUE(world.write());
    }
    EXPECT_EQ(text_of(world.partition), "[10 10]");
}

TEST(SharePartitionRelease, DoesNotCountWhatWasNotDelivered) {
    World world;
    const auto log = log_of({{0, 4}, {5, 9}});
    ASSERT_EQ(text_of(world.acquire("a", log, {.records_max = 5})), "0-4*1");
    ASSERT_EQ(text_of(world.acquire("b", log)), "5-9*1");
    EXPECT_FALSE(world.partition.release("c"));
    EXPECT_TRUE(world.partition.release("a"));
    ASSERT_TRUE(world.write());
    EXPECT_EQ(text_of(world.partition), "[0 0-4:0*0 5-9:1*1 10]");
    EXPECT_EQ(text_of(world.acquire("b", log)), "0-4*1");
}

TEST(SharePartitionLogStart, ForgetsWhatIsGone) {
    World world;
    ASSERT_EQ(text_of(world.acquire("a", log_of({{0, 9}, {10, 19}}), {.batch_size = 10})),
              "0-9*1 10-19*1");
    ASSERT_EQ(world.acknowledge("a", 0, 9, {accept}), ErrorCode::none);
    const auto write = world.partition.take_write();
    ASSERT_TRUE(write);
    world.partition.move_log_start(Offset{12});
    EXPECT_EQ(text_of(world.partition), "[12 12-19:1*1 20]");
    world.partition.on_written(write->number, true, world.settings, world.now);
    EXPECT_EQ(world.acknowledge("a", 10, 19, {accept}), ErrorCode::none);
    ASSERT_TRUE(world.write());
    EXPECT_EQ(text_of(world.partition), "[20 20]");
    world.partition.move_log_start(Offset{30});
    EXPECT_EQ(text_of(world.partition), "[30 30]");
    EXPECT_EQ(world.partition.next_fetch_offset(), Offset{30});
}

TEST(SharePartitionLoad, OffsetsOfWhichNothingIsKnownComeAgain) {
    const Kept kept{.state_epoch = 3,
                    .start = Offset{10},
                    .batches = {{Offset{15}, Offset{19}, RecordState::acknowledged, 1},
                                {Offset{20}, Offset{24}, RecordState::available, 2}}};
    World world(kept);
    EXPECT_EQ(text_of(world.partition), "[10 10-14:0*0 15-19:2*1 20-24:0*2 25]");
    EXPECT_EQ(world.partition.state_epoch(), 3);
    EXPECT_EQ(text_of(world.acquire("a", log_of({{10, 19}, {20, 29}}))), "10-14*1 20-24*3 25-29*1");
}

TEST(SharePartitionLoad, BeginsBehindWhatIsDone) {
    const Kept kept{.start = Offset{10},
                    .batches = {{Offset{10}, Offset{19}, RecordState::acknowledged, 1},
                                {Offset{20}, Offset{24}, RecordState::archived, 5}}};
    EXPECT_EQ(text_of(World(kept).partition), "[25 25]");
}

TEST(SharePartitionLoad, RefusesWhatCannotBe) {
    const std::vector<StateBatch> rows[] = {
        {{Offset{9}, Offset{12}, RecordState::available, 1}},
        {{Offset{10}, Offset{12}, RecordState::acquired, 1}},
        {{Offset{10}, Offset{9}, RecordState::available, 1}},
        {{Offset{10}, Offset{12}, RecordState::available, -1}},
        {{Offset{10}, Offset{12}, static_cast<RecordState>(7), 1}},
        {{Offset{10}, Offset{12}, RecordState::available, 1},
         {Offset{12}, Offset{13}, RecordState::available, 1}},
    };
    for (const auto& row : rows) {
        const auto loaded = SharePartition::load({.start = Offset{10}, .batches = row});
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().code, ErrorCode::corrupt_message);
    }
}

TEST(SharePartitionLoad, AStartThatWasLookedUpIsWritten) {
    World world({.start = Offset{7}});
    EXPECT_FALSE(world.write());
    world.partition.keep_start();
    ASSERT_TRUE(world.write());
    EXPECT_EQ(world.last_write.start, Offset{7});
    EXPECT_TRUE(world.last_write.batches.empty());
    EXPECT_FALSE(world.write());
}

TEST(SharePartitionDeadLetters, WaitBetweenAcquiredAndArchived) {
    World world;
    world.settings.dead_letters = true;
    world.settings.delivery_count_limit = 2;
    const auto log = log_of({{0, 4}});
    ASSERT_EQ(text_of(world.acquire("a", log)), "0-4*1");
    ASSERT_EQ(world.acknowledge("a", 0, 4, {reject, gap, release, release, release}),
              ErrorCode::none);
    EXPECT_TRUE(world.partition.take_dead_letters().empty());  // not before it is written
    ASSERT_TRUE(world.write());
    EXPECT_EQ(text_of(world.partition), "[0 0-0:3*1 1-1:4*1 2-4:0*1 5]");
    ASSERT_EQ(text_of(world.acquire("a", log)), "2-4*2");
    world.pass(30s);
    ASSERT_TRUE(world.write());
    const auto letters = world.partition.take_dead_letters();
    EXPECT_THAT(letters, ::testing::ElementsAre(DeadLetters{Offset{0}, Offset{0}, 1, true},
                                                DeadLetters{Offset{2}, Offset{4}, 2, false}));
    EXPECT_TRUE(world.partition.take_dead_letters().empty());
    EXPECT_EQ(world.partition.start(), Offset{0});
    for (const auto& letter : letters) {
        world.partition.on_dead_letters_kept(letter);
    }
    ASSERT_TRUE(world.write());
    EXPECT_EQ(text_of(world.partition), "[5 5]");
    EXPECT_TRUE(world.partition.take_dead_letters().empty());
}

TEST(SharePartitionDeadLetters, GoOnAfterARestart) {
    World world(
        {.start = Offset{0}, .batches = {{Offset{0}, Offset{3}, RecordState::archiving, 5}}});
    EXPECT_THAT(world.partition.take_dead_letters(),
                ::testing::ElementsAre(DeadLetters{Offset{0}, Offset{3}, 5, false}));
}

}  // namespace
}  // namespace barnabas::share
