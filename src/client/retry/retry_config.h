#pragma once

#include "base/result.h"
#include <barnabas/client_config.h>

#include <string>

namespace barnabas::client {

/// What the clients of a RetryingConsumer are configured with.
struct RetryConfigs {
    std::string group;
    ClientConfig consumer;
    ClientConfig producer;
    ClientConfig admin;
};

/// The consumer commits by hand; the others take from it what all clients have alike (addresses,
/// security, connections, timeouts of requests), the producer `producer` on top. invalid_config
/// without a group.id, with enable.auto.commit=true, and with acks=0.
[[nodiscard]] Result<RetryConfigs> retry_configs(ClientConfig consumer,
                                                 const ClientConfig& producer);

}  // namespace barnabas::client
