#pragma once

#include "base/config_definition.h"
#include "base/result.h"
#include "base/time.h"
#include "client/config/common_config.h"
#include <barnabas/client_config.h>

#include <cstdint>
#include <string>

namespace barnabas::client {

/// What a share consumer is told, parsed: the rows of share_consumer_definition().
struct ShareConsumerConfig {
    CommonConfig common;

    std::string group_id;  ///< never empty
    std::string rack;
    Duration poll_interval_max{5min};
    bool explicit_acknowledgement = false;  ///< share.acknowledgement.mode
    bool record_limit = false;              ///< share.acquire.mode

    std::size_t poll_records_max = 500;
    std::int32_t fetch_bytes_min = 1;
    std::int32_t fetch_bytes_max = 50 << 20;
    Duration fetch_wait_max{500ms};
    bool check_crcs = true;

    Duration api_timeout{60s};
    bool create_topics = true;
};

/// The names of Kafka's consumers and their defaults, with the share consumer's own (KIP-932,
/// KIP-1206). What a share group leaves to the broker is refused when it is set (Kafka's
/// ShareConsumerConfig).
[[nodiscard]] const ConfigDefinition& share_consumer_definition();

/// Errors (invalid_config, invalid_group_id) name the key, the value and what would be right.
[[nodiscard]] Result<ShareConsumerConfig> share_consumer_config(const ClientConfig& set);

}  // namespace barnabas::client
