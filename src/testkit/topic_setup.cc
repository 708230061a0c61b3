#include "testkit/topic_setup.h"

#include "testkit/producer.h"
#include "testkit/topics.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/incremental_alter_configs.h"

#include <utility>

namespace barnabas::testkit {
namespace {

constexpr std::int8_t topic_resource = 2;

}  // namespace

awaitable<void> create_topics(WireClient* client, ConfigMap configs) {
    wire::CreateTopicsRequest request;
    request.timeout_ms = 10'000;
    for (const auto& [name, partitions] :
         {std::pair(input_topic, input_partitions), std::pair(output_topic, output_partitions)}) {
        auto& topic = request.topics.emplace_back();
        topic.name = name;
        topic.num_partitions = partitions;
        topic.replication_factor = 1;
        for (const auto& [key, value] : configs) {
            auto& config = topic.configs.emplace_back();
            config.name = key;
            config.value = value;
        }
    }
    const auto answer =
        co_await client->call<wire::CreateTopicsResponse>(std::move(request), std::int16_t{5});
    if (!answer) {
        client->journal().complain(client->name(), "no topics: no answer");
        co_return;
    }
    for (const auto& topic : answer->body.topics) {
        if (topic.error_code != 0) {
            client->journal().complain(client->name(), "no topic {}: {}", topic.name,
                                       topic.error_message.value_or(""));
        }
    }
}

awaitable<void> set_up_state_topics(WireClient* client, ConfigMap configs) {
    co_await find_coordinator(client, "any", CoordinatorOf::group);
    co_await find_coordinator(client, "any", CoordinatorOf::transactions);
    wire::IncrementalAlterConfigsRequest request;
    for (const auto* name : {"__consumer_offsets", "__transaction_state"}) {
        auto& resource = request.resources.emplace_back();
        resource.resource_type = topic_resource;
        resource.resource_name = name;
        for (const auto& [key, value] : configs) {
            auto& config = resource.configs.emplace_back();
            config.name = key;
            config.value = value;
        }
    }
    const auto answer = co_await client->call<wire::IncrementalAlterConfigsResponse>(
        std::move(request), std::int16_t{1});
    if (!answer) {
        client->journal().complain(client->name(), "no configurations: no answer");
        co_return;
    }
    for (const auto& resource : answer->body.responses) {
        if (resource.error_code != 0) {
            client->journal().complain(client->name(), "no configuration of {}: {}",
                                       resource.resource_name, resource.error_message.value_or(""));
        }
    }
}

}  // namespace barnabas::testkit
