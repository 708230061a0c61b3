#pragma once

#include "base/time.h"
#include "coordinator/classic/config.h"
#include "coordinator/consumer/config.h"
#include "coordinator/offsets/config.h"
#include "coordinator/transactions/transactions.h"
#include "wire/compression/compressor.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

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
    Range heartbeat_interval{5'000, 15'000};
    Range session_timeout{45'000, 60'000};
    Range assignment_interval{0, 15'000};
};

/// The group coordinator. May change while the broker runs: it is read for each command.
struct GroupsConfig {
    coordinator::ClassicConfig classic;
    coordinator::OffsetsConfig offsets;
    coordinator::ConsumerGroupConfig consumer;
    coordinator::ConsumerGroupTimes consumer_times;  // where a group sets none of its own
    ConsumerGroupBounds consumer_bounds;
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
    StateTopicConfig topic{.min_insync_replicas = 2};  // transaction.state.log.*
};

}  // namespace barnabas::broker
