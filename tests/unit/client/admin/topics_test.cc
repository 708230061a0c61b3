#include "client/admin/plans.h"
#include "unit/client/admin/play.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_topic_partitions.h"

#include <gtest/gtest.h>

namespace barnabas::client::admin_api {
namespace {

using admin::NewTopic;
using wire::CreatePartitionsRequest;
using wire::CreatePartitionsResponse;
using wire::CreateTopicsRequest;
using wire::CreateTopicsResponse;
using wire::DeleteTopicsRequest;
using wire::DeleteTopicsResponse;
using wire::DescribeTopicPartitionsRequest;
using wire::DescribeTopicPartitionsResponse;
using wire::MetadataRequest;

constexpr std::int16_t number(ErrorCode code) {
    return static_cast<std::int16_t>(code);
}

CreateTopicsResponse created(const std::string& name, ErrorCode code = ErrorCode::none) {
    CreateTopicsResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = name;
    topic.error_code = number(code);
    topic.num_partitions = 3;
    topic.replication_factor = 1;
    auto& config = topic.configs->emplace_back();
    config.name = "cleanup.policy";
    config.value = "compact";
    config.config_source = 1;
    return response;
}

TEST(CreateTopics, AsksTheControllerAndReadsWhatBecameOfTheTopic) {
    const NewTopic topic{.name = "t", .configs = {{"cleanup.policy", "compact"}}};
    Play play(create_topics_plan({topic}, {.validate_only = true}, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    const auto request = play.sent<CreateTopicsRequest>();
    EXPECT_EQ(request->to(), BrokerId{2});
    EXPECT_TRUE(request->request.validate_only);
    EXPECT_EQ(request->request.topics.at(0).num_partitions, -1);
    EXPECT_EQ(request->request.topics.at(0).configs.at(0).value, "compact");
    play.answer(request, created("t"));
    const auto result = play.result();
    const auto& outcome = result->at("t");
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->partitions, 3);
    ASSERT_TRUE(outcome->config);
    const auto* policy = outcome->config->find("cleanup.policy");
    ASSERT_NE(policy, nullptr);
    EXPECT_EQ(policy->source, admin::ConfigSource::dynamic_topic_config);
    EXPECT_EQ(outcome->config->find("retention.ms"), nullptr);
}

struct VersionRow {
    NewTopic topic;
    bool validate_only;
    std::int16_t want;
};

TEST(CreateTopics, NeedsTheVersionThatKnowsWhatIsAskedFor) {
    const VersionRow rows[] = {
        {{.name = "t", .partitions = 1, .replication_factor = 1}, false, 0},
        {{.name = "t", .partitions = 1, .replication_factor = 1}, true, 1},
        {{.name = "t", .partitions = 1}, false, 4},
        {{.name = "t"}, true, 4},
        {{.name = "t", .assignments = {{PartitionId{0}, {BrokerId{1}}}}}, false, 0}};
    for (const auto& row : rows) {
        Play play(create_topics_plan({row.topic}, {.validate_only = row.validate_only}, {}));
        play.answer(play.sent<MetadataRequest>(), three_brokers());
        EXPECT_EQ(play.sent<CreateTopicsRequest>()->versions().first, row.want);
    }
}

TEST(CreateTopics, LooksTheControllerUpAgainAndWaitsForAQuota) {
    Play play(create_topics_plan({{.name = "t"}}, {}, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    play.answer(play.sent<CreateTopicsRequest>(), created("t", ErrorCode::not_controller));
    play.sleep();
    auto moved = three_brokers();
    moved.controller_id = 3;
    play.answer(play.sent<MetadataRequest>(), moved);
    const auto request = play.sent<CreateTopicsRequest>();
    EXPECT_EQ(request->to(), BrokerId{3});
    auto throttled = created("t", ErrorCode::throttling_quota_exceeded);
    throttled.throttle_time_ms = 5000;
    play.answer(request, throttled);
    const Time before = play.now();
    play.sleep();
    EXPECT_EQ(play.now() - before, 5s);
    play.answer(play.sent<CreateTopicsRequest>(), created("t"));
    EXPECT_TRUE(play.result()->at("t"));
}

TEST(CreateTopics, AQuotaIsAnErrorWhereThatIsWanted) {
    Play play(create_topics_plan({{.name = "t"}}, {.retry_on_quota_violation = false}, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    play.answer(play.sent<CreateTopicsRequest>(),
                created("t", ErrorCode::throttling_quota_exceeded));
    EXPECT_EQ(code_of(play.result()->at("t")), ErrorCode::throttling_quota_exceeded);
}

TEST(CreateTopics, RefusesWhatContradictsItselfBeforeAnythingIsSent) {
    Play twice(create_topics_plan({{.name = "t"}, {.name = "t"}}, {}, {}));
    EXPECT_EQ(code_of(twice.result()), ErrorCode::invalid_request);
    const NewTopic both{
        .name = "t", .partitions = 1, .assignments = {{PartitionId{0}, {BrokerId{1}}}}};
    Play contradicting(create_topics_plan({both}, {}, {}));
    EXPECT_EQ(code_of(contradicting.result()), ErrorCode::invalid_request);
}

TEST(DeleteTopics, GoesByNameOrById) {
    Play play(delete_topics_plan({"t", "u"}, {}, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    const auto request = play.sent<DeleteTopicsRequest>();
    EXPECT_EQ(request->request.topic_names, (std::vector<std::string>{"t", "u"}));
    EXPECT_EQ(request->request.topics.size(), 2U) << "for version 6";
    EXPECT_EQ(request->versions().first, 0);
    DeleteTopicsResponse response;
    response.responses.emplace_back().name = "t";
    auto& unknown = response.responses.emplace_back();
    unknown.name = "u";
    unknown.error_code = number(ErrorCode::unknown_topic_or_partition);
    play.answer(request, response);
    const auto result = play.result();
    EXPECT_TRUE(result->at("t"));
    EXPECT_EQ(code_of(result->at("u")), ErrorCode::unknown_topic_or_partition);

    const TopicId id{{1, 2, 3}};
    Play by_id(delete_topics_by_id_plan({id}, {}, {}));
    by_id.answer(by_id.sent<MetadataRequest>(), three_brokers());
    const auto other = by_id.sent<DeleteTopicsRequest>();
    EXPECT_EQ(other->versions().first, 6);
    EXPECT_EQ(other->request.topics.at(0).name, std::nullopt);
    DeleteTopicsResponse answer;
    auto& gone = answer.responses.emplace_back();
    gone.name = std::nullopt;
    gone.topic_id = id;
    gone.error_code = number(ErrorCode::unknown_topic_id);
    by_id.answer(other, answer);
    EXPECT_EQ(code_of(by_id.result()->at(id)), ErrorCode::unknown_topic_id);
}

TEST(CreatePartitions, HasAssignmentsOnlyWhereTheyAreGiven) {
    Play play(create_partitions_plan(
        {{"t", {.total_count = 4}}, {"u", {.total_count = 2, .assignments = {{{BrokerId{3}}}}}}},
        {}, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    const auto request = play.sent<CreatePartitionsRequest>();
    EXPECT_FALSE(request->request.topics.at(0).assignments);
    EXPECT_EQ(request->request.topics.at(1).assignments->at(0).broker_ids,
              std::vector<std::int32_t>{3});
    CreatePartitionsResponse response;
    response.results.emplace_back().name = "t";
    auto& refused = response.results.emplace_back();
    refused.name = "u";
    refused.error_code = number(ErrorCode::invalid_partitions);
    refused.error_message = "Topic already has 2 partitions.";
    play.answer(request, response);
    const auto result = play.result();
    EXPECT_TRUE(result->at("t"));
    EXPECT_EQ(result->at("u").error().message, "Topic already has 2 partitions.");
}

/// A page with these partitions of a topic.
void add_page(DescribeTopicPartitionsResponse& response, const std::string& name,
              const std::vector<std::int32_t>& partitions) {
    auto& topic = response.topics.emplace_back();
    topic.name = name;
    for (const std::int32_t index : partitions) {
        auto& partition = topic.partitions.emplace_back();
        partition.partition_index = index;
        partition.leader_id = 1;
        partition.replica_nodes = {1, 9};
    }
}

void set_cursor(DescribeTopicPartitionsResponse& response, const std::string& name,
                std::int32_t index) {
    auto& cursor = response.next_cursor.emplace();
    cursor.topic_name = name;
    cursor.partition_index = index;
}

TEST(DescribeTopics, ReadsPageByPage) {
    Play play(describe_topics_plan({"a", "b", "c"}, {}, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    const auto first = play.sent<DescribeTopicPartitionsRequest>();
    EXPECT_EQ(first->request.topics.size(), 3U);
    EXPECT_FALSE(first->request.cursor);
    DescribeTopicPartitionsResponse page;
    add_page(page, "a", {0});
    add_page(page, "b", {0, 1});
    set_cursor(page, "b", 2);
    play.answer(first, page);

    const auto second = play.sent<DescribeTopicPartitionsRequest>();
    ASSERT_EQ(second->request.topics.size(), 2U) << "a is known";
    EXPECT_EQ(second->request.cursor->topic_name, "b");
    EXPECT_EQ(second->request.cursor->partition_index, 2);
    DescribeTopicPartitionsResponse last;
    add_page(last, "b", {2});
    auto& missing = last.topics.emplace_back();
    missing.name = "c";
    missing.error_code = number(ErrorCode::unknown_topic_or_partition);
    play.answer(second, last);

    const auto result = play.result();
    ASSERT_TRUE(result->at("b"));
    const auto& partitions = result->at("b")->partitions;
    ASSERT_EQ(partitions.size(), 3U);
    EXPECT_EQ(partitions[2].partition, PartitionId{2});
    EXPECT_EQ(partitions[0].leader->host, "broker-1");
    EXPECT_EQ(partitions[0].replicas.at(1).id, BrokerId{9});
    EXPECT_EQ(partitions[0].replicas.at(1).host, "") << "a broker that is away";
    EXPECT_EQ(code_of(result->at("c")), ErrorCode::unknown_topic_or_partition);
}

TEST(DescribeTopics, EndsWhereABrokersPagesGoRoundInCircles) {
    Play play(describe_topics_plan({"a"}, {}, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    for (int i = 0; i < 2; ++i) {
        DescribeTopicPartitionsResponse page;
        set_cursor(page, "a", 2);
        play.answer(play.sent<DescribeTopicPartitionsRequest>(), page);
    }
    EXPECT_EQ(code_of(play.result()->at("a")), ErrorCode::unknown_server_error);
}

TEST(DescribeTopics, AsksForMetadataWhereTheBrokerHasNoPages) {
    Play play(describe_topics_plan({"a", "b"}, {.include_authorized_operations = true}, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    play.fail(play.sent<DescribeTopicPartitionsRequest>(), ErrorCode::unsupported_version);
    const auto request = play.sent<MetadataRequest>();
    EXPECT_EQ(request->request.topics->size(), 2U);
    EXPECT_TRUE(request->request.include_topic_authorized_operations);
    EXPECT_EQ(request->versions().first, 4) << "older ones may create the topic";
    auto response = with_topic("a", {1, 2});
    response.topics[0].topic_authorized_operations = 0b1000;
    add_topic(response, "b", {-1});
    play.answer(request, response);
    const auto result = play.result();
    EXPECT_EQ(result->at("a")->authorized_operations, std::set{admin::AclOperation::read});
    EXPECT_FALSE(result->at("b")->partitions.at(0).leader);
}

TEST(DescribeTopics, EndsWhereTheBrokerHasNeither) {
    Play play(describe_topics_plan({"a"}, {}, {}));
    play.fail(play.sent<MetadataRequest>(), ErrorCode::unsupported_version);
    play.fail(play.sent<MetadataRequest>(), ErrorCode::unsupported_version);
    EXPECT_EQ(code_of(play.result()->at("a")), ErrorCode::unsupported_version);
}

TEST(DescribeTopics, GoesByIdWithVersionsThatNeedNoName) {
    const TopicId id{{7}};
    Play play(describe_topics_by_id_plan({id}, {}, {}));
    const auto request = play.sent<MetadataRequest>();
    EXPECT_EQ(request->versions().first, 12);
    EXPECT_EQ(request->request.topics->at(0).topic_id, id);
    EXPECT_EQ(request->request.topics->at(0).name, std::nullopt);
    auto response = with_topic("t", {1});
    response.topics[0].topic_id = id;
    play.answer(request, response);
    EXPECT_EQ(play.result()->at(id)->name, "t");
}

TEST(ListTopics, LeavesInternalOnesOutUnlessTheyAreWanted) {
    for (const bool internal : {false, true}) {
        Play play(list_topics_plan({.list_internal = internal}, {}));
        const auto request = play.sent<MetadataRequest>();
        EXPECT_FALSE(request->request.topics) << "all";
        auto response = with_topic("t", {1});
        add_topic(response, "__consumer_offsets", {1});
        response.topics[1].is_internal = true;
        play.answer(request, response);
        EXPECT_EQ(play.result()->size(), internal ? 2U : 1U);
    }
}

}  // namespace
}  // namespace barnabas::client::admin_api
