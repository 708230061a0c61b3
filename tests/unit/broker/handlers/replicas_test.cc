// Leaders, replicas and their reassignment, through a whole broker, in every version.
#include "unit/broker/broker_fixture.h"
#include "unit/broker/two_directories.h"
#include "wire/messages/alter_partition_reassignments.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/elect_leaders.h"
#include "wire/messages/list_partition_reassignments.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace barnabas::broker {
namespace {

using wire::AlterPartitionReassignmentsRequest;
using wire::AlterPartitionReassignmentsResponse;
using wire::ElectLeadersRequest;
using wire::ElectLeadersResponse;
using wire::ListPartitionReassignmentsRequest;
using wire::ListPartitionReassignmentsResponse;

using Ids = std::vector<std::int32_t>;

constexpr std::int8_t preferred = 0;
constexpr std::int8_t unclean = 1;

constexpr std::int16_t number(ErrorCode code) {
    return static_cast<std::int16_t>(code);
}

ElectLeadersRequest elect(std::int8_t type, Ids partitions) {
    ElectLeadersRequest request;
    request.election_type = type;
    auto& topic = request.topic_partitions->emplace_back();
    topic.topic = "t";
    topic.partitions = std::move(partitions);
    return request;
}

TEST(ElectLeaders, SaysOfEachPartitionThatItIsLedAlready) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 2), ErrorCode::none);
    for (std::int16_t version = 0; version <= ElectLeadersRequest::versions.last; ++version) {
        for (const auto type : {preferred, version == 0 ? preferred : unclean}) {
            const auto response = at.call<ElectLeadersResponse>(elect(type, {1, 0, 2}), version);
            EXPECT_EQ(response.error_code, 0);
            ASSERT_EQ(response.replica_election_results.size(), 1U);
            const auto& topic = response.replica_election_results.at(0);
            EXPECT_EQ(topic.topic, "t");
            ASSERT_EQ(topic.partition_result.size(), 3U);
            EXPECT_EQ(topic.partition_result[0].partition_id, 1);
            EXPECT_EQ(topic.partition_result[0].error_code, number(ErrorCode::election_not_needed));
            EXPECT_TRUE(topic.partition_result[0].error_message);
            EXPECT_EQ(topic.partition_result[1].error_code, number(ErrorCode::election_not_needed));
            EXPECT_EQ(topic.partition_result[2].error_code,
                      number(ErrorCode::unknown_topic_or_partition));
        }
    }
}

TEST(ElectLeaders, OfAllPartitionsThoseThatNeedNoneAreLeftOut) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 2), ErrorCode::none);
    ASSERT_EQ(at.create_topic("u", 1), ErrorCode::none);
    for (std::int16_t version = 0; version <= ElectLeadersRequest::versions.last; ++version) {
        ElectLeadersRequest all;
        all.topic_partitions = std::nullopt;
        const auto response = at.call<ElectLeadersResponse>(all, version);
        EXPECT_EQ(response.error_code, 0);
        ASSERT_EQ(response.replica_election_results.size(), 2U) << "as Kafka: topics stay";
        for (const auto& topic : response.replica_election_results) {
            EXPECT_TRUE(topic.partition_result.empty());
        }
        const auto nothing = at.call<ElectLeadersResponse>(ElectLeadersRequest(), version);
        EXPECT_TRUE(nothing.replica_election_results.empty()) << "none are asked for";
    }
}

TEST(ElectLeaders, KnowsTwoTypes) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    for (std::int16_t version = 1; version <= ElectLeadersRequest::versions.last; ++version) {
        const auto response = at.call<ElectLeadersResponse>(elect(2, {0}), version);
        EXPECT_EQ(response.error_code, number(ErrorCode::invalid_request));
        const auto& told = response.replica_election_results.at(0).partition_result.at(0);
        EXPECT_EQ(told.error_code, number(ErrorCode::invalid_request));
        EXPECT_EQ(told.error_message, "Unknown election type 2");
    }
}

TEST(ElectLeaders, NobodyCanLeadAPartitionWhoseDirectoryIsAway) {
    TwoDirectories two;
    two.at().disk().break_directory("/b");
    EXPECT_EQ(two.produce(1), ErrorCode::kafka_storage_error);
    two.at().wait(1s);
    ElectLeadersRequest all;
    all.topic_partitions = std::nullopt;
    for (const auto type : {preferred, unclean}) {
        all.election_type = type;
        const auto response = two.at().call<ElectLeadersResponse>(all);
        const auto& told = response.replica_election_results.at(0).partition_result;
        ASSERT_EQ(told.size(), 1U) << "the other one is led";
        EXPECT_EQ(told[0].partition_id, 1);
        EXPECT_EQ(told[0].error_code,
                  number(type == preferred ? ErrorCode::preferred_leader_not_available
                                           : ErrorCode::eligible_leaders_not_available));
    }
}

AlterPartitionReassignmentsRequest reassign(std::optional<Ids> replicas) {
    AlterPartitionReassignmentsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = 0;
    partition.replicas = std::move(replicas);
    return request;
}

TEST(Reassignments, WhatIsThereAlreadyIsAcceptedAndDone) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    constexpr auto versions = AlterPartitionReassignmentsRequest::versions;
    for (std::int16_t version = 0; version <= versions.last; ++version) {
        auto request = reassign(Ids{1});
        request.allow_replication_factor_change = version == 0;
        const auto response = at.call<AlterPartitionReassignmentsResponse>(request, version);
        EXPECT_EQ(response.error_code, 0);
        EXPECT_FALSE(response.error_message);
        EXPECT_EQ(response.allow_replication_factor_change, version == 0);
        const auto& told = response.responses.at(0).partitions.at(0);
        EXPECT_EQ(response.responses.at(0).name, "t");
        EXPECT_EQ(told.error_code, 0);
        EXPECT_FALSE(told.error_message);
        const auto refused =
            at.call<AlterPartitionReassignmentsResponse>(reassign(Ids{7}), version);
        EXPECT_EQ(refused.error_code, 0);
        EXPECT_EQ(refused.responses.at(0).partitions.at(0).error_code,
                  number(ErrorCode::invalid_replica_assignment));
        EXPECT_TRUE(refused.responses.at(0).partitions.at(0).error_message);
        const auto cancelled =
            at.call<AlterPartitionReassignmentsResponse>(reassign(std::nullopt), version);
        EXPECT_EQ(cancelled.responses.at(0).partitions.at(0).error_code,
                  number(ErrorCode::no_reassignment_in_progress));
        const auto nothing = at.call<AlterPartitionReassignmentsResponse>(
            AlterPartitionReassignmentsRequest(), version);
        EXPECT_TRUE(nothing.responses.empty());
    }
}

TEST(Reassignments, NoneIsUnderWay) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    const auto response =
        at.call<ListPartitionReassignmentsResponse>(ListPartitionReassignmentsRequest());
    EXPECT_EQ(response.error_code, 0);
    EXPECT_TRUE(response.topics.empty());
    ListPartitionReassignmentsRequest some;
    auto& topic = some.topics.emplace().emplace_back();
    topic.name = "nobody's";
    topic.partition_indexes = {0};
    EXPECT_TRUE(at.call<ListPartitionReassignmentsResponse>(some).topics.empty());
}

TEST(Reassignments, TheApisAreOffered) {
    BrokerFixture at;
    const auto offered = at.call<wire::ApiVersionsResponse>(wire::ApiVersionsRequest{}, 2);
    for (const std::int16_t key :
         {ElectLeadersRequest::api_key, AlterPartitionReassignmentsRequest::api_key,
          ListPartitionReassignmentsRequest::api_key}) {
        EXPECT_TRUE(std::ranges::any_of(offered.api_keys, [key](const auto& api) {
            return api.api_key == key;
        })) << key;
    }
}

}  // namespace
}  // namespace barnabas::broker
