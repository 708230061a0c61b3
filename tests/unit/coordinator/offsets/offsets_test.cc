#include "unit/coordinator/offsets/offsets_world.h"

#include <gtest/gtest.h>

namespace barnabas::coordinator {
namespace {

using testing::OffsetsWorld;

constexpr ProducerId one{1};
constexpr ProducerId two{2};

TEST(PendingOffsets, TakeEffectWithACommitAndVanishWithAnAbort) {
    for (const bool committed : {true, false}) {
        OffsetsWorld world;
        world.commit({.offset = 1});
        world.commit({.offset = 2, .metadata = "mine", .producer = one});
        world.commit({.partition = 5, .offset = 3, .producer = one});
        world.commit({.partition = 5, .offset = 4, .producer = one});
        EXPECT_TRUE(world.offsets.has_pending("g"));
        world.end(one, committed);
        EXPECT_FALSE(world.offsets.has_pending("g"));
        EXPECT_EQ(world.fetch("t", 0, true), committed ? "2" : "1");
        EXPECT_EQ(world.fetch("t", 5, true), committed ? "4" : "-1");
        EXPECT_EQ(world.offsets.size(), committed ? 2U : 1U);
        world.end(one, true);  // once more: nothing is left to do
        EXPECT_EQ(world.fetch("t", 0, true), committed ? "2" : "1");
    }
}

/// The order of the records decides, not that of the markers.
TEST(PendingOffsets, DoNotReplaceWhatWasCommittedLater) {
    OffsetsWorld world;
    world.commit({.offset = 10, .producer = one});
    world.commit({.offset = 20, .producer = two});
    world.commit({.partition = 1, .offset = 11, .producer = one});
    world.commit({.partition = 1, .offset = 21});
    world.end(two, true);
    world.end(one, true);
    EXPECT_EQ(world.fetch("t", 0), "20");
    EXPECT_EQ(world.fetch("t", 1), "21");
}

TEST(PendingOffsets, StayUnstableUntilTheLastProducerEnds) {
    OffsetsWorld world;
    world.commit({.offset = 1, .producer = one});
    world.commit({.offset = 2, .producer = two});
    const OffsetPlace at{.group = "g", .topic = "t", .partition = 0};
    world.end(one, false);
    EXPECT_TRUE(world.offsets.has_pending(at));
    world.end(two, false);
    EXPECT_FALSE(world.offsets.has_pending(at));
    EXPECT_FALSE(world.offsets.has_offsets("g"));
}

TEST(PendingOffsets, GoWithATombstoneWhoseverTheyAre) {
    OffsetsWorld world;
    world.commit({.offset = 1});
    world.commit({.offset = 2, .producer = one});
    world.commit({.offset = 3, .producer = two});
    world.commit({.partition = 1, .offset = 4, .producer = one});
    Records tombstone;
    tombstone.push_back(offset_tombstone({.group = "g", .topic = "t", .partition = 0}));
    world.append(std::move(tombstone));
    EXPECT_EQ(world.fetch("t", 0, true), "-1");
    EXPECT_EQ(world.fetch("t", 1, true), "UNSTABLE_OFFSET_COMMIT");
    world.end(two, true);
    world.end(one, true);
    EXPECT_EQ(world.fetch("t", 0), "-1");
    EXPECT_EQ(world.fetch("t", 1), "4");
}

TEST(Offsets, KeepAllThatARecordSays) {
    const GroupTable groups;
    const OffsetsConfig config;
    Offsets offsets{{.groups = groups, .config = config}};
    const wire::OffsetCommitKey key{.group = "g", .topic = "t", .partition = -7};
    wire::OffsetCommitValue value;
    value.offset = 9;
    value.leader_epoch = 3;
    value.metadata = std::string("any\0bytes\xff", 10);
    value.commit_timestamp = 11;
    value.expire_timestamp = 12;
    value.topic_id = Uuid{{5}};
    offsets.apply(key, &value, no_producer, Offset{77});
    const CommittedOffset want{.offset = 9,
                               .leader_epoch = 3,
                               .metadata = value.metadata,
                               .committed_at = Timestamp{11},
                               .expires_at = Timestamp{12},
                               .topic_id = value.topic_id,
                               .record = Offset{77}};
    EXPECT_EQ(offsets.find({.group = "g", .topic = "t", .partition = -7}), want);
}

TEST(Offsets, ReadTheOldestRecordsAsTheNewer) {
    const GroupTable groups;
    const OffsetsConfig config;
    Offsets offsets{{.groups = groups, .config = config}};
    const wire::LegacyOffsetCommitKey key{.group = "g", .topic = "t", .partition = 2};
    const wire::LegacyOffsetCommitValue value{
        .offset = 5, .metadata = "old", .commit_timestamp = 6};
    const OffsetPlace at{.group = "g", .topic = "t", .partition = 2};
    offsets.apply(key, &value, no_producer, Offset{1});
    const CommittedOffset want{.offset = 5,
                               .leader_epoch = -1,
                               .metadata = "old",
                               .committed_at = Timestamp{6},
                               .expires_at = no_timestamp,
                               .topic_id = {},
                               .record = Offset{1}};
    EXPECT_EQ(offsets.find(at), want);
    offsets.apply(key, nullptr, no_producer, Offset{2});
    EXPECT_EQ(offsets.find(at), std::nullopt);
    offsets.apply(key, &value, one, Offset{3});
    EXPECT_TRUE(offsets.has_pending(at));
}

}  // namespace
}  // namespace barnabas::coordinator
