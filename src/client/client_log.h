#pragma once

#include "base/config_definition.h"
#include "base/logger.h"
#include <barnabas/client_config.h>
#include <barnabas/client_log.h>

#include <string_view>

namespace barnabas::client {

/// The log of a loop: what its clients' logs are made of.
[[nodiscard]] Logger make_logger(ClientLog log);

/// A client's own part of its loop's log, under "producer producer-1".
[[nodiscard]] Logger log_of(const Logger& loop, std::string_view kind, std::string_view client_id);

/// A warning for each name that is set and has no effect: once, when the client is made.
void warn_of_config(const Logger& log, const ConfigDefinition& definition, const ClientConfig& set);

}  // namespace barnabas::client
