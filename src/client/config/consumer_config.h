#pragma once

#include "base/config_definition.h"
#include "base/result.h"
#include "base/time.h"
#include "client/config/common_config.h"
#include "client/consumer/reset_policy.h"
#include <barnabas/client_config.h>
#include <barnabas/isolation_level.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace barnabas::client {

enum class GroupProtocol : std::uint8_t { classic, consumer };

/// What a consumer is told, parsed: the rows of consumer_definition().
struct ConsumerConfig {
    CommonConfig common;

    std::optional<std::string> group_id;  ///< none: no group, nothing is committed
    std::optional<std::string> group_instance_id;
    GroupProtocol group_protocol = GroupProtocol::classic;
    std::optional<std::string> remote_assignor;
    std::vector<std::string> assignment_strategies;
    Duration session_timeout{45s};
    Duration heartbeat_interval{3s};
    Duration poll_interval_max{5min};
    bool leave_on_close = true;

    bool auto_commit = true;
    Duration auto_commit_interval{5s};
    ResetPolicy reset;

    std::size_t poll_records_max = 500;
    std::int32_t fetch_bytes_min = 1;
    std::int32_t fetch_bytes_max = 50 << 20;
    Duration fetch_wait_max{500ms};
    std::int32_t partition_bytes_max = 1 << 20;
    bool check_crcs = true;
    IsolationLevel isolation = IsolationLevel::read_uncommitted;
    std::string rack;

    Duration api_timeout{60s};
    bool create_topics = true;
    bool exclude_internal_topics = true;
};

/// Kafka's names and defaults (ConsumerConfig of 4.4).
[[nodiscard]] const ConfigDefinition& consumer_definition();

/// What consumers of every kind are configured with, but for common_rows() and security_rows().
[[nodiscard]] std::span<const ConfigRow> consumer_rows();

/// Errors (invalid_config) name the key, the value and what would be right.
[[nodiscard]] Result<ConsumerConfig> consumer_config(const ClientConfig& set);

}  // namespace barnabas::client
