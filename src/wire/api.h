#pragma once

#include "wire/message_info.h"
#include "wire/schema.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace barnabas::wire {

enum class Direction : std::uint8_t { request, response };

/// One API: what Apache Kafka says of it (org.apache.kafka.common.protocol.ApiKeys) and what this
/// codec knows, which is more: all versions since Kafka 0.8.
struct ApiInfo {
    std::int16_t key = 0;
    std::string_view name;
    /// What a Kafka 4.4 broker serves; empty for the APIs of Kafka 3's controller.
    Versions kafka_versions = no_versions;
    bool for_brokers = false;      ///< served on brokers' listeners
    bool for_controllers = false;  ///< served on KRaft controllers' listeners
    bool cluster_action = false;   ///< for other brokers only
    bool forwardable = false;      ///< brokers of Kafka's pass it on to the controller
    MessageInfo request;
    MessageInfo response;

    [[nodiscard]] const MessageInfo& message(Direction direction) const {
        return direction == Direction::request ? request : response;
    }
};

/// Every API, by rising key.
[[nodiscard]] std::span<const ApiInfo> all_apis();

/// nullptr if there is no such API.
[[nodiscard]] const ApiInfo* find_api(std::int16_t key);

}  // namespace barnabas::wire
