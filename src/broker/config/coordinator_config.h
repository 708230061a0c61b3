#pragma once

#include "base/config_definition.h"
#include "base/result.h"
#include "base/time.h"
#include "broker/config/share_config.h"
#include "coordinator/classic/config.h"
#include "coordinator/consumer/config.h"
#include "coordinator/offsets/config.h"
#include "coordinator/share_state/config.h"
#include "coordinator/transactions/transactions.h"
#include "wire/compression/compressor.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace barnabas::broker {

/// How a topic is made that a coordinator keeps its state in.
struct StateTopicConfig {
    std::int32_t partitions = 50;
    std::int16_t replication_factor = 3;
    std::int32_t segment_bytes = 104'857'600;
    std::int32_t min_insync_replicas = 1;
};

/// The bounds of what a group may set for itself.
struct ConsumerGroupBounds {
    struct Range {
        std::chrono::milliseconds min;
        std::chrono::milliseconds max;
    };
    Range heartbeat_interval{5s, 15s};
    Range session_timeout{45s, 60s};
    Range assignment_interval{0s, 15s};
};

/// The group coordinator. May change while the broker runs: it is read for each command.
struct GroupsConfig {
    coordinator::ClassicConfig classic;
    coordinator::OffsetsConfig offsets;
    coordinator::ConsumerGroupConfig consumer;
    coordinator::ConsumerGroupTimes consumer_times;  // where a group sets none of its own
    ConsumerGroupBounds consumer_bounds;
    SharesConfig shares;
    bool serves_consumer_protocol = true;    // group.coordinator.rebalance.protocols
    Duration offsets_check_interval = 600s;  // offsets.retention.check.interval.ms
    Duration commit_timeout = 5s;            // offsets.commit.timeout.ms
    wire::Compression compression{};         // offsets.topic.compression.codec
    StateTopicConfig topic;                  // offsets.topic.*
};

/// The transaction coordinator.
struct TransactionsConfig {
    coordinator::TransactionConfig coordinator;
    bool verifies_partitions = true;                   // transaction.partition.verification.enable
    Duration add_retry_max = 100ms;                    // add.partitions.to.txn.retry.backoff.max.ms
    StateTopicConfig topic{.min_insync_replicas = 2};  // transaction.state.log.*
};

/// The share coordinator: share.coordinator.*.
struct ShareCoordinatorConfig {
    coordinator::ShareStateConfig states;
    Duration write_timeout = 5s;                       // write.timeout.ms
    wire::Compression compression{};                   // state.topic.compression.codec
    StateTopicConfig topic{.min_insync_replicas = 2};  // state.topic.*
};

/// From the broker's rows. invalid_config, in one sentence, for values that do not go together: as
/// Kafka's GroupCoordinatorConfig and KafkaConfig check them.
[[nodiscard]] Result<GroupsConfig> make_groups(const ConfigValues& values);
[[nodiscard]] TransactionsConfig make_transactions(const ConfigValues& values);
[[nodiscard]] Result<ShareCoordinatorConfig> make_share_coordinator(const ConfigValues& values);

/// The names and values of the times of one consumer group, or of all that have none of their own.
struct NamedConsumerTimes {
    std::string_view heartbeat_interval;
    std::string_view session_timeout;
    std::string_view assignment_interval;
    coordinator::ConsumerGroupTimes times;
};
/// Whether they are within the bounds, and the session is longer than the heartbeats' interval.
[[nodiscard]] Result<void> check_consumer_times(const NamedConsumerTimes& named,
                                                const ConsumerGroupBounds& bounds);

}  // namespace barnabas::broker
