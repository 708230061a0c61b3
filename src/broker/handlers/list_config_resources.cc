// ListConfigResources (KIP-1142). Versions 0-1; 0 is KIP-714's ListClientMetricsResources, of which
// there are none here; 1 names the types that it asks for, none of them for all.
#include "wire/messages/list_config_resources.h"

#include "broker/handlers/config_resource.h"
#include "broker/handlers/handlers.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

using wire::ListConfigResourcesRequest;
using wire::ListConfigResourcesResponse;

bool is_type(std::int8_t type) {
    using enum ConfigResourceType;
    constexpr ConfigResourceType types[] = {topic, broker, broker_logger, client_metrics, group};
    return std::ranges::find(types, static_cast<ConfigResourceType>(type)) != std::end(types);
}

}  // namespace

ListConfigResourcesResponse handle_list_config_resources(Call& call,
                                                         ListConfigResourcesRequest& request) {
    ListConfigResourcesResponse response;
    if (call.version == 0) {
        return response;
    }
    const auto& types = request.resource_types;
    if (!std::ranges::all_of(types, is_type)) {
        response.error_code = static_cast<std::int16_t>(ErrorCode::unsupported_version);
        call.count_error(ErrorCode::unsupported_version);
        return response;
    }
    const auto asked = [&types](ConfigResourceType type) {
        return types.empty() ||
               std::ranges::find(types, static_cast<std::int8_t>(type)) != types.end();
    };
    const auto add = [&response](ConfigResourceType type, std::string name) {
        response.config_resources.push_back({.resource_name = std::move(name),
                                             .resource_type = static_cast<std::int8_t>(type),
                                             .unknown_tags = {}});
    };
    if (asked(ConfigResourceType::topic)) {
        for (const auto& [name, topic] : call.home.image->topics()) {
            add(ConfigResourceType::topic, topic->name);
        }
    }
    if (asked(ConfigResourceType::broker)) {
        for (const auto& broker : call.home.image->brokers) {
            add(ConfigResourceType::broker, std::to_string(broker.id.get()));
        }
    }
    if (asked(ConfigResourceType::group)) {
        for (const auto& [group, configs] : *call.home.image->group_configs) {
            add(ConfigResourceType::group, group);
        }
    }
    return response;
}

}  // namespace barnabas::broker
