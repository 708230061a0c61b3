// Metadata, through a whole broker.
#include "wire/messages/metadata.h"

#include "unit/broker/broker_fixture.h"
#include "wire/messages/describe_configs.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

using wire::MetadataRequest;
using wire::MetadataResponse;

MetadataRequest asking_for(const std::vector<std::string>& names) {
    MetadataRequest request;
    request.topics.emplace();
    for (const auto& name : names) {
        request.topics->emplace_back().name = name;
    }
    return request;
}

std::string config_of(BrokerFixture& at, const std::string& topic, const std::string& name) {
    wire::DescribeConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = 2;  // a topic
    resource.resource_name = topic;
    resource.configuration_keys = std::vector<std::string>{name};
    const auto response = at.call<wire::DescribeConfigsResponse>(request);
    const auto& configs = response.results.at(0).configs;
    return configs.empty() ? "" : configs[0].value.value_or("");
}

const std::vector<std::string> of_coordinators{"__consumer_offsets", "__transaction_state",
                                               "__share_group_state"};

/// Whoever reads __consumer_offsets on a new broker must not get it with the partitions and the
/// configuration of any topic, which its coordinators would then have for ever.
TEST(Metadata, MakesTheTopicsOfCoordinatorsAsTheyAreToBe) {
    BrokerFixture at({{"num.partitions", "2"},
                      {"offsets.topic.num.partitions", "7"},
                      {"transaction.state.log.num.partitions", "5"},
                      {"share.coordinator.state.topic.num.partitions", "3"}});
    auto names = of_coordinators;
    names.emplace_back("any");
    const auto response = at.call<MetadataResponse>(asking_for(names));
    std::map<std::string, std::pair<std::size_t, bool>> found;
    for (const auto& topic : response.topics) {
        EXPECT_EQ(topic.error_code, 0) << topic.name.value_or("");
        found[topic.name.value_or("")] = {topic.partitions.size(), topic.is_internal};
    }
    const std::map<std::string, std::pair<std::size_t, bool>> want{
        {"__consumer_offsets", {7, true}},
        {"__transaction_state", {5, true}},
        {"__share_group_state", {3, true}},
        {"any", {2, false}}};
    EXPECT_EQ(found, want);
    EXPECT_EQ(config_of(at, "__consumer_offsets", "cleanup.policy"), "compact");
    EXPECT_EQ(config_of(at, "__transaction_state", "cleanup.policy"), "compact");
    EXPECT_EQ(config_of(at, "__share_group_state", "retention.ms"), "-1");
}

TEST(Metadata, MakesNoTopicOfACoordinatorWhereNoneIsToBeMade) {
    const auto refused = static_cast<std::int16_t>(ErrorCode::unknown_topic_or_partition);
    for (const bool client_allows : {true, false}) {
        BrokerFixture at({{"auto.create.topics.enable", client_allows ? "false" : "true"}});
        auto request = asking_for(of_coordinators);
        request.allow_auto_topic_creation = client_allows;
        for (const auto& topic : at.call<MetadataResponse>(request).topics) {
            EXPECT_EQ(topic.error_code, refused) << topic.name.value_or("");
        }
        MetadataRequest all;
        all.topics.reset();
        EXPECT_TRUE(at.call<MetadataResponse>(all).topics.empty());
    }
}

}  // namespace
}  // namespace barnabas::broker
