#include "client/admin/error_source.h"

#include "client/admin/plans.h"
#include "unit/client/admin/play.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/offset_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::client::admin_api {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

const std::string from_broker = "Api v3 to broker 2 (broker-2:9092), answered after 7 ms";
const std::string behind = " (" + from_broker + ")";

constexpr auto as_wire(ErrorCode code) {
    return static_cast<std::int16_t>(code);
}

/// Answers the oldest request as one that came from `from_broker`.
template <class Request, class T, class Response>
void answer_from_broker(Play<T>& play, const Response& response) {
    const auto exchange = play.template sent<Request>();
    exchange->set_source(from_broker);
    play.answer(exchange, response);
}

template <class T>
std::string sentence_of(const Result<T>& result) {
    return result ? "no error" : result.error().message;
}

TEST(ErrorSource, IsBehindTheBrokersOwnSentenceAndNotBehindASuccess) {
    Play play(create_topics_plan({{.name = "there"}, {.name = "new"}, {.name = "odd"}}, {}, {}));
    answer_from_broker<wire::MetadataRequest>(play, three_brokers());
    wire::CreateTopicsResponse response;
    response.topics.push_back({.name = "there",
                               .error_code = as_wire(ErrorCode::topic_already_exists),
                               .error_message = "Topic 'there' already exists."});
    response.topics.push_back({.name = "new", .num_partitions = -1});
    answer_from_broker<wire::CreateTopicsRequest>(play, response);
    const auto result = play.result();
    ASSERT_TRUE(result);
    EXPECT_EQ(sentence_of(result->at("there")), "Topic 'there' already exists." + behind);
    EXPECT_EQ(sentence_of(result->at("odd")),
              "the broker's answer says nothing about topic odd" + behind);
    ASSERT_TRUE(result->at("new"));
    EXPECT_THAT(sentence_of(result->at("new")->config), EndsWith(behind)) << "what it leaves out";
}

TEST(ErrorSource, IsNotThereWhereNobodyIsToBeTold) {
    Play play(create_topics_plan({{.name = "there"}}, {}, {}));
    play.answer(play.sent<wire::MetadataRequest>(), three_brokers());
    wire::CreateTopicsResponse response;
    response.topics.push_back({.name = "there",
                               .error_code = as_wire(ErrorCode::topic_already_exists),
                               .error_message = "Topic 'there' already exists."});
    play.answer(play.sent<wire::CreateTopicsRequest>(), response);
    EXPECT_EQ(sentence_of(play.result()->at("there")), "Topic 'there' already exists.");
}

TEST(ErrorSource, IsBehindTheErrorsOfSinglePartitionsOfAGroup) {
    Play play(list_consumer_group_offsets_plan({{"g", {}}}, {}, {}));
    play.find_coordinator(2);
    wire::OffsetFetchResponse response;
    auto& group = response.groups.emplace_back();
    group.group_id = "g";
    auto& topic = group.topics.emplace_back();
    topic.name = "t";
    topic.partitions.push_back(
        {.partition_index = 0, .error_code = as_wire(ErrorCode::topic_authorization_failed)});
    topic.partitions.push_back({.partition_index = 1, .committed_offset = 5});
    answer_from_broker<wire::OffsetFetchRequest>(play, response);
    const auto offsets = play.result()->at("g");
    ASSERT_TRUE(offsets);
    EXPECT_THAT(sentence_of(offsets->at(partition("t", 0))), EndsWith(behind));
    EXPECT_TRUE(offsets->at(partition("t", 1)));
}

TEST(ErrorSource, IsBehindTheErrorOfADirectory) {
    Play play(describe_log_dirs_plan({BrokerId{2}}, {}));
    wire::DescribeLogDirsResponse response;
    response.results.push_back(
        {.error_code = as_wire(ErrorCode::kafka_storage_error), .log_dir = "/offline"});
    response.results.push_back({.log_dir = "/online"});
    answer_from_broker<wire::DescribeLogDirsRequest>(play, response);
    const auto dirs = play.result()->at(BrokerId{2});
    ASSERT_TRUE(dirs);
    EXPECT_THAT(sentence_of(dirs->at("/offline").state), EndsWith(behind));
    EXPECT_TRUE(dirs->at("/online").state);
}

TEST(ErrorSource, IsBehindWhatABrokerSaysOfItsGroups) {
    Play play(list_groups_plan({}, {}));
    wire::MetadataResponse one;
    add_broker(one, 2);
    play.answer(play.sent<wire::MetadataRequest>(), one);
    wire::ListGroupsResponse response;
    response.error_code = as_wire(ErrorCode::cluster_authorization_failed);
    answer_from_broker<wire::ListGroupsRequest>(play, response);
    const auto groups = play.result();
    ASSERT_TRUE(groups);
    ASSERT_EQ(groups->errors.size(), 1U);
    EXPECT_EQ(groups->errors[0].message,
              "the groups of broker 2: CLUSTER_AUTHORIZATION_FAILED" + behind);
}

TEST(ErrorSource, OfTheLastAnswerIsInTheSentenceOfACallThatTookTooLong) {
    Play play(delete_records_plan({{partition("t", 0), Offset{3}}}, {}), 1s);
    answer_from_broker<wire::MetadataRequest>(play, with_topic("t", {2}));
    wire::DeleteRecordsResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    topic.partitions.push_back(
        {.partition_index = 0, .error_code = as_wire(ErrorCode::not_enough_replicas)});
    answer_from_broker<wire::DeleteRecordsRequest>(play, response);
    ASSERT_FALSE(play.done()) << "it may pass";
    play.advance(1s);
    const auto outcome = play.result()->at(partition("t", 0));
    EXPECT_EQ(code_of(outcome), ErrorCode::not_enough_replicas);
    EXPECT_THAT(sentence_of(outcome),
                HasSubstr("within 1000 ms about partition t-0 (requests sent: 1); last: "));
    EXPECT_THAT(sentence_of(outcome), EndsWith(behind));
}

TEST(ErrorSource, OfALookupThatFindsNothingIsTold) {
    Play play(delete_groups_plan({"g"}, {}));
    wire::FindCoordinatorResponse response;
    auto& coordinator = response.coordinators.emplace_back();
    coordinator.key = "g";
    coordinator.error_code = as_wire(ErrorCode::group_authorization_failed);
    answer_from_broker<wire::FindCoordinatorRequest>(play, response);
    const auto outcome = play.result()->at("g");
    EXPECT_EQ(sentence_of(outcome),
              "the coordinator of group g: GROUP_AUTHORIZATION_FAILED" + behind);
}

TEST(ErrorSource, IsNotBehindWhatTheTransportSays) {
    Play play(delete_groups_plan({"g"}, {}));
    const auto lookup = play.sent<wire::FindCoordinatorRequest>();
    lookup->set_source(from_broker);
    play.fail(lookup, ErrorCode::invalid_request);
    EXPECT_EQ(sentence_of(play.result()->at("g")), "the transport's sentence");
}

}  // namespace
}  // namespace barnabas::client::admin_api
