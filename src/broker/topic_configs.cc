#include "broker/topic_configs.h"

namespace barnabas::broker {

std::vector<ResolvedConfig> resolve_topic_configs(const Call& call, const ConfigMap& set) {
    const auto& definitions = *call.services.definitions;
    const BrokerConfigLayers layers{.dynamic_broker = call.home.image->broker_configs,
                                    .dynamic_default = call.home.image->default_configs,
                                    .static_broker = call.home.settings->statics};
    std::vector<ResolvedConfig> configs;
    for (const auto* row : definitions.topic.rows()) {
        configs.push_back(resolve_resource_config(*row, set, ConfigSource::dynamic_topic,
                                                  definitions.broker, layers));
    }
    return configs;
}

}  // namespace barnabas::broker
