// Topics, partitions, directories and the cluster, through a whole broker.
#include "unit/broker/broker_fixture.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_cluster.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_config_resources.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_for_leader_epoch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

using namespace wire;
using testing::ElementsAre;

ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

TEST(ApiVersions, NamesTheFeaturesThatAreFinalized) {
    BrokerFixture at;
    ApiVersionsRequest request;
    request.client_software_name = "test";
    request.client_software_version = "1";
    for (std::int16_t v = 0; v <= ApiVersionsRequest::versions.last; ++v) {
        const auto response = at.call<ApiVersionsResponse>(request, v);
        const auto level_of = [](const auto& features, auto level) -> int {
            const auto found = std::ranges::find(features, "group.version",
                                                 [](const auto& feature) { return feature.name; });
            return found == features.end() ? -1 : (*found).*level;
        };
        using Supported = ApiVersionsResponse::SupportedFeature;
        using Finalized = ApiVersionsResponse::FinalizedFeature;
        EXPECT_EQ(level_of(response.supported_features, &Supported::min_version), v < 4 ? -1 : 0);
        EXPECT_EQ(level_of(response.supported_features, &Supported::max_version), v < 4 ? -1 : 1);
        EXPECT_EQ(level_of(response.finalized_features, &Finalized::max_version_level),
                  v < 3 ? -1 : 1);
        EXPECT_EQ(response.finalized_features_epoch >= 0, v >= 3);
        EXPECT_GE(response.api_keys.size(), 34U);
    }
}

/// What is stored is format 2, which clients of Fetch 0 to 3 cannot read; Produce 0 to 2 carry what
/// is converted.
TEST(ApiVersions, OffersNoFetchWhoseClientsCannotReadTheRecords) {
    BrokerFixture at;
    const auto response = at.call<ApiVersionsResponse>(ApiVersionsRequest{}, 2);
    const auto first_of = [&response](std::int16_t key) -> int {
        for (const auto& api : response.api_keys) {
            if (api.api_key == key) {
                return api.min_version;
            }
        }
        return -1;
    };
    EXPECT_EQ(first_of(0), 0);
    EXPECT_EQ(first_of(1), 4);
}

/// Every client would use what is not finished, and could not talk to a later broker.
TEST(ApiVersions, OffersTwoPhaseCommitWhereItIsAskedFor) {
    for (const bool enabled : {false, true}) {
        BrokerFixture at({{"transaction.two.phase.commit.enable", enabled ? "true" : "false"}});
        const auto response = at.call<ApiVersionsResponse>(ApiVersionsRequest{}, 2);
        const auto found = std::ranges::find(response.api_keys, InitProducerIdRequest::api_key,
                                             [](const auto& api) { return api.api_key; });
        ASSERT_NE(found, response.api_keys.end());
        EXPECT_EQ(found->max_version, enabled ? 6 : 5);
    }
}

TEST(CreateTopics, JudgesAsKafkasController) {
    struct Row {
        CreateTopicsRequest::Topic topic;
        ErrorCode want;
    };
    const auto wanted = [](std::string name, std::int32_t partitions, std::int16_t factor) {
        CreateTopicsRequest::Topic topic;
        topic.name = std::move(name);
        topic.num_partitions = partitions;
        topic.replication_factor = factor;
        return topic;
    };
    const auto assigned = [&](std::vector<std::pair<std::int32_t, std::vector<std::int32_t>>> to) {
        auto topic = wanted("assigned", -1, -1);
        for (auto& [partition, replicas] : to) {
            auto& assignment = topic.assignments.emplace_back();
            assignment.partition_index = partition;
            assignment.broker_ids = replicas;
        }
        return topic;
    };
    auto both = assigned({{0, {1}}});
    both.num_partitions = 1;
    auto null_config = wanted("null-config", 1, 1);
    null_config.configs.emplace_back().name = "retention.ms";
    null_config.configs.back().value.reset();
    const Row rows[] = {
        {wanted("defaults", -1, -1), ErrorCode::none},
        {wanted("defaults", 1, 1), ErrorCode::topic_already_exists},
        {wanted("a.b", 1, 1), ErrorCode::none},
        {wanted("a_b", 1, 1), ErrorCode::invalid_topic_exception},
        {wanted("", 1, 1), ErrorCode::invalid_topic_exception},
        {wanted("x/y", 1, 1), ErrorCode::invalid_topic_exception},
        {wanted("__cluster_metadata", 1, 1), ErrorCode::invalid_request},
        {wanted("none", 0, 1), ErrorCode::invalid_partitions},
        {wanted("many", 10'001, 1), ErrorCode::policy_violation},
        {wanted("most", 2'147'483'647, 1), ErrorCode::policy_violation},
        {wanted("copies", 1, 2), ErrorCode::invalid_replication_factor},
        {wanted("copies", 1, 0), ErrorCode::invalid_replication_factor},
        {both, ErrorCode::invalid_request},
        {assigned({{0, {1}}, {1, {1}}}), ErrorCode::none},
        {assigned({{0, {1}}, {0, {1}}}), ErrorCode::invalid_replica_assignment},
        {assigned({{1, {1}}}), ErrorCode::topic_already_exists},
        {null_config, ErrorCode::invalid_config},
    };
    BrokerFixture at;
    for (const auto& row : rows) {
        CreateTopicsRequest request;
        request.topics.push_back(row.topic);
        const auto answer = at.call<CreateTopicsResponse>(request).topics.at(0);
        EXPECT_EQ(code(answer.error_code), row.want)
            << row.topic.name << ": " << answer.error_message.value_or("");
        EXPECT_EQ(answer.error_message.has_value(), row.want != ErrorCode::none);
    }
}

TEST(CreateTopics, RefusesAssignmentsThatCannotBe) {
    BrokerFixture at;
    const std::vector<std::pair<std::int32_t, std::vector<std::int32_t>>> rows[] = {
        {{1, {1}}}, {{0, {2}}}, {{0, {1, 1}}}, {{0, {}}}, {{0, {1}}, {2, {1}}}};
    for (const auto& row : rows) {
        CreateTopicsRequest request;
        auto& topic = request.topics.emplace_back();
        topic.name = "t";
        topic.num_partitions = -1;
        topic.replication_factor = -1;
        for (const auto& [partition, replicas] : row) {
            auto& assignment = topic.assignments.emplace_back();
            assignment.partition_index = partition;
            assignment.broker_ids = replicas;
        }
        EXPECT_EQ(code(at.call<CreateTopicsResponse>(request).topics.at(0).error_code),
                  ErrorCode::invalid_replica_assignment);
    }
}

TEST(CreateTopics, LeaveNothingBehindWhereTheDiskDoesNotTakeThem) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 2), ErrorCode::none);
    at.disk().set_capacity(0);
    EXPECT_EQ(at.create_topic("u", 3), ErrorCode::kafka_storage_error);
    CreatePartitionsRequest more;
    more.topics.emplace_back().name = "t";
    more.topics[0].count = 3;
    more.topics[0].assignments.reset();
    const auto added = at.call<CreatePartitionsResponse>(more).results.at(0);
    EXPECT_EQ(code(added.error_code), ErrorCode::kafka_storage_error);
    at.disk().set_capacity(runtime::SimulatedDisk::default_capacity);

    MetadataRequest request;
    request.topics.reset();
    const auto metadata = at.call<MetadataResponse>(request);
    ASSERT_EQ(metadata.topics.size(), 1U);
    ASSERT_EQ(metadata.topics[0].partitions.size(), 3U);
    EXPECT_EQ(metadata.topics[0].partitions[1].leader_id, 1);
    EXPECT_EQ(metadata.topics[0].partitions[2].leader_id, -1) << "there is no log of it";
    EXPECT_EQ(at.create_topic("u", 3), ErrorCode::none);
}

TEST(CreatePartitions, AddsThemAndTheTopicCanStillBeDeleted) {
    struct Row {
        std::string topic;
        std::int32_t total;
        std::optional<std::vector<std::vector<std::int32_t>>> replicas;
        bool validate_only;
        ErrorCode want;
    };
    const Row rows[] = {
        {"t", 2, {}, false, ErrorCode::invalid_partitions},
        {"t", -1, {}, false, ErrorCode::invalid_partitions},
        {"u", 3, {}, false, ErrorCode::unknown_topic_or_partition},
        {"t", 20'000, {}, false, ErrorCode::policy_violation},
        {"t", 3, {{{1}, {1}}}, false, ErrorCode::invalid_replica_assignment},
        {"t", 3, {{{2}}}, false, ErrorCode::invalid_replica_assignment},
        {"t", 3, {{{1}}}, true, ErrorCode::none},
        {"t", 3, {{{1}}}, false, ErrorCode::none},
        {"t", 5, {}, false, ErrorCode::none},
        {"t", 5, {}, false, ErrorCode::invalid_partitions},
    };
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 2), ErrorCode::none);
    for (const auto& row : rows) {
        CreatePartitionsRequest request;
        request.validate_only = row.validate_only;
        auto& topic = request.topics.emplace_back();
        topic.name = row.topic;
        topic.count = row.total;
        topic.assignments.reset();
        if (row.replicas) {
            for (const auto& replicas : *row.replicas) {
                auto& assignments =
                    topic.assignments ? *topic.assignments : topic.assignments.emplace();
                assignments.emplace_back().broker_ids = replicas;
            }
        }
        const auto answer = at.call<CreatePartitionsResponse>(request).results.at(0);
        EXPECT_EQ(code(answer.error_code), row.want)
            << row.total << ": " << answer.error_message.value_or("");
    }
    DeleteTopicsRequest request;
    request.topics.emplace_back().name = "t";
    EXPECT_EQ(at.call<DeleteTopicsResponse>(request).responses.at(0).error_code, 0);
}

TEST(Metadata, AllNoneSomeAndByIdInEachVersion) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 2), ErrorCode::none);
    Uuid id;
    for (auto v = MetadataRequest::versions.first; v <= MetadataRequest::versions.last; ++v) {
        MetadataRequest request;
        request.topics->clear();
        EXPECT_EQ(at.call<MetadataResponse>(request, v).topics.size(), v == 0 ? 1U : 0U);
        if (v > 0) {
            request.topics.reset();
            const auto all = at.call<MetadataResponse>(request, v);
            ASSERT_EQ(all.topics.size(), 1U);
            EXPECT_EQ(all.brokers.at(0).host, "broker");
            id = all.topics[0].topic_id;
        }
        request.topics.emplace().emplace_back().name = "t";
        EXPECT_EQ(at.call<MetadataResponse>(request, v).topics.at(0).partitions.size(), 2U);
    }
    MetadataRequest request;
    auto& topic = request.topics->emplace_back();
    topic.topic_id = id;
    EXPECT_EQ(at.call<MetadataResponse>(request, 13).topics.at(0).name, "t");
    topic.name = "t";  // versions 10 and 11 cannot leave the name out
    EXPECT_EQ(code(at.call<MetadataResponse>(request, 11).topics.at(0).error_code),
              ErrorCode::invalid_request);
    topic.name.reset();
    topic.topic_id = Uuid{{1, 2}};
    EXPECT_EQ(code(at.call<MetadataResponse>(request, 13).topics.at(0).error_code),
              ErrorCode::unknown_topic_id);
}

TEST(DescribeCluster, NamesBrokersAndController) {
    BrokerFixture at;
    for (std::int16_t v = 0; v <= 2; ++v) {
        DescribeClusterRequest request;
        request.include_cluster_authorized_operations = true;
        const auto response = at.call<DescribeClusterResponse>(request, v);
        EXPECT_EQ(response.error_code, 0);
        EXPECT_EQ(response.controller_id, 1);
        EXPECT_EQ(response.cluster_id.size(), 22U);
        ASSERT_EQ(response.brokers.size(), 1U);
        EXPECT_EQ(response.brokers[0].port, 9092);
        EXPECT_EQ(response.cluster_authorized_operations, 0b1'1111'1010'0000);
    }
    DescribeClusterRequest request;
    request.endpoint_type = 2;
    EXPECT_EQ(code(at.call<DescribeClusterResponse>(request).error_code),
              ErrorCode::mismatched_endpoint_type);
    request.endpoint_type = 3;
    EXPECT_EQ(code(at.call<DescribeClusterResponse>(request).error_code),
              ErrorCode::unsupported_endpoint_type);
}

TEST(FindCoordinator, NamesThisBroker) {
    BrokerFixture at;
    for (std::int16_t v = 0; v <= 6; ++v) {
        FindCoordinatorRequest request;
        if (v < 4) {
            request.key = "g";
            const auto response = at.call<FindCoordinatorResponse>(request, v);
            EXPECT_EQ(code(response.error_code), ErrorCode::none);
            EXPECT_EQ(response.node_id, 1);
            EXPECT_EQ(response.port, 9092);
            continue;
        }
        request.coordinator_keys = {"g", "h"};
        request.key_type = 1;
        const auto response = at.call<FindCoordinatorResponse>(request, v);
        ASSERT_EQ(response.coordinators.size(), 2U);
        EXPECT_EQ(response.coordinators[1].key, "h");
        EXPECT_EQ(code(response.coordinators[1].error_code), ErrorCode::none);
        EXPECT_EQ(response.coordinators[1].node_id, 1);
    }
    FindCoordinatorRequest request;
    request.coordinator_keys = {"g"};
    request.key_type = 2;
    EXPECT_EQ(code(at.call<FindCoordinatorResponse>(request, 5).coordinators.at(0).error_code),
              ErrorCode::invalid_request);
    const auto share = at.call<FindCoordinatorResponse>(request, 6).coordinators.at(0);
    EXPECT_EQ(code(share.error_code), ErrorCode::invalid_request);
    EXPECT_EQ(share.node_id, -1);
    EXPECT_THAT(share.error_message.value_or(""), testing::HasSubstr("group:topicId:partition"));
}

TEST(ListGroups, HasNone) {
    BrokerFixture at;
    for (std::int16_t v = 0; v <= 5; ++v) {
        const auto response = at.call<ListGroupsResponse>(ListGroupsRequest(), v);
        EXPECT_EQ(response.error_code, 0);
        EXPECT_TRUE(response.groups.empty());
    }
}

TEST(InitProducerId, IdsForWhoIsIdempotentAlone) {
    struct Row {
        std::optional<std::string> transactional_id;
        std::int64_t id;
        std::int16_t epoch;
        ErrorCode want;
    };
    const Row rows[] = {{{}, -1, -1, ErrorCode::none},
                        {{}, 5, 0, ErrorCode::none},
                        {{}, 5, -1, ErrorCode::invalid_request},
                        {"", -1, -1, ErrorCode::invalid_request},
                        {"t", -1, -1, ErrorCode::not_coordinator}};
    BrokerFixture at;
    for (const auto& row : rows) {
        InitProducerIdRequest request;
        request.transactional_id = row.transactional_id;
        request.producer_id = row.id;
        request.producer_epoch = row.epoch;
        const auto response = at.call<InitProducerIdResponse>(request, 5);
        EXPECT_EQ(code(response.error_code), row.want);
        EXPECT_EQ(response.producer_epoch, row.want == ErrorCode::none ? 0 : -1);
    }
}

TEST(DescribeLogDirs, TellsPartitionsAndSpace) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 3), ErrorCode::none);
    ASSERT_EQ(at.create_topic("u", 1), ErrorCode::none);
    for (std::int16_t v = 0; v <= 5; ++v) {
        DescribeLogDirsRequest request;
        request.topics.reset();
        const auto all = at.call<DescribeLogDirsResponse>(request, v);
        ASSERT_EQ(all.results.size(), 1U);
        EXPECT_EQ(all.results[0].log_dir, "/data");
        ASSERT_EQ(all.results[0].topics.size(), 2U);
        EXPECT_EQ(all.results[0].topics[0].partitions.size(), 3U);

        auto& topic = request.topics.emplace().emplace_back();
        topic.topic = "t";
        topic.partitions = {1, 9};
        const auto some = at.call<DescribeLogDirsResponse>(request, v).results.at(0);
        ASSERT_EQ(some.topics.size(), 1U);
        ASSERT_EQ(some.topics[0].partitions.size(), 1U);
        EXPECT_EQ(some.topics[0].partitions[0].partition_index, 1);
    }
}

TEST(DeleteRecords, RefusesWhatCannotBe) {
    struct Row {
        std::string topic;
        std::int32_t partition;
        std::int64_t offset;
        ErrorCode want;
    };
    const Row rows[] = {{"t", 0, -1, ErrorCode::none},
                        {"t", 0, 0, ErrorCode::none},
                        {"t", 0, 1, ErrorCode::offset_out_of_range},
                        {"t", 0, -2, ErrorCode::offset_out_of_range},
                        {"t", 1, 0, ErrorCode::unknown_topic_or_partition},
                        {"t", -1, 0, ErrorCode::unknown_topic_or_partition},
                        {"u", 0, 0, ErrorCode::unknown_topic_or_partition},
                        {"compacted", 0, -1, ErrorCode::policy_violation}};
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    ASSERT_EQ(at.create_topic("compacted", 1, {{"cleanup.policy", "compact"}}), ErrorCode::none);
    for (const auto& row : rows) {
        DeleteRecordsRequest request;
        auto& topic = request.topics.emplace_back();
        topic.name = row.topic;
        auto& partition = topic.partitions.emplace_back();
        partition.partition_index = row.partition;
        partition.offset = row.offset;
        const auto answer = at.call<DeleteRecordsResponse>(request).topics.at(0).partitions.at(0);
        EXPECT_EQ(code(answer.error_code), row.want) << row.topic << " " << row.offset;
        EXPECT_EQ(answer.low_watermark, row.want == ErrorCode::none ? 0 : -1);
    }
}

TEST(OffsetForLeaderEpoch, ChecksTheEpochThatTheClientBelievesIn) {
    struct Row {
        std::string topic;
        std::int32_t current;
        std::int32_t asked;
        ErrorCode want;
    };
    const Row rows[] = {{"t", -1, 0, ErrorCode::none},
                        {"t", 0, 0, ErrorCode::none},
                        {"t", 1, 0, ErrorCode::unknown_leader_epoch},
                        {"u", -1, 0, ErrorCode::unknown_topic_or_partition}};
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    for (const auto& row : rows) {
        OffsetForLeaderEpochRequest request;
        auto& topic = request.topics.emplace_back();
        topic.topic = row.topic;
        auto& partition = topic.partitions.emplace_back();
        partition.current_leader_epoch = row.current;
        partition.leader_epoch = row.asked;
        const auto answer =
            at.call<OffsetForLeaderEpochResponse>(request).topics.at(0).partitions.at(0);
        EXPECT_EQ(code(answer.error_code), row.want) << row.topic << " " << row.current;
    }
}

TEST(DescribeTopicPartitions, GoesOnFromTheCursor) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("b", 3), ErrorCode::none);
    ASSERT_EQ(at.create_topic("a", 2), ErrorCode::none);
    DescribeTopicPartitionsRequest request;
    request.response_partition_limit = 2;
    std::vector<std::string> seen;
    for (int rounds = 0; rounds < 10; ++rounds) {
        const auto response = at.call<DescribeTopicPartitionsResponse>(request);
        for (const auto& topic : response.topics) {
            for (const auto& partition : topic.partitions) {
                seen.push_back(fmt::format("{}-{}", *topic.name, partition.partition_index));
            }
        }
        if (!response.next_cursor) {
            break;
        }
        request.cursor = {.topic_name = response.next_cursor->topic_name,
                          .partition_index = response.next_cursor->partition_index,
                          .unknown_tags = {}};
    }
    EXPECT_THAT(seen, ElementsAre("a-0", "a-1", "b-0", "b-1", "b-2"));

    request = {};
    request.topics.emplace_back().name = "none";
    request.topics.emplace_back().name = "no name";
    const auto unknown = at.call<DescribeTopicPartitionsResponse>(request);
    EXPECT_EQ(code(unknown.topics.at(0).error_code), ErrorCode::invalid_topic_exception);
    EXPECT_EQ(code(unknown.topics.at(1).error_code), ErrorCode::unknown_topic_or_partition);
}

TEST(DescribeProducers, AnswersForPartitionsThatAreHere) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    DescribeProducersRequest request;
    request.topics.emplace_back().name = "t";
    request.topics[0].partition_indexes = {0, 1};
    const auto response = at.call<DescribeProducersResponse>(request);
    const auto& partitions = response.topics.at(0).partitions;
    EXPECT_EQ(partitions.at(0).error_code, 0);
    EXPECT_TRUE(partitions.at(0).active_producers.empty());
    EXPECT_EQ(code(partitions.at(1).error_code), ErrorCode::unknown_topic_or_partition);
}

TEST(ListConfigResources, ListsTopicsAndBrokers) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    struct Row {
        std::int16_t version;
        std::vector<std::int8_t> types;
        std::vector<std::string> want;
        ErrorCode error;
    };
    const Row rows[] = {{0, {}, {}, ErrorCode::none},
                        {1, {}, {"t", "1"}, ErrorCode::none},
                        {1, {4}, {"1"}, ErrorCode::none},
                        {1, {16, 32}, {}, ErrorCode::none},
                        {1, {3}, {}, ErrorCode::unsupported_version}};
    for (const auto& row : rows) {
        ListConfigResourcesRequest request;
        request.resource_types = row.types;
        const auto response = at.call<ListConfigResourcesResponse>(request, row.version);
        EXPECT_EQ(code(response.error_code), row.error);
        std::vector<std::string> names;
        for (const auto& resource : response.config_resources) {
            names.push_back(resource.resource_name);
        }
        EXPECT_EQ(names, row.want);
    }
}

}  // namespace
}  // namespace barnabas::broker
