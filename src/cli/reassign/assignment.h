#pragma once

#include "base/result.h"
#include <barnabas/admin.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::cli {

using Replicas = std::vector<BrokerId>;
using Assignment = std::map<TopicPartition, Replicas>;
/// Replicas, and the directories of their brokers that they shall be in.
using ReplicaDirs = std::map<admin::TopicPartitionReplica, std::string>;

/// What a reassignment file says: in its order, and as often as it says it.
struct WantedReassignment {
    std::vector<std::pair<TopicPartition, Replicas>> partitions;
    ReplicaDirs log_dirs;  ///< without those that may be anywhere ("any")

    [[nodiscard]] Assignment by_partition() const;
};

/// {"partitions": [{"topic": "t", "partition": 0, "replicas": [1], "log_dirs": ["any"]}],
///  "version": 1}. Errors (invalid_request) have the sentences of Kafka's tool; a text that is no
/// JSON at all has one of ours.
[[nodiscard]] Result<WantedReassignment> parse_reassignment(std::string_view text);

/// Whether it can be carried out: something is in it, and nothing twice.
[[nodiscard]] Result<void> check_executable(const WantedReassignment& wanted);

/// {"topics": [{"topic": "t"}], "version": 1}, each of them once.
[[nodiscard]] Result<std::vector<std::string>> parse_topics_to_move(std::string_view text);

/// "1,2,3", each of them once.
[[nodiscard]] Result<std::vector<BrokerId>> parse_broker_list(std::string_view text);

/// As parse_reassignment() reads it, in one line; replicas without a directory have "any".
[[nodiscard]] std::string reassignment_json(const Assignment& assignment,
                                            const ReplicaDirs& log_dirs = {});

/// "t-0-1": the replica of t-0 on broker 1, as Kafka's tools call it.
[[nodiscard]] std::string replica_name(const admin::TopicPartitionReplica& replica);

/// By broker, then by partition: the order in which Kafka's tool tells of replicas.
[[nodiscard]] std::vector<admin::TopicPartitionReplica> by_broker(const ReplicaDirs& replicas);

}  // namespace barnabas::cli
