#pragma once

#include "base/config_definition.h"

namespace barnabas::broker {

/// Every name of a broker's file: Kafka 4.4's, those that only 3.x has, and Barnabas's own.
/// Cheap enough to make at start (a table of pointers); the broker keeps one.
[[nodiscard]] ConfigDefinition broker_definition();

/// What AlterConfigs and DescribeConfigs know of groups, and of clients' metrics.
[[nodiscard]] ConfigDefinition group_definition();
[[nodiscard]] ConfigDefinition client_metrics_definition();
/// What AlterClientQuotas knows of users and clients, and of addresses.
[[nodiscard]] ConfigDefinition user_and_client_quota_definition();
[[nodiscard]] ConfigDefinition ip_quota_definition();

}  // namespace barnabas::broker
