#include "client/admin/plans.h"
#include "client/consumer/consumer_protocol.h"
#include "unit/client/admin/play.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"

#include <gtest/gtest.h>

namespace barnabas::client::admin_api {
namespace {

using admin::GroupState;
using admin::GroupType;
using admin::ListGroupsOptions;
using wire::ConsumerGroupDescribeRequest;
using wire::ConsumerGroupDescribeResponse;
using wire::DeleteGroupsRequest;
using wire::DeleteGroupsResponse;
using wire::DescribeGroupsRequest;
using wire::DescribeGroupsResponse;
using wire::LeaveGroupRequest;
using wire::LeaveGroupResponse;
using wire::ListGroupsRequest;
using wire::ListGroupsResponse;
using wire::MetadataRequest;
using wire::OffsetCommitRequest;
using wire::OffsetCommitResponse;
using wire::OffsetDeleteRequest;
using wire::OffsetDeleteResponse;
using wire::OffsetFetchRequest;
using wire::OffsetFetchResponse;

constexpr std::int16_t number(ErrorCode code) {
    return static_cast<std::int16_t>(code);
}

struct FilterRow {
    ListGroupsOptions options;
    std::int16_t want;
};

TEST(ListGroups, NeedsTheVersionThatHasTheFilter) {
    const FilterRow rows[] = {{{}, 0},
                              {{.protocol_types = {"consumer"}}, 0},
                              {{.states = {GroupState::stable}}, 4},
                              {{.types = {GroupType::classic}}, 0},
                              {{.types = {GroupType::consumer}}, 5},
                              {{.states = {GroupState::stable}, .types = {GroupType::classic}}, 4},
                              {ListGroupsOptions::for_consumer_groups(), 0},
                              {ListGroupsOptions::for_share_groups(), 5}};
    for (const auto& row : rows) {
        Play play(list_groups_plan(row.options, {}));
        play.answer(play.sent<MetadataRequest>(), three_brokers());
        EXPECT_EQ(play.sent<ListGroupsRequest>()->versions().first, row.want);
    }
}

ListGroupsResponse groups(const std::vector<std::pair<std::string, std::string>>& rows) {
    ListGroupsResponse response;
    for (const auto& [id, protocol] : rows) {
        auto& group = response.groups.emplace_back();
        group.group_id = id;
        group.protocol_type = protocol;
        group.group_type = "classic";
        group.group_state = "Stable";
    }
    return response;
}

TEST(ListGroups, AsksEveryBrokerAndMergesWhatTheyTell) {
    Play play(list_groups_plan({.protocol_types = {"consumer", ""}}, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    ASSERT_EQ(play.waiting(), 3U);
    play.answer(play.sent<ListGroupsRequest>(), groups({{"b", "consumer"}, {"x", "connect"}}));
    ListGroupsResponse loading;
    loading.error_code = number(ErrorCode::coordinator_load_in_progress);
    play.answer(play.sent<ListGroupsRequest>(), loading);
    ListGroupsResponse refused;
    refused.error_code = number(ErrorCode::cluster_authorization_failed);
    play.answer(play.sent<ListGroupsRequest>(), refused);
    play.sleep();
    play.answer(play.sent<ListGroupsRequest>(), groups({{"a", ""}, {"b", "consumer"}}));
    const auto result = play.result();
    ASSERT_TRUE(result);
    ASSERT_EQ(result->groups.size(), 2U) << "b is there once, a connect group not at all";
    EXPECT_EQ(result->groups[0].id, "a");
    EXPECT_TRUE(result->groups[0].is_simple_consumer_group());
    EXPECT_EQ(result->groups[1].state, GroupState::stable);
    ASSERT_EQ(result->errors.size(), 1U);
    EXPECT_EQ(result->errors[0].code, ErrorCode::cluster_authorization_failed);
}

TEST(ListGroups, FailsAsAWholeWhereNobodySaysWhichBrokersThereAre) {
    Play play(list_groups_plan({}, {}), 1s);
    while (!play.done()) {
        if (play.waiting() > 0) {
            play.fail(play.sent<MetadataRequest>(), ErrorCode::network_exception);
        } else {
            play.sleep();
        }
    }
    EXPECT_EQ(code_of(play.result()), ErrorCode::request_timed_out);
}

TEST(DeleteGroups, AsksEachCoordinatorForItsGroups) {
    Play play(delete_groups_plan({"a", "b"}, {}));
    play.find_coordinator(3);
    const auto request = play.sent<DeleteGroupsRequest>();
    EXPECT_EQ(request->to(), BrokerId{3});
    DeleteGroupsResponse response;
    auto& moved = response.results.emplace_back();
    moved.group_id = "a";
    moved.error_code = number(ErrorCode::not_coordinator);
    auto& busy = response.results.emplace_back();
    busy.group_id = "b";
    busy.error_code = number(ErrorCode::non_empty_group);
    play.answer(request, response);
    play.sleep();
    play.find_coordinator(1);
    const auto again = play.sent<DeleteGroupsRequest>();
    EXPECT_EQ(again->request.groups_names, std::vector<std::string>{"a"});
    DeleteGroupsResponse good;
    good.results.emplace_back().group_id = "a";
    play.answer(again, good);
    const auto result = play.result();
    EXPECT_TRUE(result->at("a"));
    EXPECT_EQ(code_of(result->at("b")), ErrorCode::non_empty_group);
}

void add_classic(DescribeGroupsResponse& response, const std::string& id,
                 const std::string& protocol, ByteView assignment) {
    auto& group = response.groups.emplace_back();
    group.group_id = id;
    group.group_state = "Stable";
    group.protocol_type = protocol;
    group.protocol_data = "range";
    auto& member = group.members.emplace_back();
    member.member_id = "m";
    member.member_assignment = assignment;
}

TEST(DescribeConsumerGroups, AsksInTheClassicWayWhereTheGroupIsNoneOfTheNewOnes) {
    Play play(describe_consumer_groups_plan({"new", "old", "connect"}, {}, {}));
    play.find_coordinator(2);
    const auto request = play.sent<ConsumerGroupDescribeRequest>();
    EXPECT_EQ(request->request.group_ids.size(), 3U);
    ConsumerGroupDescribeResponse response;
    for (const auto* id : {"connect", "new", "old"}) {
        auto& group = response.groups.emplace_back();
        group.group_id = id;
        group.error_code = number(ErrorCode::group_id_not_found);
    }
    auto& found = response.groups[1];
    found.error_code = 0;
    found.group_state = "Reconciling";
    found.group_epoch = 4;
    auto& member = found.members.emplace_back();
    member.member_id = "n";
    member.member_type = 1;
    auto& assigned = member.assignment.topic_partitions.emplace_back();
    assigned.topic_name = "t";
    assigned.partitions = {2};
    play.answer(request, response);

    const auto classic = play.sent<DescribeGroupsRequest>();
    EXPECT_EQ(classic->request.groups, (std::vector<std::string>{"connect", "old"}));
    const auto assignment = encode_assignment({.partitions = {partition("t", 1)}});
    DescribeGroupsResponse answer;
    add_classic(answer, "old", "consumer", assignment.view());
    add_classic(answer, "connect", "connect", as_bytes("its own business"));
    play.answer(classic, answer);

    const auto result = play.result();
    const auto& fresh = result->at("new");
    ASSERT_TRUE(fresh);
    EXPECT_EQ(fresh->type, GroupType::consumer);
    EXPECT_EQ(fresh->state, GroupState::reconciling);
    EXPECT_EQ(fresh->group_epoch, 4);
    EXPECT_EQ(fresh->coordinator->host, "broker-2");
    EXPECT_EQ(fresh->members.at(0).assignment, std::set{partition("t", 2)});
    EXPECT_EQ(fresh->members.at(0).upgraded, true);
    const auto& old = result->at("old");
    ASSERT_TRUE(old);
    EXPECT_EQ(old->type, GroupType::classic);
    EXPECT_EQ(old->members.at(0).assignment, std::set{partition("t", 1)});
    EXPECT_EQ(old->members.at(0).upgraded, std::nullopt);
    EXPECT_EQ(code_of(result->at("connect")), ErrorCode::inconsistent_group_protocol);
}

TEST(DescribeConsumerGroups, AGroupThatNeitherWayKnowsIsNotFound) {
    Play play(describe_consumer_groups_plan({"g"}, {}, {}));
    play.find_coordinator(2);
    play.fail(play.sent<ConsumerGroupDescribeRequest>(), ErrorCode::unsupported_version);
    const auto classic = play.sent<DescribeGroupsRequest>();
    DescribeGroupsResponse answer;
    auto& group = answer.groups.emplace_back();
    group.group_id = "g";
    group.error_code = number(ErrorCode::group_id_not_found);
    group.error_message = "Group g not found.";
    play.answer(classic, answer);
    EXPECT_EQ(play.result()->at("g").error().message, "Group g not found.");
}

TEST(DescribeConsumerGroups, AnAssignmentThatIsNoneIsAnErrorOfItsGroup) {
    Play play(describe_classic_groups_plan({"bad", "connect"}, {}, {}));
    play.find_coordinator(2);
    DescribeGroupsResponse answer;
    add_classic(answer, "bad", "consumer", as_bytes("x"));
    add_classic(answer, "connect", "connect", as_bytes("x"));
    play.answer(play.sent<DescribeGroupsRequest>(), answer);
    const auto result = play.result();
    EXPECT_FALSE(result->at("bad"));
    ASSERT_TRUE(result->at("connect"));
    EXPECT_TRUE(result->at("connect")->members.at(0).assignment.empty());
}

void add_fetched(OffsetFetchResponse& response, const std::string& id) {
    auto& group = response.groups.emplace_back();
    group.group_id = id;
    auto& topic = group.topics.emplace_back();
    topic.name = "t";
    auto& committed = topic.partitions.emplace_back();
    committed.partition_index = 0;
    committed.committed_offset = 5;
    committed.metadata = "m";
    auto& none = topic.partitions.emplace_back();
    none.partition_index = 1;
    none.committed_offset = -1;
}

TEST(ListGroupOffsets, FetchesManyGroupsAtOnce) {
    Play play(list_consumer_group_offsets_plan(
        {{"a", {}}, {"b", {.partitions = {{partition("t", 0), partition("t", 1)}}}}}, {}, {}));
    play.find_coordinator(2);
    const auto request = play.sent<OffsetFetchRequest>();
    EXPECT_EQ(request->versions(), (wire::Versions{8, 9})) << "version 10 goes by topic ids";
    ASSERT_EQ(request->request.groups.size(), 2U);
    EXPECT_FALSE(request->request.groups[0].topics) << "all";
    EXPECT_EQ(request->request.groups[1].topics->at(0).partition_indexes,
              (std::vector<std::int32_t>{0, 1}));
    OffsetFetchResponse response;
    add_fetched(response, "b");
    add_fetched(response, "a");
    play.answer(request, response);
    const auto result = play.result();
    const auto& offsets = *result->at("b");
    EXPECT_EQ(offsets.at(partition("t", 0))->value().offset, Offset{5});
    EXPECT_EQ(offsets.at(partition("t", 0))->value().metadata, "m");
    ASSERT_TRUE(offsets.at(partition("t", 1)));
    EXPECT_EQ(*offsets.at(partition("t", 1)), std::nullopt);
}

TEST(ListGroupOffsets, FetchesOneByOneFromAnOldBroker) {
    Play play(list_consumer_group_offsets_plan({{"a", {}}, {"b", {}}}, {}, {}));
    play.find_coordinator(2);
    play.fail(play.sent<OffsetFetchRequest>(), ErrorCode::unsupported_version);
    ASSERT_EQ(play.waiting(), 2U);
    for (const auto* id : {"a", "b"}) {
        const auto request = play.sent<OffsetFetchRequest>();
        EXPECT_EQ(request->request.group_id, id);
        EXPECT_FALSE(request->request.topics);
        EXPECT_EQ(request->versions().first, 2);
        OffsetFetchResponse response;
        auto& topic = response.topics.emplace_back();
        topic.name = "t";
        topic.partitions.emplace_back().committed_offset = 9;
        play.answer(request, response);
    }
    EXPECT_EQ(play.result()->at("a")->at(partition("t", 0))->value().offset, Offset{9});
}

TEST(ListGroupOffsets, WaitsForATransactionThatCommitsOffsets) {
    Play play(list_consumer_group_offsets_plan({{"a", {}}}, {.require_stable = true}, {}));
    play.find_coordinator(2);
    const auto request = play.sent<OffsetFetchRequest>();
    EXPECT_TRUE(request->request.require_stable);
    OffsetFetchResponse response;
    add_fetched(response, "a");
    response.groups[0].topics[0].partitions[1].error_code =
        number(ErrorCode::unstable_offset_commit);
    play.answer(request, response);
    EXPECT_FALSE(play.done());
    play.sleep();
    play.sent<OffsetFetchRequest>();
}

TEST(AlterGroupOffsets, HasAResultForEachPartition) {
    Play play(alter_consumer_group_offsets_plan(
        "g",
        {{partition("t", 0), {.offset = Offset{1}}}, {partition("t", 1), {.offset = Offset{2}}}},
        {}));
    play.find_coordinator(2);
    const auto request = play.sent<OffsetCommitRequest>();
    EXPECT_EQ(request->request.generation_id_or_member_epoch, -1);
    EXPECT_EQ(request->versions().last, 9);
    OffsetCommitResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    topic.partitions.resize(2);
    topic.partitions[0].error_code = number(ErrorCode::unknown_topic_or_partition);
    topic.partitions[1].partition_index = 1;
    topic.partitions[1].error_code = number(ErrorCode::rebalance_in_progress);
    play.answer(request, response);
    play.sleep();
    const auto again = play.sent<OffsetCommitRequest>();
    ASSERT_EQ(again->request.topics.at(0).partitions.size(), 1U);
    response.topics[0].partitions.erase(response.topics[0].partitions.begin());
    response.topics[0].partitions[0].error_code = 0;
    play.answer(again, response);
    const auto result = play.result();
    EXPECT_EQ(code_of(result->at(partition("t", 0))), ErrorCode::unknown_topic_or_partition);
    EXPECT_TRUE(result->at(partition("t", 1)));
}

TEST(DeleteGroupOffsets, AnErrorOfTheGroupIsOneOfEachPartition) {
    Play play(delete_consumer_group_offsets_plan("g", {partition("t", 0), partition("u", 0)}, {}));
    play.find_coordinator(2);
    OffsetDeleteResponse response;
    response.error_code = number(ErrorCode::group_id_not_found);
    play.answer(play.sent<OffsetDeleteRequest>(), response);
    const auto result = play.result();
    EXPECT_EQ(result->size(), 2U);
    for (const auto& [key, outcome] : *result) {
        EXPECT_EQ(code_of(outcome), ErrorCode::group_id_not_found);
    }
}

TEST(RemoveMembers, FindsOutWhoIsThereWhereEverybodyShallGo) {
    Play play(remove_members_plan("g", {.reason = "upgrade"}, {}));
    play.find_coordinator(2);
    const auto described = play.sent<ConsumerGroupDescribeRequest>();
    ConsumerGroupDescribeResponse response;
    auto& group = response.groups.emplace_back();
    group.group_id = "g";
    group.members.emplace_back().member_id = "m";
    auto& fixed = group.members.emplace_back();
    fixed.member_id = "s";
    fixed.instance_id = "i";
    play.answer(described, response);
    play.find_coordinator(2);
    const auto request = play.sent<LeaveGroupRequest>();
    ASSERT_EQ(request->request.members.size(), 2U);
    EXPECT_EQ(request->request.members[0].member_id, "m");
    EXPECT_EQ(request->request.members[0].reason, "member was removed by an admin: upgrade");
    EXPECT_EQ(request->request.members[1].group_instance_id, "i");
    EXPECT_EQ(request->request.members[1].member_id, "");
    LeaveGroupResponse left;
    auto& gone = left.members.emplace_back();
    gone.member_id = "m";
    gone.group_instance_id = std::nullopt;
    auto& unknown = left.members.emplace_back();
    unknown.member_id = "s";  // brokers may tell it
    unknown.group_instance_id = "i";
    unknown.error_code = number(ErrorCode::unknown_member_id);
    play.answer(request, left);
    const auto result = play.result();
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->at({.member_id = "m"}));
    EXPECT_EQ(code_of(result->at({.group_instance_id = "i"})), ErrorCode::unknown_member_id);
}

TEST(RemoveMembers, TheErrorOfAGroupThatIsNotThereIsTheCalls) {
    Play play(remove_members_plan("g", {}, {}));
    play.find_coordinator(2);
    play.fail(play.sent<ConsumerGroupDescribeRequest>(), ErrorCode::unsupported_version);
    DescribeGroupsResponse answer;
    auto& group = answer.groups.emplace_back();
    group.group_id = "g";
    group.error_code = number(ErrorCode::group_id_not_found);
    play.answer(play.sent<DescribeGroupsRequest>(), answer);
    EXPECT_EQ(code_of(play.result()), ErrorCode::group_id_not_found);
}

}  // namespace
}  // namespace barnabas::client::admin_api
