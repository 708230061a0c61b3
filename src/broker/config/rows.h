#pragma once

#include "base/config.h"

#include <span>

namespace barnabas::broker {

/// The tables of the broker's own configuration, one per subject. Topic rows belong to log.

[[nodiscard]] std::span<const ConfigRow> general_rows();
[[nodiscard]] std::span<const ConfigRow> network_rows();
[[nodiscard]] std::span<const ConfigRow> log_rows();
[[nodiscard]] std::span<const ConfigRow> replication_rows();
[[nodiscard]] std::span<const ConfigRow> coordinator_rows();
[[nodiscard]] std::span<const ConfigRow> security_rows();
[[nodiscard]] std::span<const ConfigRow> quota_rows();
[[nodiscard]] std::span<const ConfigRow> kraft_rows();
[[nodiscard]] std::span<const ConfigRow> remote_storage_rows();
/// Barnabas's own names, which Kafka does not have.
[[nodiscard]] std::span<const ConfigRow> own_rows();
/// Names that Kafka 3.x has and 4.x dropped, and those that Kafka's authorizer reads beside its
/// configuration: files hold them.
[[nodiscard]] std::span<const ConfigRow> legacy_rows();

/// Rows of the other resources that DescribeConfigs and AlterConfigs know.
[[nodiscard]] std::span<const ConfigRow> group_rows();
[[nodiscard]] std::span<const ConfigRow> client_metrics_rows();
[[nodiscard]] std::span<const ConfigRow> user_and_client_quota_rows();
[[nodiscard]] std::span<const ConfigRow> ip_quota_rows();

}  // namespace barnabas::broker
