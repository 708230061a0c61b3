#pragma once

#include "base/config_definition.h"
#include "base/result.h"
#include "base/time.h"
#include "client/config/common_config.h"
#include <barnabas/client_config.h>

#include <cstdint>
#include <limits>

namespace barnabas::client {

/// AdminClientConfig's names. Immutable; safe on every thread.
[[nodiscard]] const ConfigDefinition& admin_definition();

struct AdminConfig {
    CommonConfig common;
    Duration default_api_timeout{60s};
    std::int32_t retries = std::numeric_limits<std::int32_t>::max();
};

/// Errors: invalid_config.
[[nodiscard]] Result<AdminConfig> parse_admin_config(const ClientConfig& set);

}  // namespace barnabas::client
