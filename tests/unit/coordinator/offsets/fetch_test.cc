#include "unit/coordinator/offsets/offsets_world.h"

#include <gtest/gtest.h>

namespace barnabas::coordinator {
namespace {

using testing::keys_of;
using testing::OffsetsWorld;

const Uuid old_id{{1}};
const Uuid new_id{{2}};

ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

wire::OffsetFetchRequest::Group request_of(
    std::optional<std::vector<wire::OffsetFetchRequest::Group::Topic>> topics) {
    wire::OffsetFetchRequest::Group request;
    request.group_id = "g";
    request.topics = std::move(topics);
    return request;
}

TEST(OffsetFetch, GivesWhatWasCommittedAndNothingForTheRest) {
    OffsetsWorld world;
    auto request = OffsetsWorld::request_of({.partition = 1, .offset = 5, .metadata = "why"});
    request.topics[0].partitions[0].committed_leader_epoch = 3;
    world.append(world.offsets.commit(request, {.version = 9}, world.now).records);
    const auto reply = world.offsets.fetch(
        request_of({{{.name = "t", .partition_indexes = {1, 2, 1}}, {.name = "u"}}}), 9, false);
    EXPECT_EQ(reply.group_id, "g");
    EXPECT_EQ(code(reply.error_code), ErrorCode::none);
    ASSERT_EQ(reply.topics.size(), 2U);
    EXPECT_TRUE(reply.topics[1].partitions.empty());
    ASSERT_EQ(reply.topics[0].partitions.size(), 3U);
    const auto& [one, two, three] =
        std::tie(reply.topics[0].partitions[0], reply.topics[0].partitions[1],
                 reply.topics[0].partitions[2]);
    EXPECT_EQ(one.partition_index, 1);
    EXPECT_EQ(one.committed_offset, 5);
    EXPECT_EQ(one.committed_leader_epoch, 3);
    EXPECT_EQ(one.metadata, "why");
    EXPECT_EQ(two.partition_index, 2);
    EXPECT_EQ(two.committed_offset, -1);
    EXPECT_EQ(two.committed_leader_epoch, -1);
    EXPECT_EQ(two.metadata, "");
    EXPECT_EQ(code(two.error_code), ErrorCode::none);
    EXPECT_EQ(three.committed_offset, 5);
}

TEST(OffsetFetch, OfAGroupThatIsNotThereHasNoOffsets) {
    const OffsetsWorld world;
    const auto some =
        world.offsets.fetch(request_of({{{.name = "t", .partition_indexes = {0}}}}), 9, true);
    EXPECT_EQ(code(some.error_code), ErrorCode::none);
    EXPECT_EQ(some.topics.at(0).partitions.at(0).committed_offset, -1);
    const auto all = world.offsets.fetch(request_of(std::nullopt), 9, true);
    EXPECT_EQ(code(all.error_code), ErrorCode::none);
    EXPECT_TRUE(all.topics.empty());
}

TEST(OffsetFetch, IsRefusedWithTheGroupsErrorButForOneThatIsGone) {
    using enum ErrorCode;
    const std::pair<ErrorCode, ErrorCode> rows[] = {
        {unknown_member_id, unknown_member_id},
        {stale_member_epoch, stale_member_epoch},
        {group_id_not_found, none},
    };
    for (const auto& [says, want] : rows) {
        for (const bool all : {false, true}) {
            OffsetsWorld world;
            world.group().fetch_error = says;
            auto request = all ? request_of(std::nullopt)
                               : request_of({{{.name = "t", .partition_indexes = {0}}}});
            request.member_id = "m";
            request.member_epoch = 4;
            const auto reply = world.offsets.fetch(request, 10, false);
            EXPECT_EQ(world.group().asked, "m - 4 v10");
            EXPECT_EQ(reply.group_id, "g");
            EXPECT_EQ(code(reply.error_code), want);
            EXPECT_EQ(reply.topics.size(), want == none && !all ? 1U : 0U);
        }
    }
}

/// Kafka 4.4 does not give out an offset of a topic that was deleted and created again.
TEST(OffsetFetch, ComparesTopicIdsWhereBothAreKnown) {
    struct Row {
        Uuid committed;
        Uuid asked;
        std::string want;
    };
    const Row rows[] = {
        {old_id, old_id, "7"}, {old_id, new_id, "-1"}, {old_id, {}, "7"},
        {{}, new_id, "7"},     {{}, {}, "7"},
    };
    for (const auto& row : rows) {
        OffsetsWorld world;
        world.commit({.offset = 7, .topic_id = row.committed});
        EXPECT_EQ(world.fetch("t", 0, false, row.asked), row.want);
    }
}

TEST(OffsetFetch, OfAllTopicsSaysWhichTopicItWas) {
    OffsetsWorld world;
    world.commit({.topic = "b", .partition = 1, .offset = 1, .topic_id = old_id});
    world.commit({.topic = "b", .partition = 0, .offset = 2, .topic_id = new_id});
    world.commit({.topic = "b", .partition = 600, .offset = 3, .topic_id = old_id});
    world.commit({.topic = "a", .partition = 3, .offset = 4});
    world.commit({.group = "h", .topic = "c", .offset = 5});
    const auto reply = world.offsets.fetch(request_of(std::nullopt), 9, false);
    std::vector<std::string> got;
    for (const auto& topic : reply.topics) {
        for (const auto& one : topic.partitions) {
            got.push_back(fmt::format("{} of {}: {}-{}", one.committed_offset, topic.topic_id,
                                      topic.name, one.partition_index));
        }
    }
    const std::vector<std::string> want = {
        fmt::format("4 of {}: a-3", Uuid{}), fmt::format("1 of {}: b-1", old_id),
        fmt::format("3 of {}: b-600", old_id), fmt::format("2 of {}: b-0", new_id)};
    EXPECT_EQ(got, want);
    EXPECT_EQ(reply.topics.size(), 3U);
}

TEST(OffsetFetch, IsUnstableWhereATransactionIsOpenIfThatMatters) {
    OffsetsWorld world;
    world.commit({.partition = 0, .offset = 1});
    world.commit({.partition = 0, .offset = 2, .producer = ProducerId{9}});
    world.commit({.partition = 1, .offset = 3, .producer = ProducerId{9}});
    world.commit({.partition = 2, .offset = 4});
    EXPECT_EQ(world.fetch("t", 0, false), "1");
    EXPECT_EQ(world.fetch("t", 1, false), "-1");
    EXPECT_EQ(world.fetch("t", 0, true), "UNSTABLE_OFFSET_COMMIT");
    EXPECT_EQ(world.fetch("t", 1, true), "UNSTABLE_OFFSET_COMMIT");
    EXPECT_EQ(world.fetch("t", 2, true), "4");
    for (const bool require_stable : {false, true}) {
        const auto all = world.offsets.fetch(request_of(std::nullopt), 9, require_stable);
        ASSERT_EQ(all.topics.size(), 1U);
        ASSERT_EQ(all.topics[0].partitions.size(), 2U);  // one that is only pending is none yet
        const auto& one = all.topics[0].partitions[0];
        EXPECT_EQ(one.partition_index, 0);
        EXPECT_EQ(one.committed_offset, require_stable ? -1 : 1);
        EXPECT_EQ(code(one.error_code),
                  require_stable ? ErrorCode::unstable_offset_commit : ErrorCode::none);
        EXPECT_EQ(all.topics[0].partitions[1].committed_offset, 4);
    }
}

TEST(OffsetDelete, IsForGroupsThatDoNotReadTheTopic) {
    struct Row {
        std::string_view what;
        GroupType kind = GroupType::classic;
        std::string protocol = "consumer";
        bool has_members = false;
        ErrorCode says = ErrorCode::none;
        ErrorCode want = ErrorCode::none;       // of the request
        ErrorCode want_read = ErrorCode::none;  // of the topic that is read
    };
    using enum ErrorCode;
    const Row rows[] = {
        {.what = "an empty classic group", .want_read = group_subscribed_to_topic},
        {.what = "consumers", .has_members = true, .want_read = group_subscribed_to_topic},
        {.what = "a simple group", .protocol = "", .want_read = group_subscribed_to_topic},
        {.what = "Connect's", .protocol = "connect", .has_members = true, .want = non_empty_group},
        {.what = "Connect's, empty", .protocol = "connect", .want_read = group_subscribed_to_topic},
        {.what = "dead", .says = group_id_not_found, .want = group_id_not_found},
        {.what = "KIP-848's",
         .kind = GroupType::consumer,
         .has_members = true,
         .want_read = group_subscribed_to_topic},
        {.what = "a share group", .kind = GroupType::share, .want = group_id_not_found},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        OffsetsWorld world;
        world.commit({.topic = "read", .partition = 1});
        world.commit({.topic = "left", .partition = 2});
        world.commit({.topic = "left", .partition = 3, .producer = ProducerId{1}});
        auto& group = world.group();
        group.group_type = row.kind;
        group.protocol = row.protocol;
        group.topics = {"read"};
        group.delete_error = row.says;
        if (row.has_members) {
            group.members = {"m"};
        }
        const wire::OffsetDeleteRequest request{
            .group_id = "g",
            .topics = {{.name = "read", .partitions = {{1}}},
                       {.name = "left", .partitions = {{2}, {3}, {4}}},
                       {.name = "none", .partitions = {}}}};
        const auto out = world.offsets.remove(request);
        EXPECT_EQ(code(out.reply.error_code), row.want);
        if (row.want != none) {
            EXPECT_TRUE(out.reply.topics.empty());
            EXPECT_TRUE(out.records.empty());
            continue;
        }
        ASSERT_EQ(out.reply.topics.size(), 3U);
        EXPECT_EQ(code(out.reply.topics[0].partitions.at(0).error_code), row.want_read);
        ASSERT_EQ(out.reply.topics[1].partitions.size(), 3U);
        for (const auto& one : out.reply.topics[1].partitions) {
            EXPECT_EQ(code(one.error_code), none);
        }
        EXPECT_EQ(keys_of(out.records), (std::vector<std::string>{"g left-2!", "g left-3!"}));
    }
}

TEST(OffsetDelete, NeedsAGroup) {
    const OffsetsWorld world;
    EXPECT_EQ(code(world.offsets.remove({.group_id = "", .topics = {}}).reply.error_code),
              ErrorCode::invalid_group_id);
    EXPECT_EQ(code(world.offsets.remove({.group_id = "g", .topics = {}}).reply.error_code),
              ErrorCode::group_id_not_found);
}

TEST(OffsetTombstones, TakeAllThatAGroupHas) {
    OffsetsWorld world;
    world.commit({.topic = "a", .partition = 1});
    world.commit({.topic = "b", .partition = 2});
    world.commit({.topic = "b", .partition = 2, .producer = ProducerId{1}});
    world.commit({.topic = "c", .partition = 3, .producer = ProducerId{1}});
    world.commit({.topic = "c", .partition = 3, .producer = ProducerId{2}});
    world.commit({.group = "h", .topic = "a", .partition = 1});
    Records records;
    world.offsets.add_tombstones("g", records);
    EXPECT_EQ(keys_of(records), (std::vector<std::string>{"g a-1!", "g b-2!", "g c-3!"}));
    world.append(std::move(records));
    EXPECT_FALSE(world.offsets.has_offsets("g"));
    EXPECT_FALSE(world.offsets.has_pending("g"));
    EXPECT_TRUE(world.offsets.has_offsets("h"));
    // Nothing comes back when the transactions end.
    world.end(ProducerId{1}, true);
    world.end(ProducerId{2}, true);
    EXPECT_FALSE(world.offsets.has_offsets("g"));
}

}  // namespace
}  // namespace barnabas::coordinator
