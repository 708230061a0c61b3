#include "broker/topic_configs.h"

#include "broker/broker_configs.h"

#include <utility>

namespace barnabas::broker {

std::vector<ResolvedConfig> resolve_topic_configs(const Call& call, const ConfigMap& set) {
    const auto& definitions = *call.services.definitions;
    const auto layers = config_layers(call.home);
    std::vector<ResolvedConfig> configs;
    for (const auto* row : definitions.topic.rows()) {
        auto resolved = resolve_resource_config(*row, set, ConfigSource::dynamic_topic,
                                                definitions.broker, layers);
        if (!row->extras.internal || !resolved.is_default()) {  // as of the broker's
            configs.push_back(std::move(resolved));
        }
    }
    return configs;
}

}  // namespace barnabas::broker
