#include "coordinator/offsets/replies.h"
#include "unit/coordinator/offsets/offsets_world.h"

#include <gtest/gtest.h>

#include <limits>

namespace barnabas::coordinator {
namespace {

using testing::keys_of;
using testing::OffsetsWorld;
using testing::value_of;

const Uuid some_id{{1, 2, 3}};

ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

TEST(OffsetCommit, WithoutAGroupIsForThoseWhoAreNoMembers) {
    struct Row {
        std::int16_t version;
        std::int32_t generation;
        ErrorCode want;
    };
    const Row rows[] = {
        {.version = 0, .generation = -1, .want = ErrorCode::none},
        {.version = 8, .generation = -1, .want = ErrorCode::none},
        {.version = 10, .generation = -1, .want = ErrorCode::none},
        {.version = 10, .generation = -2, .want = ErrorCode::none},
        {.version = 1, .generation = 0, .want = ErrorCode::illegal_generation},
        {.version = 8, .generation = 7, .want = ErrorCode::illegal_generation},
        {.version = 9, .generation = 0, .want = ErrorCode::group_id_not_found},
        {.version = 10, .generation = 7, .want = ErrorCode::group_id_not_found},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(fmt::format("version {} generation {}", row.version, row.generation));
        OffsetsWorld world;
        auto request = OffsetsWorld::request_of({});
        request.generation_id_or_member_epoch = row.generation;
        const auto out = world.offsets.commit(request, {.version = row.version}, world.now);
        EXPECT_EQ(code(out.reply.topics[0].partitions[0].error_code), row.want);
        EXPECT_EQ(out.records.size(), row.want == ErrorCode::none ? 1U : 0U);
    }
}

TEST(TxnOffsetCommit, WithoutAGroupIsForThoseWhoAreNoMembers) {
    struct Row {
        std::int16_t version;
        std::int32_t generation;
        ErrorCode want;
    };
    const Row rows[] = {
        {.version = 0, .generation = -1, .want = ErrorCode::none},
        {.version = 6, .generation = -1, .want = ErrorCode::none},
        {.version = 3, .generation = 1, .want = ErrorCode::illegal_generation},
        {.version = 5, .generation = 1, .want = ErrorCode::illegal_generation},
        {.version = 6, .generation = 1, .want = ErrorCode::group_id_not_found},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(fmt::format("version {} generation {}", row.version, row.generation));
        const OffsetsWorld world;
        wire::TxnOffsetCommitRequest request;
        request.group_id = "g";
        request.generation_id_or_member_epoch = row.generation;
        request.topics = {{.name = "t", .partitions = {{.partition_index = 3}}}};
        const auto out = world.offsets.commit(request, {.version = row.version}, world.now);
        EXPECT_EQ(code(out.reply.topics[0].partitions[0].error_code), row.want);
        EXPECT_EQ(out.records.size(), row.want == ErrorCode::none ? 1U : 0U);
    }
}

/// What a group answers reaches the client as it is, but for words its version does not know.
TEST(OffsetCommit, IsRefusedAsAWholeWithTheGroupsError) {
    struct Row {
        ErrorCode group;
        bool transactional;
        std::int16_t version;
        ErrorCode want;
    };
    using enum ErrorCode;
    const Row rows[] = {
        {illegal_generation, false, 5, illegal_generation},
        {unknown_member_id, false, 9, unknown_member_id},
        {rebalance_in_progress, false, 7, rebalance_in_progress},
        {fenced_instance_id, false, 8, fenced_instance_id},
        {coordinator_not_available, false, 3, coordinator_not_available},
        {unsupported_version, false, 8, unsupported_version},
        {stale_member_epoch, false, 9, stale_member_epoch},
        {group_id_not_found, false, 10, group_id_not_found},
        {illegal_generation, true, 4, illegal_generation},
        {unknown_member_id, true, 3, unknown_member_id},
        {fenced_instance_id, true, 3, fenced_instance_id},
        {coordinator_not_available, true, 0, coordinator_not_available},
        {stale_member_epoch, true, 5, illegal_generation},
        {stale_member_epoch, true, 6, stale_member_epoch},
    };
    for (const auto& row : rows) {
        for (const bool by_partition : {false, true}) {
            SCOPED_TRACE(fmt::format("{} v{} {}{}", error_name(row.group), row.version,
                                     row.transactional, by_partition));
            OffsetsWorld world;
            auto& group = world.group();
            (by_partition ? group.topic_errors["u"] : group.commit_error) = row.group;
            const auto expect_refused = [&](const auto& request) {
                const auto out = world.offsets.commit(request, {.version = row.version}, world.now);
                EXPECT_TRUE(out.records.empty());
                ASSERT_EQ(out.reply.topics.size(), 2U);
                for (const auto& topic : out.reply.topics) {
                    ASSERT_EQ(topic.partitions.size(), 1U);
                    EXPECT_EQ(code(topic.partitions[0].error_code), row.want) << topic.name;
                }
            };
            if (row.transactional) {
                wire::TxnOffsetCommitRequest request;
                request.group_id = "g";
                request.topics = {{.name = "t", .partitions = {{.partition_index = 1}}},
                                  {.name = "u", .partitions = {{.partition_index = 2}}}};
                expect_refused(request);
            } else {
                auto request = OffsetsWorld::request_of({});
                request.topics.push_back({.name = "u", .partitions = {{.partition_index = 2}}});
                expect_refused(request);
            }
        }
    }
}

TEST(OffsetCommit, AsksTheGroupWithAllThatTheRequestSays) {
    OffsetsWorld world;
    auto& group = world.group();
    auto request = OffsetsWorld::request_of({.topic = "t", .partition = 4, .topic_id = some_id});
    request.member_id = "m";
    request.group_instance_id = "i";
    request.generation_id_or_member_epoch = 5;
    EXPECT_EQ(world.offsets.commit(request, {.version = 10}, world.now).records.size(), 1U);
    EXPECT_EQ(group.asked, fmt::format("m i 5 v10 t {} 4", some_id));

    wire::TxnOffsetCommitRequest txn;
    txn.group_id = "g";
    txn.member_id = "n";
    txn.generation_id_or_member_epoch = 6;
    txn.topics = {{.name = "u", .partitions = {{.partition_index = 1}}}};
    EXPECT_EQ(world.offsets.commit(txn, {.version = 3}, world.now).records.size(), 1U);
    EXPECT_EQ(group.asked, fmt::format("n - 6 v3 transactional u {} 1", Uuid{}));
}

TEST(OffsetCommit, StoresWhatKafkaStores) {
    struct Row {
        std::int64_t commit_timestamp;
        std::int64_t retention_ms;
        std::optional<std::string> metadata;
        std::int16_t want_version;
        std::int64_t want_committed_at;
        std::int64_t want_expires_at;
    };
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    const Row rows[] = {
        {-1, -1, "m", 4, 1'000, -1},   {-1, -1, std::nullopt, 4, 1'000, -1},
        {77, -1, "", 4, 77, -1},  // version 1 of the request has a timestamp of its own
        {least, -1, "", 4, least, -1}, {-1, 500, "m", 1, 1'000, 1'500},
        {77, 0, "m", 1, 77, 1'000},    {-1, most, "", 1, 1'000, most},  // not round into the past
        {-1, -600, "", 1, 1'000, 400},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(
            fmt::format("timestamp {} retention {}", row.commit_timestamp, row.retention_ms));
        OffsetsWorld world;
        world.now.wall = Timestamp{1'000};
        auto request = OffsetsWorld::request_of(
            {.topic = "t", .partition = 6, .offset = 42, .topic_id = some_id});
        request.retention_time_ms = row.retention_ms;
        auto& partition = request.topics[0].partitions[0];
        partition.commit_timestamp = row.commit_timestamp;
        partition.committed_metadata = row.metadata;
        partition.committed_leader_epoch = 9;
        const auto out = world.offsets.commit(request, {.version = 5}, world.now);
        ASSERT_EQ(keys_of(out.records), std::vector<std::string>{"g t-6"});
        const auto [version, value] = value_of(out.records[0]);
        EXPECT_EQ(version, row.want_version);
        EXPECT_EQ(value.offset, 42);
        EXPECT_EQ(value.metadata, row.metadata.value_or(""));
        EXPECT_EQ(value.commit_timestamp, row.want_committed_at);
        EXPECT_EQ(value.expire_timestamp, row.want_expires_at);
        // Version 1 has a place for neither.
        EXPECT_EQ(value.leader_epoch, version == 4 ? 9 : -1);
        EXPECT_EQ(value.topic_id, version == 4 ? some_id : Uuid{});
    }
}

TEST(TxnOffsetCommit, StoresWhatKafkaStores) {
    OffsetsWorld world;
    wire::TxnOffsetCommitRequest request;
    request.group_id = "g";
    request.topics = {{.topic_id = some_id,
                       .name = "t",
                       .partitions = {{.partition_index = 2,
                                       .committed_offset = 8,
                                       .committed_leader_epoch = 3,
                                       .committed_metadata = std::nullopt}}}};
    const auto out = world.offsets.commit(request, {.version = 6}, world.now);
    EXPECT_EQ(out.reply.topics[0].topic_id, some_id);
    EXPECT_EQ(out.reply.topics[0].name, "t");
    ASSERT_EQ(keys_of(out.records), std::vector<std::string>{"g t-2"});
    const auto [version, value] = value_of(out.records[0]);
    EXPECT_EQ(version, 4);
    EXPECT_EQ(value.offset, 8);
    EXPECT_EQ(value.leader_epoch, 3);
    EXPECT_EQ(value.metadata, "");
    EXPECT_EQ(value.commit_timestamp, world.now.wall.get());
    EXPECT_EQ(value.topic_id, some_id);
}

/// Kafka compares String.length(), which is UTF-16's.
TEST(OffsetCommit, RefusesMetadataThatAreTooLongForTheirPartitionAlone) {
    struct Row {
        std::string metadata;
        bool fits;
    };
    const Row rows[] = {
        {"", true},
        {"1234", true},
        {"12345", false},
        {"\u20ac\u20ac\u20ac\u20ac", true},
        {"\u00e91234", false},
        {"\U0001f600\U0001f600", true},
        {"\U0001f600\U0001f6001", false},
    };
    for (const bool transactional : {false, true}) {
        for (const auto& row : rows) {
            SCOPED_TRACE(row.metadata);
            OffsetsWorld world;
            world.config.metadata_length_max = 4;
            const auto expect = [&](const auto& request) {
                const auto out = world.offsets.commit(request, {.version = 5}, world.now);
                EXPECT_EQ(code(out.reply.topics[0].partitions[0].error_code),
                          row.fits ? ErrorCode::none : ErrorCode::offset_metadata_too_large);
                EXPECT_EQ(code(out.reply.topics[0].partitions[1].error_code), ErrorCode::none);
                EXPECT_EQ(out.records.size(), row.fits ? 2U : 1U);
            };
            if (transactional) {
                wire::TxnOffsetCommitRequest request;
                request.group_id = "g";
                request.topics = {
                    {.name = "t",
                     .partitions = {{.partition_index = 0, .committed_metadata = row.metadata},
                                    {.partition_index = 1}}}};
                expect(request);
            } else {
                auto request = OffsetsWorld::request_of({.metadata = row.metadata});
                request.topics[0].partitions.push_back({.partition_index = 1});
                expect(request);
            }
        }
    }
}

TEST(OffsetCommit, TheLastOfDuplicatesCountsAndEmptyOnesAreAnswered) {
    OffsetsWorld world;
    wire::OffsetCommitRequest request;  // the empty group id is allowed, as in Kafka
    EXPECT_TRUE(world.offsets.commit(request, {.version = 9}, world.now).reply.topics.empty());
    request.group_id = "g";
    request.topics = {{.name = "none", .partitions = {}},
                      {.name = "t",
                       .partitions = {{.partition_index = 0, .committed_offset = 1},
                                      {.partition_index = 0, .committed_offset = 2}}},
                      {.name = "t", .partitions = {{.partition_index = 0, .committed_offset = 3}}}};
    auto out = world.offsets.commit(request, {.version = 9}, world.now);
    ASSERT_EQ(out.reply.topics.size(), 3U);
    EXPECT_TRUE(out.reply.topics[0].partitions.empty());
    EXPECT_EQ(out.reply.topics[1].partitions.size(), 2U);
    EXPECT_EQ(out.records.size(), 3U);
    world.append(std::move(out.records));
    EXPECT_EQ(world.fetch("t", 0), "3");
    EXPECT_EQ(world.offsets.size(), 1U);
}

TEST(TxnOffsetCommit, NeedsAGroupId) {
    const OffsetsWorld world;
    wire::TxnOffsetCommitRequest request;
    request.topics = {{.name = "t", .partitions = {{.partition_index = 0}}}};
    const auto out = world.offsets.commit(request, {.version = 6}, world.now);
    EXPECT_EQ(code(out.reply.topics[0].partitions[0].error_code), ErrorCode::invalid_group_id);
    EXPECT_TRUE(out.records.empty());
}

TEST(OffsetReplies, RefuseWhatNamesNoPartition) {
    using enum ErrorCode;
    wire::OffsetFetchRequest::Group group;
    group.group_id = "g";
    EXPECT_EQ(refused(group, not_coordinator).group_id, "g");
    EXPECT_EQ(code(refused(group, not_coordinator).error_code), not_coordinator);
    EXPECT_EQ(code(refused(wire::OffsetDeleteRequest{}, not_coordinator).error_code),
              not_coordinator);
}

}  // namespace
}  // namespace barnabas::coordinator
