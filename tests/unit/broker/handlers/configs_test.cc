// DescribeConfigs, AlterConfigs and IncrementalAlterConfigs, through a whole broker.
#include "broker/handlers/config_resource.h"
#include "unit/broker/broker_fixture.h"
#include "wire/messages/alter_configs.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/list_config_resources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace barnabas::broker {
namespace {

using wire::AlterConfigsRequest;
using wire::AlterConfigsResponse;
using wire::DescribeConfigsRequest;
using wire::DescribeConfigsResponse;
using wire::IncrementalAlterConfigsRequest;
using wire::IncrementalAlterConfigsResponse;
using wire::ListConfigResourcesRequest;
using wire::ListConfigResourcesResponse;
using Described = DescribeConfigsResponse::Result;

constexpr auto topic = static_cast<std::int8_t>(ConfigResourceType::topic);
constexpr auto groups = static_cast<std::int8_t>(ConfigResourceType::group);
constexpr auto brokers = static_cast<std::int8_t>(ConfigResourceType::broker);

Described describe(BrokerFixture& at, std::int8_t type, const std::string& name,
                   std::vector<std::string> keys = {}) {
    DescribeConfigsRequest request;
    request.include_synonyms = true;
    request.include_documentation = true;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = name;
    resource.configuration_keys = std::move(keys);
    return at.call<DescribeConfigsResponse>(request).results.at(0);
}

Described::Config describe_one(BrokerFixture& at, std::int8_t type, const std::string& name,
                               const std::string& key) {
    const auto described = describe(at, type, name, {key});
    EXPECT_EQ(described.configs.size(), 1U) << key << " of " << name;
    return described.configs.empty() ? Described::Config() : described.configs[0];
}

struct Change {
    std::int8_t type = topic;
    std::string name;
    std::string key;
    ConfigOperation operation = ConfigOperation::set;
    std::optional<std::string> value;
    bool validate_only = false;
};

IncrementalAlterConfigsResponse::Response alter(BrokerFixture& at, const Change& change) {
    IncrementalAlterConfigsRequest request;
    request.validate_only = change.validate_only;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = change.type;
    resource.resource_name = change.name;
    auto& config = resource.configs.emplace_back();
    config.name = change.key;
    config.config_operation = static_cast<std::int8_t>(change.operation);
    config.value = change.value;
    return at.call<IncrementalAlterConfigsResponse>(request).responses.at(0);
}

ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

TEST(DescribeConfigs, TellsValueSourceSynonymsTypeAndHelp) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 1, {{"segment.bytes", "2097152"}}), ErrorCode::none);
    const auto own = describe_one(at, topic, "t", "segment.bytes");
    EXPECT_EQ(own.value, "2097152");
    EXPECT_EQ(own.config_source, 1);
    EXPECT_EQ(own.config_type, 3);
    EXPECT_FALSE(own.read_only || own.is_sensitive);
    EXPECT_THAT(*own.documentation, testing::Not(testing::IsEmpty()));
    ASSERT_GE(own.synonyms.size(), 2U);
    EXPECT_EQ(own.synonyms[0].source, 1);
    EXPECT_EQ(own.synonyms[1].source, 5);

    const auto all = describe(at, brokers, "1");
    EXPECT_GT(all.configs.size(), 200U);
    const auto node = describe_one(at, brokers, "1", "node.id");
    EXPECT_EQ(node.config_source, 4);
    EXPECT_TRUE(node.read_only);
    EXPECT_TRUE(describe(at, brokers, "").configs.empty());
}

TEST(DescribeConfigs, EveryVersionAnswers) {
    BrokerFixture at;
    DescribeConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = brokers;
    resource.resource_name = "1";
    for (auto v = DescribeConfigsRequest::versions.first;
         v <= DescribeConfigsRequest::versions.last; ++v) {
        EXPECT_GT(at.call<DescribeConfigsResponse>(request, v).results.at(0).configs.size(), 200U);
    }
}

TEST(DescribeConfigs, RefusesResourcesThatHaveNone) {
    struct Row {
        std::int8_t type;
        std::string name;
        ErrorCode want;
    };
    const Row rows[] = {{topic, "none", ErrorCode::unknown_topic_or_partition},
                        {topic, "", ErrorCode::invalid_topic_exception},
                        {brokers, "2", ErrorCode::invalid_request},
                        {brokers, "one", ErrorCode::invalid_request},
                        {8, "1", ErrorCode::invalid_request},
                        {16, "metrics", ErrorCode::invalid_request},
                        {groups, "", ErrorCode::invalid_request},
                        {3, "x", ErrorCode::invalid_request}};
    BrokerFixture at;
    for (const auto& row : rows) {
        const auto answer = describe(at, row.type, row.name);
        EXPECT_EQ(code(answer.error_code), row.want) << int{row.type} << " " << row.name;
        EXPECT_THAT(answer.error_message.value_or(""), testing::Not(testing::IsEmpty()));
        EXPECT_EQ(answer.resource_name, row.name);
        EXPECT_TRUE(answer.configs.empty());
    }
}

TEST(IncrementalAlterConfigs, ChangesATopicsOwnValues) {
    using enum ConfigOperation;
    struct Row {
        std::string key;
        ConfigOperation operation;
        std::optional<std::string> value;
        ErrorCode want;
        std::string after;  // of the same key
    };
    const Row rows[] = {
        {"retention.ms", set, "5000", ErrorCode::none, "5000"},
        {"retention.ms", set, "soon", ErrorCode::invalid_config, "5000"},
        {"retention.ms", append, "1", ErrorCode::invalid_config, "5000"},
        {"retention.ms", set, std::nullopt, ErrorCode::invalid_request, "5000"},
        {"retention.ms", remove, std::nullopt, ErrorCode::none, "604800000"},
        {"cleanup.policy", append, "compact", ErrorCode::none, "delete,compact"},
        {"cleanup.policy", subtract, "delete", ErrorCode::none, "compact"},
        {"cleanup.policy", set, "burn", ErrorCode::invalid_config, "compact"},
        {"cleanup.policy", static_cast<ConfigOperation>(4), "x", ErrorCode::invalid_request,
         "compact"},
    };
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    for (const auto& row : rows) {
        const auto answer = alter(
            at, {.name = "t", .key = row.key, .operation = row.operation, .value = row.value});
        EXPECT_EQ(code(answer.error_code), row.want) << row.key << " " << row.value.value_or("-");
        EXPECT_EQ(answer.error_message.has_value(), row.want != ErrorCode::none);
        EXPECT_EQ(describe_one(at, topic, "t", row.key).value, row.after);
    }
    EXPECT_EQ(code(alter(at, {.name = "t", .key = "no.such", .value = "1"}).error_code),
              ErrorCode::invalid_config);
    EXPECT_EQ(code(alter(at, {.name = "u", .key = "retention.ms", .value = "1"}).error_code),
              ErrorCode::unknown_topic_or_partition);
}

TEST(IncrementalAlterConfigs, ChangesAGroupsOwnValues) {
    using enum ConfigOperation;
    struct Row {
        std::string key;
        ConfigOperation operation;
        std::optional<std::string> value;
        ErrorCode want;
        std::string after;  // of the same key
    };
    const Row rows[] = {
        {"consumer.session.timeout.ms", set, "50000", ErrorCode::none, "50000"},
        {"consumer.session.timeout.ms", set, "44999", ErrorCode::invalid_config, "50000"},
        {"consumer.session.timeout.ms", set, "60001", ErrorCode::invalid_config, "50000"},
        {"consumer.session.timeout.ms", set, "long", ErrorCode::invalid_config, "50000"},
        {"consumer.session.timeout.ms", set, std::nullopt, ErrorCode::invalid_request, "50000"},
        {"consumer.heartbeat.interval.ms", set, "4999", ErrorCode::invalid_config, "6000"},
        {"consumer.heartbeat.interval.ms", set, "7000", ErrorCode::none, "7000"},
        {"consumer.heartbeat.interval.ms", remove, std::nullopt, ErrorCode::none, "6000"},
        {"consumer.assignment.interval.ms", set, "15001", ErrorCode::invalid_config, "1000"},
        {"consumer.assignment.interval.ms", set, "0", ErrorCode::none, "0"},
        {"share.session.timeout.ms", set, "50000", ErrorCode::none, "50000"},
        {"consumer.session.timeout.ms", remove, std::nullopt, ErrorCode::none, "45000"},
    };
    BrokerFixture at({{"group.consumer.heartbeat.interval.ms", "6000"}});
    const std::string group = "any/\x01 byte";
    for (const auto& row : rows) {
        const auto answer = alter(at, {.type = groups,
                                       .name = group,
                                       .key = row.key,
                                       .operation = row.operation,
                                       .value = row.value});
        EXPECT_EQ(code(answer.error_code), row.want) << row.key << " " << row.value.value_or("-");
        EXPECT_EQ(answer.error_message.has_value(), row.want != ErrorCode::none);
        EXPECT_EQ(describe_one(at, groups, group, row.key).value, row.after) << row.key;
    }
    EXPECT_EQ(describe_one(at, groups, group, "consumer.assignment.interval.ms").config_source, 8);
    EXPECT_EQ(describe_one(at, groups, "other", "consumer.heartbeat.interval.ms").config_source, 4)
        << "from the broker's file";
    EXPECT_EQ(describe(at, groups, "other").error_code, 0) << "no group has to be there";

    const auto listed = [&at] {
        ListConfigResourcesRequest request;
        request.resource_types = {groups};
        std::vector<std::string> names;
        for (const auto& resource :
             at.call<ListConfigResourcesResponse>(request).config_resources) {
            names.push_back(resource.resource_name);
        }
        return names;
    };
    EXPECT_THAT(listed(), testing::ElementsAre(group));
    for (const auto* key : {"consumer.assignment.interval.ms", "share.session.timeout.ms"}) {
        alter(at, {.type = groups, .name = group, .key = key, .operation = remove});
    }
    EXPECT_THAT(listed(), testing::IsEmpty()) << "nothing is set any more";
    EXPECT_EQ(code(alter(at, {.type = groups,
                              .name = "",
                              .key = "consumer.session.timeout.ms",
                              .value = "50000"})
                       .error_code),
              ErrorCode::invalid_request);
}

TEST(IncrementalAlterConfigs, OnlyValidatesIfAskedTo) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    const Change change{.name = "t", .key = "retention.ms", .value = "1", .validate_only = true};
    EXPECT_EQ(code(alter(at, change).error_code), ErrorCode::none);
    EXPECT_EQ(describe_one(at, topic, "t", "retention.ms").value, "604800000");
}

TEST(IncrementalAlterConfigs, ABrokersValueWinsOverAllBrokersAndTheFile) {
    BrokerFixture at({{"log.retention.ms", "3"}});
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    struct Row {
        std::string whose;
        ConfigOperation operation;
        std::optional<std::string> value;
        std::string after;
        std::int8_t source;
    };
    const Row rows[] = {{"", ConfigOperation::set, "2", "2", 3},
                        {"1", ConfigOperation::set, "1", "1", 2},
                        {"", ConfigOperation::remove, std::nullopt, "1", 2},
                        {"1", ConfigOperation::remove, std::nullopt, "3", 4}};
    for (const auto& row : rows) {
        const auto answer = alter(at, {.type = brokers,
                                       .name = row.whose,
                                       .key = "log.retention.ms",
                                       .operation = row.operation,
                                       .value = row.value});
        ASSERT_EQ(code(answer.error_code), ErrorCode::none) << answer.error_message.value_or("");
        const auto broker = describe_one(at, brokers, "1", "log.retention.ms");
        EXPECT_EQ(broker.value, row.after);
        EXPECT_EQ(broker.config_source, row.source);
        const auto of_topic = describe_one(at, topic, "t", "retention.ms");
        EXPECT_EQ(of_topic.value, row.after);
        EXPECT_EQ(of_topic.config_source, row.source);
    }
}

TEST(IncrementalAlterConfigs, RefusesBrokerValuesThatWouldNotTakeEffect) {
    struct Row {
        std::string whose;
        std::string key;
        std::string value;
        ErrorCode want;
    };
    const Row rows[] = {{"1", "log.cleaner.threads", "2", ErrorCode::none},
                        {"", "max.connections", "100", ErrorCode::none},
                        {"1", "max.connections", "many", ErrorCode::invalid_request},
                        {"1", "max.connections.per.ip.overrides", "x", ErrorCode::invalid_request},
                        {"1", "num.partitions", "2", ErrorCode::invalid_request},
                        {"1", "listeners", "PLAINTEXT://:1", ErrorCode::invalid_request},
                        {"1", "listener.name.x.max.connections", "1", ErrorCode::invalid_request},
                        {"", "ssl.keystore.location", "/k", ErrorCode::invalid_request},
                        {"1", "config.providers", "file", ErrorCode::invalid_request},
                        {"1", "no.such.name", "1", ErrorCode::invalid_config}};
    BrokerFixture at;
    for (const auto& row : rows) {
        const auto answer =
            alter(at, {.type = brokers, .name = row.whose, .key = row.key, .value = row.value});
        EXPECT_EQ(code(answer.error_code), row.want)
            << row.key << ": " << answer.error_message.value_or("");
    }
    EXPECT_EQ(describe(at, brokers, "").configs.at(0).name, "max.connections");
}

TEST(IncrementalAlterConfigs, AConnectionLimitCountsAtOnce) {
    struct Row {
        const char* key;
        bool waits;  // for the connection before it, which ends when it is there
    };
    const Row rows[] = {{"max.connections", true}, {"max.connections.per.ip", false}};
    for (const auto& row : rows) {
        BrokerFixture at;
        const auto answer = alter(at, {.type = brokers, .name = "1", .key = row.key, .value = "1"});
        ASSERT_EQ(code(answer.error_code), ErrorCode::none) << row.key;
        at.reconnect();
        const auto later = at.try_call<DescribeConfigsResponse>(DescribeConfigsRequest(), 4);
        EXPECT_EQ(later.has_value(), row.waits) << row.key;
    }
}

TEST(AlterConfigs, UnsetsWhatItDoesNotName) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 1, {{"retention.ms", "7"}, {"segment.ms", "8"}}),
              ErrorCode::none);
    for (auto v = AlterConfigsRequest::versions.first; v <= AlterConfigsRequest::versions.last;
         ++v) {
        AlterConfigsRequest request;
        auto& resource = request.resources.emplace_back();
        resource.resource_type = topic;
        resource.resource_name = "t";
        auto& config = resource.configs.emplace_back();
        config.name = "retention.ms";
        config.value = std::to_string(v + 100);
        const auto answer = at.call<AlterConfigsResponse>(request, v).responses.at(0);
        EXPECT_EQ(code(answer.error_code), ErrorCode::none);
        EXPECT_EQ(describe_one(at, topic, "t", "retention.ms").value, config.value);
        EXPECT_EQ(describe_one(at, topic, "t", "segment.ms").config_source, 5);

        request.resources.push_back(request.resources[0]);
        EXPECT_EQ(code(at.call<AlterConfigsResponse>(request, v).responses.at(1).error_code),
                  ErrorCode::invalid_request)
            << "a resource twice";
    }
}

}  // namespace
}  // namespace barnabas::broker
