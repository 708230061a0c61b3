#include "client/admin/plans.h"
#include "unit/client/admin/play.h"
#include "wire/api.h"
#include "wire/messages/alter_partition_reassignments.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/describe_cluster.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/elect_leaders.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/list_config_resources.h"
#include "wire/messages/list_partition_reassignments.h"
#include "wire/messages/update_features.h"

#include <gtest/gtest.h>

namespace barnabas::client::admin_api {
namespace {

using admin::ConfigResource;
using admin::ConfigResourceType;
using wire::ApiVersionsRequest;
using wire::ApiVersionsResponse;
using wire::DescribeClusterRequest;
using wire::DescribeClusterResponse;
using wire::DescribeConfigsRequest;
using wire::DescribeConfigsResponse;
using wire::ElectLeadersRequest;
using wire::ElectLeadersResponse;
using wire::IncrementalAlterConfigsRequest;
using wire::IncrementalAlterConfigsResponse;
using wire::ListConfigResourcesRequest;
using wire::ListPartitionReassignmentsRequest;
using wire::MetadataRequest;
using wire::UpdateFeaturesRequest;
using wire::UpdateFeaturesResponse;

constexpr std::int16_t number(ErrorCode code) {
    return static_cast<std::int16_t>(code);
}

TEST(DescribeCluster, TellsBrokersByIdAndWhoControls) {
    Play play(describe_cluster_plan({}, {}));
    const auto request = play.sent<DescribeClusterRequest>();
    EXPECT_EQ(request->versions().first, 0);
    DescribeClusterResponse response;
    response.cluster_id = "c";
    response.controller_id = 2;
    response.cluster_authorized_operations = 0b1000;
    for (const std::int32_t id : {3, 2}) {
        auto& broker = response.brokers.emplace_back();
        broker.broker_id = id;
        broker.host = "h";
        broker.is_fenced = id == 3;
    }
    play.answer(request, response);
    const auto result = play.result();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->brokers.at(0).id, BrokerId{2});
    EXPECT_TRUE(result->brokers.at(1).fenced);
    EXPECT_EQ(result->controller->id, BrokerId{2});
    EXPECT_EQ(result->authorized_operations, std::nullopt) << "nobody asked";
}

TEST(DescribeCluster, AsksForMetadataWhereTheBrokerIsOldUnlessThatCannotTell) {
    Play play(describe_cluster_plan({}, {}));
    play.fail(play.sent<DescribeClusterRequest>(), ErrorCode::unsupported_version);
    auto response = three_brokers();
    response.cluster_id = "c";
    play.answer(play.sent<MetadataRequest>(), response);
    const auto result = play.result();
    EXPECT_EQ(result->brokers.size(), 3U);
    EXPECT_EQ(result->cluster_id, "c");

    Play fenced(describe_cluster_plan({.include_fenced_brokers = true}, {}));
    const auto request = fenced.sent<DescribeClusterRequest>();
    EXPECT_EQ(request->versions().first, 2);
    fenced.fail(request, ErrorCode::unsupported_version);
    EXPECT_EQ(code_of(fenced.result()), ErrorCode::unsupported_version);
}

TEST(ApiVersions, SaysWhatIsUsableAndWhatIsMissing) {
    Play play(api_versions_plan({}, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    ASSERT_EQ(play.waiting(), 3U);
    for (int i = 0; i < 3; ++i) {
        const auto request = play.sent<ApiVersionsRequest>();
        EXPECT_FALSE(request->request.client_software_version.empty());
        ApiVersionsResponse response;
        const std::int16_t rows[][3] = {{999, 0, 1}, {3, 0, 99}, {0, 50, 60}};
        for (const auto& [key, first, last] : rows) {
            auto& api = response.api_keys.emplace_back();
            api.api_key = key;
            api.min_version = first;
            api.max_version = last;
        }
        play.answer(request, response);
    }
    const auto result = play.result();
    ASSERT_TRUE(result->at(BrokerId{2}));
    const auto& versions = *result->at(BrokerId{2});
    EXPECT_EQ(versions.node.host, "broker-2");
    ASSERT_EQ(versions.apis.size(), 3U);
    EXPECT_EQ(versions.apis[0].name, "Produce");
    EXPECT_EQ(versions.apis[0].usable, std::nullopt);
    EXPECT_EQ(versions.apis[1].usable, MetadataRequest::versions.last);
    EXPECT_EQ(versions.apis[2].name, "UNKNOWN(999)");
    EXPECT_EQ(versions.unsupported.front().name, "Fetch");
}

TEST(Features, AreReadFromApiVersions) {
    Play play(describe_features_plan({.broker = BrokerId{3}}, {}));
    const auto request = play.sent<ApiVersionsRequest>();
    EXPECT_EQ(request->to(), BrokerId{3});
    ApiVersionsResponse response;
    auto& supported = response.supported_features.emplace_back();
    supported.name = "group.version";
    supported.max_version = 1;
    auto& finalized = response.finalized_features.emplace_back();
    finalized.name = "group.version";
    finalized.max_version_level = 1;
    finalized.min_version_level = 1;
    response.finalized_features_epoch = 12;
    play.answer(request, response);
    const auto result = play.result();
    EXPECT_EQ(result->supported.at("group.version"), (admin::FeatureVersions{0, 1}));
    EXPECT_EQ(result->finalized.at("group.version"), (admin::FeatureVersions{1, 1}));
    EXPECT_EQ(result->finalized_epoch, 12);
}

TEST(UpdateFeatures, AllOrNothingUnlessAnOldBrokerTellsEach) {
    struct Row {
        ErrorCode whole;
        ErrorCode of_b;
        ErrorCode want_a;
        ErrorCode want_b;
    };
    const Row rows[] = {{ErrorCode::none, ErrorCode::none, ErrorCode::none, ErrorCode::none},
                        {ErrorCode::none, ErrorCode::feature_update_failed, ErrorCode::none,
                         ErrorCode::feature_update_failed},
                        {ErrorCode::invalid_update_version, ErrorCode::none,
                         ErrorCode::invalid_update_version, ErrorCode::invalid_update_version}};
    for (const auto& row : rows) {
        Play play(update_features_plan(
            {{"a", {.version_max_level = 2}},
             {"b", {.version_max_level = 0, .type = admin::FeatureUpgradeType::safe_downgrade}}},
            {}, {}));
        play.answer(play.sent<MetadataRequest>(), three_brokers());
        const auto request = play.sent<UpdateFeaturesRequest>();
        EXPECT_EQ(request->request.feature_updates.at(1).upgrade_type, 2);
        EXPECT_TRUE(request->request.feature_updates.at(1).allow_downgrade) << "for version 0";
        UpdateFeaturesResponse response;
        response.error_code = number(row.whole);
        if (row.of_b != ErrorCode::none) {
            auto& result = response.results.emplace_back();
            result.feature = "b";
            result.error_code = number(row.of_b);
        }
        play.answer(request, response);
        const auto result = play.result();
        EXPECT_EQ(code_of(result->at("a")), row.want_a);
        EXPECT_EQ(code_of(result->at("b")), row.want_b);
    }
}

TEST(DescribeConfigs, AsksABrokerForItsOwnAndAnyForTheOthers) {
    const ConfigResource topic{ConfigResourceType::topic, "t"};
    const ConfigResource broker{ConfigResourceType::broker, "3"};
    const ConfigResource all_brokers{ConfigResourceType::broker, ""};
    const ConfigResource loggers{ConfigResourceType::broker_logger, "3"};
    Play play(describe_configs_plan({topic, broker, all_brokers, loggers},
                                    {.include_synonyms = true}, {}));
    ASSERT_EQ(play.waiting(), 2U);
    const auto any = play.sent<DescribeConfigsRequest>();
    EXPECT_EQ(any->to(), no_broker);
    EXPECT_EQ(any->request.resources.size(), 2U);
    EXPECT_FALSE(any->request.resources[0].configuration_keys) << "all";
    const auto one = play.sent<DescribeConfigsRequest>();
    EXPECT_EQ(one->to(), BrokerId{3});
    DescribeConfigsResponse response;
    auto& told = response.results.emplace_back();
    told.resource_type = 2;
    told.resource_name = "t";
    auto& entry = told.configs.emplace_back();
    entry.name = "retention.ms";
    entry.value = "5";
    entry.config_source = 1;
    entry.config_type = 5;
    auto& synonym = entry.synonyms.emplace_back();
    synonym.name = "log.retention.ms";
    synonym.source = 4;
    auto& refused = response.results.emplace_back();
    refused.resource_type = 4;
    refused.error_code = number(ErrorCode::cluster_authorization_failed);
    play.answer(any, response);
    play.answer(one, DescribeConfigsResponse{});
    const auto result = play.result();
    ASSERT_TRUE(result->at(topic));
    const auto& config = result->at(topic)->entries.at(0);
    EXPECT_EQ(config.type, admin::ConfigType::long_);
    EXPECT_FALSE(config.is_default());
    EXPECT_EQ(config.synonyms.at(0).source, admin::ConfigSource::static_broker_config);
    EXPECT_EQ(code_of(result->at(all_brokers)), ErrorCode::cluster_authorization_failed);
    EXPECT_EQ(code_of(result->at(broker)), ErrorCode::unknown_server_error) << "no answer";
}

TEST(DescribeConfigs, RefusesABrokerThatIsNoNumber) {
    for (const auto* name : {"x", "1x", "-1", "99999999999"}) {
        Play play(describe_configs_plan({{ConfigResourceType::broker, name}}, {}, {}));
        EXPECT_EQ(code_of(play.result()), ErrorCode::invalid_request) << name;
    }
}

TEST(AlterConfigs, SendsEveryKindOfChange) {
    const ConfigResource topic{ConfigResourceType::topic, "t"};
    using enum admin::AlterConfigOpType;
    Play play(incremental_alter_configs_plan(
        {{topic, {{set, "a", "1"}, {delete_, "b"}, {append, "c", "x"}, {subtract, "d", "y"}}}},
        {.validate_only = true}, {}));
    const auto request = play.sent<IncrementalAlterConfigsRequest>();
    EXPECT_TRUE(request->request.validate_only);
    const auto& configs = request->request.resources.at(0).configs;
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(configs.at(i).config_operation, static_cast<std::int8_t>(i));
    }
    EXPECT_FALSE(configs[1].value);
    IncrementalAlterConfigsResponse response;
    auto& told = response.responses.emplace_back();
    told.resource_type = 2;
    told.resource_name = "t";
    told.error_code = number(ErrorCode::invalid_config);
    told.error_message = "Unknown topic config name: a";
    play.answer(request, response);
    EXPECT_EQ(play.result()->at(topic).error().message, "Unknown topic config name: a");
}

TEST(ListConfigResources, OnlyClientMetricsGoWithTheFirstVersion) {
    const std::pair<std::set<ConfigResourceType>, std::int16_t> rows[] = {
        {{}, 1},
        {{ConfigResourceType::client_metrics}, 0},
        {{ConfigResourceType::client_metrics, ConfigResourceType::topic}, 1}};
    for (const auto& [types, want] : rows) {
        Play play(list_config_resources_plan(types, {}));
        EXPECT_EQ(play.sent<ListConfigResourcesRequest>()->versions().first, want);
    }
}

TEST(ElectLeaders, AsksForAllOrForSome) {
    Play play(elect_leaders_plan(admin::ElectionType::unclean, std::nullopt, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    const auto all = play.sent<ElectLeadersRequest>();
    EXPECT_FALSE(all->request.topic_partitions);
    EXPECT_EQ(all->versions().first, 1);
    play.fail(all, ErrorCode::unsupported_version);
    EXPECT_EQ(code_of(play.result()), ErrorCode::unsupported_version);

    Play some(elect_leaders_plan(admin::ElectionType::preferred, std::set{partition("t", 1)}, {}));
    some.answer(some.sent<MetadataRequest>(), three_brokers());
    const auto request = some.sent<ElectLeadersRequest>();
    EXPECT_EQ(request->request.topic_partitions->at(0).partitions, std::vector<std::int32_t>{1});
    ElectLeadersResponse response;
    auto& topic = response.replica_election_results.emplace_back();
    topic.topic = "t";
    auto& told = topic.partition_result.emplace_back();
    told.partition_id = 1;
    told.error_code = number(ErrorCode::election_not_needed);
    some.answer(request, response);
    EXPECT_EQ(code_of(some.result()->at(partition("t", 1))), ErrorCode::election_not_needed);
}

TEST(Reassignments, ACancelledOneHasNoReplicas) {
    using wire::AlterPartitionReassignmentsRequest;
    Play play(alter_partition_reassignments_plan(
        {{partition("t", 0), std::nullopt},
         {partition("t", 1), std::vector<BrokerId>{BrokerId{1}, BrokerId{2}}}},
        {.allow_replication_factor_change = false}, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    const auto request = play.sent<AlterPartitionReassignmentsRequest>();
    EXPECT_EQ(request->versions().first, 1);
    const auto& partitions = request->request.topics.at(0).partitions;
    EXPECT_FALSE(partitions.at(0).replicas);
    EXPECT_EQ(partitions.at(1).replicas, (std::vector<std::int32_t>{1, 2}));
    wire::AlterPartitionReassignmentsResponse response;
    response.error_code = number(ErrorCode::not_controller);
    play.answer(request, response);
    EXPECT_FALSE(play.done()) << "the controller is looked for again";
}

TEST(Reassignments, ABrokerWithoutTheApiIsNamed) {
    Play play(list_partition_reassignments_plan(std::nullopt, {}));
    play.answer(play.sent<MetadataRequest>(), three_brokers());
    play.fail(play.sent<ListPartitionReassignmentsRequest>(), ErrorCode::unsupported_version);
    EXPECT_EQ(play.result().error().message, "the transport's sentence");
}

}  // namespace
}  // namespace barnabas::client::admin_api
