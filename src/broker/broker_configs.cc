#include "broker/broker_configs.h"

#include "broker/config/broker_config.h"

#include <utility>

namespace barnabas::broker {
namespace {

/// Sockets are bound at start.
bool only_at_start(std::string_view name) {
    return name == "listeners" || name == "advertised.listeners" ||
           name == "listener.security.protocol.map";
}

}  // namespace

BrokerConfigLayers config_layers(const BrokerShard& shard) {
    return {.dynamic_broker = shard.image->broker_configs,
            .dynamic_default = shard.image->default_configs,
            .static_broker = shard.settings->statics};
}

std::vector<ResolvedConfig> resolve_default_configs(const ConfigDefinition& broker,
                                                    const ConfigMap& defaults) {
    const ConfigMap nothing;
    const BrokerConfigLayers layers{
        .dynamic_broker = nothing, .dynamic_default = defaults, .static_broker = nothing};
    std::vector<ResolvedConfig> configs;
    for (const auto& [name, text] : defaults) {
        if (const auto* row = broker.find(name)) {
            auto config = resolve_broker_config(broker, *row, layers);
            std::erase_if(config.synonyms, [](const ResolvedSynonym& synonym) {
                return synonym.source != ConfigSource::dynamic_default_broker;
            });
            configs.push_back(std::move(config));
        }
    }
    return configs;
}

Result<void> check_dynamic_configs(const ConfigDefinition& broker, const ConfigMap& set,
                                   bool per_broker) {
    TRY(validate_dynamic_broker_configs(broker, set, per_broker));
    for (const auto& [name, text] : set) {
        const auto base = without_listener(name);
        const auto* row = broker.find(base);
        if (base.size() != name.size()) {
            return fail(ErrorCode::invalid_request,
                        "{} cannot be set: settings of single listeners are not supported", name);
        }
        if (only_at_start(name)) {
            return fail(ErrorCode::invalid_request,
                        "{} cannot be changed while this broker runs: set it in the broker's file "
                        "and restart",
                        name);
        }
        if (row->effect.kind == ConfigEffect::Kind::refused) {
            return fail(ErrorCode::invalid_request, "{} cannot be set: {}", name,
                        row->effect.reason);
        }
    }
    return {};
}

std::vector<std::string> without_effect(const ConfigDefinition& broker, const ConfigMap& set) {
    std::vector<std::string> sentences;
    for (const auto& [name, text] : set) {
        const auto* row = broker.find(name);
        if (row != nullptr && row->effect.kind == ConfigEffect::Kind::no_effect) {
            sentences.push_back(fmt::format("{} has no effect here: {}", name, row->effect.reason));
        }
    }
    return sentences;
}

Result<BrokerConfig> running_config(const ConfigDefinition& broker,
                                    const BrokerConfigLayers& layers, const BrokerConfig& was) {
    TRY_ASSIGN(auto loaded,
               load_broker_config(broker, merge_layers(broker, layers), {.allow_unknown = true}));
    loaded.config.id = was.id;
    return std::move(loaded.config);
}

}  // namespace barnabas::broker
