// What is decided, written down and answered, as Kafka 4.4's ShareCoordinatorShard does it.
#include "unit/coordinator/share_state/share_state_world.h"

#include <limits>
#include <string>
#include <vector>

namespace barnabas::coordinator {
namespace {

using testing::ShareStateWorld;
using testing::WriteSpec;
using testing::Written;
using enum ErrorCode;

constexpr auto largest = std::numeric_limits<std::int64_t>::max();

std::string text_of(const ShareStateAnswer<wire::ReadShareGroupStateRequest>& answer) {
    return fmt::format("{} state {} @{} {}", static_cast<ErrorCode>(answer.error_code),
                       answer.state_epoch, answer.start_offset,
                       testing::text_of_batches(answer.state_batches));
}

std::string text_of(const ShareStateAnswer<wire::ReadShareGroupStateSummaryRequest>& answer) {
    return fmt::format("{} state {} leader {} @{} done {}",
                       static_cast<ErrorCode>(answer.error_code), answer.state_epoch,
                       answer.leader_epoch, answer.start_offset, answer.delivery_complete_count);
}

TEST(ShareStates, BytesAreKafkas) {
    ShareStateWorld world;
    ASSERT_EQ(world.initialize(1, 3, 5), none);
    ASSERT_EQ(world.write({.partition = 1,
                           .state_epoch = 3,
                           .start = 6,
                           .done = 2,
                           .batches = {{.first = 6, .last = 9, .state = 2, .count = 1}}}),
              none);
    const auto hex = [&world](std::size_t at, bool is_key) {
        const auto& record = world.sink.log.at(at).record;
        std::string text;
        for (const std::byte byte : is_key ? record.key.view() : record.value->view()) {
            text += fmt::format("{:02x}", std::to_integer<int>(byte));
        }
        return text;
    };
    const std::string of =
        "000167"
        "00000000000000000000000000000001"
        "00000001";
    EXPECT_EQ(hex(0, true), "0000" + of);
    EXPECT_EQ(hex(1, true), "0001" + of);
    EXPECT_EQ(hex(0, false),
              "0000"
              "00000000"
              "00000003"
              "00000000"
              "0000000000000005"
              "0000018bcfe56800"
              "0000018bcfe56800"
              "01"
              "01"
              "00"
              "04"
              "00000000");
    EXPECT_EQ(hex(1, false),
              "0000"
              "00000000"
              "00000000"
              "0000000000000006"
              "02"
              "0000000000000006"
              "0000000000000009"
              "02"
              "0001"
              "00"
              "01"
              "00"
              "04"
              "00000002");
}

TEST(ShareStates, BeginWithTheirInitialization) {
    ShareStateWorld world;
    EXPECT_EQ(text_of(world.summary(0)), "NONE state 0 leader 0 @-1 done -1");
    EXPECT_EQ(world.initialize(0, 0, -1), none);
    EXPECT_EQ(world.last(), "g/0 S0 state 0 leader 0 @-1 done -1 ");
    EXPECT_EQ(world.initialize(0, 0, 10), none) << "the same state epoch may come again";
    EXPECT_EQ(world.last(), "g/0 S1 state 0 leader 0 @10 done 0 ");
    EXPECT_EQ(world.initialize(0, 5, 3), none);
    EXPECT_EQ(world.last(), "g/0 S2 state 5 leader 0 @3 done 0 ");
    EXPECT_EQ(text_of(world.read(0, 0)), "NONE state 5 @3 ");
    EXPECT_EQ(text_of(world.summary(0)), "NONE state 5 leader 0 @3 done 0");
    EXPECT_EQ(world.sink.log.size(), 3U);
}

/// Each row on a state with state epoch 5, read with leader epoch 7; nothing is written.
TEST(ShareStates, RefuseWhatKafkaRefuses) {
    struct Row {
        const char* what;
        std::int32_t partition;
        std::int32_t state_epoch;
        std::int32_t leader_epoch;
        ErrorCode initialize;
        ErrorCode write;
        ErrorCode read;
        ErrorCode remove;
    };
    // What is `none` in a row is not asked.
    const Row rows[] = {
        {"negative partition", -1, 5, 7, invalid_request, invalid_request, invalid_request,
         invalid_request},
        {"negative state epoch", 0, -1, 7, invalid_request, invalid_request, none, none},
        {"negative leader epoch", 0, 5, -1, none, invalid_request, invalid_request, none},
        {"an older state epoch", 0, 4, 7, fenced_state_epoch, fenced_state_epoch, none, none},
        {"an older leader epoch", 0, 5, 6, none, fenced_leader_epoch, fenced_leader_epoch, none},
        {"both older: the leader's comes first", 0, 4, 6, none, fenced_leader_epoch, none, none},
        {"not initialized", 1, 5, 7, none, invalid_request, invalid_request, none},
        {"no such partition", 4, 5, 7, unknown_topic_or_partition, invalid_request, invalid_request,
         unknown_topic_or_partition},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        ShareStateWorld world;
        ASSERT_EQ(world.initialize(0, 5, 0), none);
        ASSERT_EQ(world.read(0, 7).error_code, 0);
        const auto written = world.sink.log.size();
        if (row.initialize != none) {
            EXPECT_EQ(world.initialize(row.partition, row.state_epoch, 0), row.initialize);
        }
        if (row.write != none) {
            EXPECT_EQ(world.write({.partition = row.partition,
                                   .state_epoch = row.state_epoch,
                                   .leader_epoch = row.leader_epoch}),
                      row.write);
        }
        if (row.read != none) {
            EXPECT_EQ(ShareStateWorld::code(world.read(row.partition, row.leader_epoch)), row.read);
        }
        if (row.remove != none) {
            EXPECT_EQ(world.remove(row.partition), row.remove);
            EXPECT_EQ(ShareStateWorld::code(world.summary(row.partition)), row.remove);
        }
        EXPECT_EQ(world.sink.log.size(), written);
    }
}

TEST(ShareStates, TopicsThatAreGoneAreUnknown) {
    ShareStateWorld world;
    ASSERT_EQ(world.initialize(0, 0, 0), none);
    const auto id = world.id("t");
    world.topics.remove("t");
    wire::ReadShareGroupStateRequest::Topic::Partition read;
    EXPECT_EQ(ShareStateWorld::code(world.ask<wire::ReadShareGroupStateRequest>(read, "g", id)),
              unknown_topic_or_partition);
    wire::WriteShareGroupStateRequest::Topic::Partition write;
    EXPECT_EQ(ShareStateWorld::code(world.ask<wire::WriteShareGroupStateRequest>(write, "g", id)),
              unknown_topic_or_partition);
    wire::DeleteShareGroupStateRequest::Topic::Partition remove;
    EXPECT_EQ(ShareStateWorld::code(world.ask<wire::DeleteShareGroupStateRequest>(remove, "g", id)),
              unknown_topic_or_partition);
    wire::ReadShareGroupStateSummaryRequest::Topic::Partition summary;
    EXPECT_EQ(
        ShareStateWorld::code(world.ask<wire::ReadShareGroupStateSummaryRequest>(summary, "g", id)),
        unknown_topic_or_partition);
    wire::InitializeShareGroupStateRequest::Topic::Partition initialize;
    EXPECT_EQ(ShareStateWorld::code(
                  world.ask<wire::InitializeShareGroupStateRequest>(initialize, "g", id)),
              unknown_topic_or_partition);
    EXPECT_EQ(world.sink.log.size(), 1U);
}

TEST(ShareStates, ReadingWithAnotherLeaderEpochFencesTheLastOne) {
    ShareStateWorld world;
    ASSERT_EQ(world.initialize(0, 1, 4), none);
    EXPECT_EQ(text_of(world.read(0, 0)), "NONE state 1 @4 ");
    EXPECT_EQ(world.sink.log.size(), 1U) << "nothing new is in it";
    EXPECT_EQ(text_of(world.read(0, 3)), "NONE state 1 @4 ");
    EXPECT_EQ(world.last(), "g/0 U0 leader 3 @4 done 0 ");
    EXPECT_EQ(text_of(world.read(0, 3)), "NONE state 1 @4 ");
    EXPECT_EQ(world.sink.log.size(), 2U);
    EXPECT_EQ(ShareStateWorld::code(world.read(0, 2)), fenced_leader_epoch);
    EXPECT_EQ(world.write({.state_epoch = 1, .leader_epoch = 2}), fenced_leader_epoch);
    EXPECT_EQ(text_of(world.summary(0)), "NONE state 1 leader 3 @4 done 0");

    // Writing with a higher one does not raise it: only who has read leads.
    EXPECT_EQ(world.write({.state_epoch = 1, .leader_epoch = 9, .start = 4}), none);
    EXPECT_EQ(world.last(), "g/0 U0 leader 3 @4 done 0 ");
    EXPECT_EQ(ShareStateWorld::code(world.read(0, 3)), none);

    // A reset does not let earlier leaders in again.
    EXPECT_EQ(world.initialize(0, 2, 0), none);
    EXPECT_EQ(world.last(), "g/0 S1 state 2 leader 0 @0 done 0 ");
    EXPECT_EQ(ShareStateWorld::code(world.read(0, 2)), fenced_leader_epoch);
    EXPECT_EQ(text_of(world.summary(0)), "NONE state 2 leader 0 @0 done 0");
}

TEST(ShareStates, WritesAreUpdatesUntilASnapshotIsDue) {
    ShareStateWorld world({.updates_per_snapshot = 2});
    ASSERT_EQ(world.initialize(0, 0, 0), none);
    struct Row {
        WriteSpec write;
        const char* record;
        const char* read;
    };
    const Row rows[] = {
        {{.done = 1, .batches = {{.first = 0, .last = 4, .state = 0, .count = 1}}},
         "g/0 U0 leader 0 @0 done 1 [0-4:0*1]",
         "NONE state 0 @0 [0-4:0*1]"},
        {{.done = 0, .batches = {{.first = 2, .last = 6, .state = 2, .count = 1}}},
         "g/0 U0 leader 0 @0 done 1 [2-6:2*1]",
         "NONE state 0 @0 [0-1:0*1] [2-6:2*1]"},
        {{.start = 1, .done = 5, .batches = {{.first = 7, .last = 8, .state = 2, .count = 1}}},
         "g/0 S1 state 0 leader 0 @1 done 5 [1-1:0*1] [2-8:2*1]",
         "NONE state 0 @1 [1-1:0*1] [2-8:2*1]"},
        {{.start = 0, .done = 9, .batches = {{.first = 0, .last = 1, .state = 0, .count = 3}}},
         "g/0 U1 leader 0 @1 done 5 [1-1:0*3]",
         "NONE state 0 @1 [1-1:0*3] [2-8:2*1]"},
        {{.start = -1, .done = -1, .batches = {}},
         "g/0 U1 leader 0 @1 done 5 ",
         "NONE state 0 @1 [1-1:0*3] [2-8:2*1]"},
        {{.start = 9, .done = 0, .batches = {}},
         "g/0 S2 state 0 leader 0 @9 done 0 ",
         "NONE state 0 @9 "},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(world.write(row.write), none);
        EXPECT_EQ(world.last(), row.record);
        EXPECT_EQ(text_of(world.read(0, 0)), row.read);
    }
}

TEST(ShareStates, WithoutUpdatesEveryWriteIsASnapshot) {
    ShareStateWorld world({.updates_per_snapshot = 0});
    ASSERT_EQ(world.initialize(0, 0, 0), none);
    EXPECT_EQ(world.write({.batches = {{.first = 0, .last = 1}}}), none);
    EXPECT_EQ(world.last(), "g/0 S1 state 0 leader 0 @0 done 0 [0-1:0*1]");
    EXPECT_EQ(text_of(world.read(0, 4)), "NONE state 0 @0 [0-1:0*1]");
    EXPECT_EQ(world.last(), "g/0 S2 state 0 leader 4 @0 done 0 [0-1:0*1]");
}

TEST(ShareStates, BatchesThatAreNoneAreRefused) {
    const Written rows[] = {{.first = 5, .last = 4}, {.first = 0, .last = largest}};
    for (const auto& row : rows) {
        ShareStateWorld world;
        ASSERT_EQ(world.initialize(0, 0, 0), none);
        EXPECT_EQ(world.write({.batches = {{.first = 0, .last = 1}, row}}), invalid_request);
        EXPECT_EQ(world.sink.log.size(), 1U);
    }
}

TEST(ShareStates, DeletedOnesAreGone) {
    ShareStateWorld world;
    EXPECT_EQ(world.remove(0), none) << "there is nothing to do";
    EXPECT_TRUE(world.sink.log.empty());
    ASSERT_EQ(world.initialize(0, 9, 7), none);
    ASSERT_EQ(world.write({.state_epoch = 9, .leader_epoch = 0}), none);
    ASSERT_EQ(ShareStateWorld::code(world.read(0, 6)), none);
    EXPECT_EQ(world.remove(0), none);
    EXPECT_EQ(world.last(), "g/0 T");
    EXPECT_EQ(world.states->size(), 0U);
    EXPECT_EQ(ShareStateWorld::code(world.read(0, 6)), invalid_request);
    EXPECT_EQ(text_of(world.summary(0)), "NONE state 0 leader 0 @-1 done -1");
    EXPECT_EQ(world.initialize(0, 0, 1), none) << "its epochs are forgotten";
    EXPECT_EQ(world.last(), "g/0 S0 state 0 leader 0 @1 done 0 ");
    EXPECT_EQ(ShareStateWorld::code(world.read(0, 1)), none);
}

TEST(ShareStates, EachPartitionIsAnsweredInTheOrderOfTheRequest) {
    ShareStateWorld world;
    wire::InitializeShareGroupStateRequest request;
    request.group_id = "g";
    request.topics = {
        {.topic_id = world.id("u"),
         .partitions = {{.partition = 1}, {.partition = 7}},
         .unknown_tags = {}},
        {.topic_id = world.id("t"),
         .partitions = {{.partition = 3}, {.partition = -1}, {.partition = 3, .start_offset = 2}},
         .unknown_tags = {}}};
    const auto response = world.states->answer(request, world.now);
    std::string text;
    for (const auto& result : response.results) {
        for (const auto& answer : result.partitions) {
            text +=
                fmt::format("{} {}; ", answer.partition, static_cast<ErrorCode>(answer.error_code));
        }
    }
    EXPECT_EQ(text, "1 NONE; 7 UNKNOWN_TOPIC_OR_PARTITION; 3 NONE; -1 INVALID_REQUEST; 3 NONE; ");
    EXPECT_EQ(world.sink.batches, (std::vector<std::size_t>{1, 1, 1}));
    EXPECT_EQ(world.last(), "g/3 S1 state 0 leader 0 @2 done 0 ");
}

TEST(ShareStates, WhatCannotBeAppendedHasNotHappened) {
    const std::pair<ErrorCode, ErrorCode> rows[] = {
        {not_leader_or_follower, not_coordinator},
        {kafka_storage_error, not_coordinator},
        {not_enough_replicas, coordinator_not_available},
        {message_too_large, unknown_server_error},
    };
    for (const auto& [failure, want] : rows) {
        ShareStateWorld world;
        ASSERT_EQ(world.initialize(0, 0, 5), none);
        world.sink.error = failure;
        EXPECT_EQ(world.initialize(1, 0, 0), want);
        EXPECT_EQ(world.write({.start = 6}), want);
        const auto read = world.read(0, 3);
        EXPECT_EQ(ShareStateWorld::code(read), want);
        EXPECT_EQ(read.start_offset, 0) << "no half an answer";
        EXPECT_EQ(world.remove(0), want);
        EXPECT_EQ(ShareStateWorld::code(world.read(0, 0)), none) << "that writes nothing";
        world.sink.error.reset();
        EXPECT_EQ(text_of(world.summary(0)), "NONE state 0 leader 0 @5 done 0");
        EXPECT_EQ(world.states->size(), 1U);
    }
}

TEST(ShareStates, AreTheSameWhenTheLogIsReadBack) {
    ShareStateWorld world({.updates_per_snapshot = 3});
    ASSERT_EQ(world.initialize(0, 2, 0), none);
    ASSERT_EQ(world.initialize(1, 2, 0), none);
    for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(world.write({.state_epoch = 2,
                               .start = i,
                               .batches = {{.first = i, .last = i + 5, .state = 2}}}),
                  none);
    }
    ASSERT_EQ(ShareStateWorld::code(world.read(0, 4)), none);
    const auto before = text_of(world.read(0, 4));
    const auto updates = world.states->find(world.key(0))->updates;
    world.restart();
    EXPECT_EQ(text_of(world.read(0, 4)), before);
    EXPECT_EQ(ShareStateWorld::code(world.read(0, 3)), fenced_leader_epoch);
    EXPECT_EQ(world.initialize(0, 1, 0), fenced_state_epoch);
    EXPECT_EQ(world.states->find(world.key(0))->updates, updates);
    EXPECT_EQ(world.states->size(), 2U);
}

TEST(ShareStates, ReadOnlyWhatCanBeRead) {
    ShareStateWorld world;
    ASSERT_EQ(world.initialize(0, 0, 0), none);
    const auto& good = world.sink.log.front().record;
    const std::byte short_key[] = {std::byte{0}};
    const std::byte newer_kind[] = {std::byte{0}, std::byte{9}};
    EXPECT_EQ(world.states->replay({.offset = {}, .key = {}, .value = {}}).error().code,
              corrupt_message);
    EXPECT_EQ(
        world.states->replay({.offset = {}, .key = ByteView(short_key), .value = {}}).error().code,
        corrupt_message);
    EXPECT_TRUE(world.states->replay({.offset = {}, .key = ByteView(newer_kind), .value = {}}));
    EXPECT_EQ(world.states->passed_over().at(9), 1U);
    const auto cut = good.value->view().first(good.value->size() - 1);
    const auto refused =
        world.states->replay({.offset = Offset{7}, .key = good.key.view(), .value = cut});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, corrupt_message);
    EXPECT_NE(refused.error().message.find("offset 7 (ShareSnapshotValue)"), std::string::npos)
        << refused.error().message;
}

}  // namespace
}  // namespace barnabas::coordinator
