#pragma once

#include "base/config_definition.h"
#include "base/time.h"
#include "client/config/common_config.h"
#include "wire/compression/codec.h"
#include <barnabas/client_config.h>

#include <cstdint>
#include <optional>
#include <string>

namespace barnabas::client {

/// A producer's configuration after parsing: every value is good, and none contradicts another.
struct ProducerConfig {
    enum class Partitioning : std::uint8_t { standard, round_robin, hash };

    CommonConfig common;
    std::int16_t acks = -1;
    std::size_t batch_size = 16384;  ///< at least 1
    std::size_t buffer_memory = std::size_t{32} << 20;
    wire::Compression compression;
    Duration delivery_timeout{2min};
    bool idempotent = true;
    Duration linger{5ms};
    Duration block_max{1min};
    int in_flight_max = 5;
    std::size_t request_size_max = std::size_t{1} << 20;
    Duration metadata_idle_max{5min};
    Partitioning partitioning = Partitioning::standard;
    bool adaptive = true;
    Duration availability_timeout{0};
    bool ignore_keys = false;
    /// The rack to prefer; nothing: partitioner.rack.aware is not set, or client.rack is not.
    std::optional<std::string> preferred_rack;
    std::int32_t retries = 2147483647;
    std::optional<std::string> transactional_id;
    Duration transaction_timeout{1min};
};

/// Kafka's names for producers, with Kafka's defaults.
[[nodiscard]] const ConfigDefinition& producer_definition();

/// INVALID_CONFIG, with a sentence, for what parse_client_config() refuses and for values that
/// contradict each other: idempotence and acks, retries or requests in flight;
/// delivery.timeout.ms and what has to fit into it. As in Kafka, the one of the two that was not
/// set gives way.
[[nodiscard]] Result<ProducerConfig> producer_config(const ClientConfig& set);

}  // namespace barnabas::client
