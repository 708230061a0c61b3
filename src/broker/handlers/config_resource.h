#pragma once

#include "base/result.h"
#include "broker/handlers/call.h"

#include <cstdint>
#include <string>

namespace barnabas::broker {

/// What has configurations, with the numbers of the wire (org.apache.kafka.common.config.
/// ConfigResource.Type).
enum class ConfigResourceType : std::int8_t {
    topic = 2,
    broker = 4,
    broker_logger = 8,
    client_metrics = 16,
    group = 32,
};

/// Whose configurations a request means, once it is known that they are there.
enum class ConfigOwner : std::int8_t { topic, this_broker, all_brokers, group };

/// Who is meant by a resource of a request. Errors: unknown_topic_or_partition,
/// invalid_topic_exception, or invalid_request for another broker and for the types that have no
/// configurations here.
[[nodiscard]] Result<ConfigOwner> find_config_owner(const Call& call, std::int8_t type,
                                                    const std::string& name);

}  // namespace barnabas::broker
