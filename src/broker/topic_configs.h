#pragma once

#include "base/config_resolver.h"
#include "broker/handlers/call.h"

#include <vector>

namespace barnabas::broker {

/// Every configuration of a topic that has `set` on it, as this broker resolves it now, by name.
[[nodiscard]] std::vector<ResolvedConfig> resolve_topic_configs(const Call& call,
                                                                const ConfigMap& set);

}  // namespace barnabas::broker
