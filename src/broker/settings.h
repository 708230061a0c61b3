#pragma once

#include "base/config_definition.h"
#include "base/config_resolver.h"
#include "broker/config/broker_config.h"
#include "log/log_config.h"

#include <memory>

namespace barnabas::broker {

/// The broker's configuration as it stands at one moment. Immutable: a dynamic change replaces it
/// whole on every shard.
struct Settings {
    BrokerConfig config;
    ConfigMap statics;  // file and overrides
};

using SettingsPtr = std::shared_ptr<const Settings>;

/// All definitions that requests and files are judged by; made once.
struct Definitions {
    ConfigDefinition broker;
    ConfigDefinition topic;
    ConfigDefinition group;
    ConfigDefinition client_metrics;

    static Definitions make();
};

}  // namespace barnabas::broker
