// DescribeConfigs. Versions 0-4; 1 tells the source of a value instead of a flag, and synonyms, 3
// types and documentation (KIP-569). Topics, this broker, what is set for all brokers, and
// groups.
#include "wire/messages/describe_configs.h"

#include "broker/broker_configs.h"
#include "broker/group_configs.h"
#include "broker/handlers/config_resource.h"
#include "broker/handlers/handlers.h"
#include "broker/topic_configs.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

using wire::DescribeConfigsRequest;
using wire::DescribeConfigsResponse;
using Entry = DescribeConfigsResponse::Result::Config;

std::vector<ResolvedConfig> resolve(const Call& call, ConfigOwner owner, const std::string& name) {
    const auto& broker = call.services.definitions->broker;
    switch (owner) {
        case ConfigOwner::topic:
            return resolve_topic_configs(call, call.home.image->topic(name)->configs);
        case ConfigOwner::this_broker:
            return resolve_broker_configs(broker, config_layers(call.home));
        case ConfigOwner::all_brokers:
            return resolve_default_configs(broker, call.home.image->default_configs);
        case ConfigOwner::group:
            return resolve_group_configs(call, name);
    }
    return {};
}

/// As in Kafka, naming none asks for all.
bool is_asked(const DescribeConfigsRequest::Resource& resource, std::string_view name) {
    const auto& keys = resource.configuration_keys;
    return !keys || keys->empty() || std::ranges::find(*keys, name) != keys->end();
}

Entry describe(const DescribeConfigsRequest& request, ResolvedConfig& config) {
    const auto& row = *config.row;
    Entry entry{.name = std::string(row.name),
                .value = std::move(config.value),
                .read_only = config.read_only,
                .config_source = static_cast<std::int8_t>(config.source),
                .is_default = config.is_default(),
                .is_sensitive = row.is_sensitive(),
                .synonyms = {},
                .config_type = static_cast<std::int8_t>(row.type),
                .documentation = {},
                .unknown_tags = {}};
    if (request.include_synonyms) {
        for (auto& synonym : config.synonyms) {
            entry.synonyms.push_back({.name = std::move(synonym.name),
                                      .value = std::move(synonym.value),
                                      .source = static_cast<std::int8_t>(synonym.source),
                                      .unknown_tags = {}});
        }
    }
    if (request.include_documentation) {
        entry.documentation = row.help;
    }
    return entry;
}

DescribeConfigsResponse::Result answer(Call& call, const DescribeConfigsRequest& request,
                                       const DescribeConfigsRequest::Resource& resource) {
    DescribeConfigsResponse::Result result;
    result.resource_type = resource.resource_type;
    result.resource_name = resource.resource_name;
    auto owner = find_config_owner(call, resource.resource_type, resource.resource_name);
    if (!owner) {
        call.refuse(result, std::move(owner.error()));
        return result;
    }
    for (auto& config : resolve(call, *owner, resource.resource_name)) {
        if (is_asked(resource, config.row->name)) {
            result.configs.push_back(describe(request, config));
        }
    }
    return result;
}

}  // namespace

DescribeConfigsResponse handle_describe_configs(Call& call, DescribeConfigsRequest& request) {
    DescribeConfigsResponse response;
    for (const auto& resource : request.resources) {
        response.results.push_back(answer(call, request, resource));
    }
    return response;
}

}  // namespace barnabas::broker
