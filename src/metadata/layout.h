#pragma once

#include "base/config_definition.h"
#include "base/result.h"
#include "base/types.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::metadata {

/// Where things are in the tree, and what their nodes hold: the paths and JSON of Apache Kafka 3.9
/// (kafka.zk.ZkData), members in the order in which it writes them. What is decoded may hold
/// members that are not known here; they are left out when it is encoded again.
/// Decoding fails with unknown_server_error and a sentence that names the path.

namespace paths {
inline constexpr std::string_view broker_ids = "/brokers/ids";
inline constexpr std::string_view topics = "/brokers/topics";
inline constexpr std::string_view topic_configs = "/config/topics";
inline constexpr std::string_view broker_configs = "/config/brokers";
inline constexpr std::string_view group_configs = "/config/groups";
inline constexpr std::string_view default_broker_config = "/config/brokers/<default>";
inline constexpr std::string_view cluster_id = "/cluster/id";
inline constexpr std::string_view controller = "/controller";
inline constexpr std::string_view controller_epoch = "/controller_epoch";
inline constexpr std::string_view delete_topics = "/admin/delete_topics";
inline constexpr std::string_view producer_id_block = "/latest_producer_id_block";
inline constexpr std::string_view feature = "/feature";

[[nodiscard]] std::string broker_id(BrokerId broker);
[[nodiscard]] std::string topic(std::string_view topic);
[[nodiscard]] std::string partitions(std::string_view topic);
[[nodiscard]] std::string partition(std::string_view topic, PartitionId partition);
[[nodiscard]] std::string partition_state(std::string_view topic, PartitionId partition);
[[nodiscard]] std::string topic_config(std::string_view topic);
[[nodiscard]] std::string broker_config(BrokerId broker);
/// A group's id may have any byte; what has no place in a path is there as "%2F", as Kafka writes
/// users' names (org.apache.kafka.common.utils.Sanitizer). Kafka 3.9 has no such nodes.
[[nodiscard]] std::string group_config(std::string_view group);
/// The id that a child of group_configs is named after.
[[nodiscard]] std::string group_of_node(std::string_view name);
[[nodiscard]] std::string delete_topic(std::string_view topic);
}  // namespace paths

/// The nodes that are there in every cluster, parents first (KafkaZkClient's persistent paths).
[[nodiscard]] std::span<const std::string_view> base_paths();

/// A partition's replicas; those that a reassignment adds or removes are among them.
struct ReplicaAssignment {
    std::vector<BrokerId> replicas;
    std::vector<BrokerId> adding{};
    std::vector<BrokerId> removing{};

    friend bool operator==(const ReplicaAssignment&, const ReplicaAssignment&) = default;
};

/// /brokers/topics/T. Partitions are numbered from 0 without gaps.
struct TopicNode {
    TopicId id;  // zero: written before topics had ids (KIP-516)
    std::vector<ReplicaAssignment> partitions;

    friend bool operator==(const TopicNode&, const TopicNode&) = default;
};

/// /brokers/topics/T/partitions/P/state.
struct PartitionStateNode {
    BrokerId leader = no_broker;
    LeaderEpoch leader_epoch{0};
    std::vector<BrokerId> isr;
    std::int32_t controller_epoch = 0;
    bool recovering = false;  // the leader was elected uncleanly (KIP-704)

    friend bool operator==(const PartitionStateNode&, const PartitionStateNode&) = default;
};

/// /brokers/ids/N, version 5.
struct BrokerNode {
    std::map<std::string, std::string> protocols;  // by listener's name
    std::vector<std::string> endpoints;            // "NAME://host:port"
    std::optional<std::string> rack;
    std::string host;  // of the plaintext listener, for clients of before 0.9
    std::int32_t port = -1;
    std::int32_t jmx_port = -1;
    Timestamp timestamp;

    friend bool operator==(const BrokerNode&, const BrokerNode&) = default;
};

/// /controller.
struct ControllerNode {
    BrokerId broker = no_broker;
    Timestamp timestamp;

    friend bool operator==(const ControllerNode&, const ControllerNode&) = default;
};

/// /latest_producer_id_block: the ids from first to last, both included, are `broker`'s.
struct ProducerIdBlock {
    BrokerId broker = no_broker;
    ProducerId first;
    ProducerId last;

    friend bool operator==(const ProducerIdBlock&, const ProducerIdBlock&) = default;
};

[[nodiscard]] std::string encode(const TopicNode& node);
[[nodiscard]] std::string encode(const PartitionStateNode& node);
[[nodiscard]] std::string encode(const BrokerNode& node);
[[nodiscard]] std::string encode(const ControllerNode& node);
[[nodiscard]] std::string encode(const ProducerIdBlock& node);

[[nodiscard]] Result<TopicNode> decode_topic(std::string_view path, std::string_view json);
[[nodiscard]] Result<PartitionStateNode> decode_partition_state(std::string_view path,
                                                                std::string_view json);
[[nodiscard]] Result<BrokerNode> decode_broker(std::string_view path, std::string_view json);
[[nodiscard]] Result<ControllerNode> decode_controller(std::string_view path,
                                                       std::string_view json);
[[nodiscard]] Result<ProducerIdBlock> decode_producer_id_block(std::string_view path,
                                                               std::string_view json);

/// /config/topics/T, /config/brokers/N, /config/brokers/<default>, /config/groups/G; empty data is
/// no configuration.
[[nodiscard]] std::string encode_config(const ConfigMap& config);
[[nodiscard]] Result<ConfigMap> decode_config(std::string_view path, std::string_view json);

/// /cluster/id.
[[nodiscard]] std::string encode_cluster_id(std::string_view id);
[[nodiscard]] Result<std::string> decode_cluster_id(std::string_view path, std::string_view json);

/// /controller_epoch: digits alone.
[[nodiscard]] Result<std::int32_t> decode_controller_epoch(std::string_view path,
                                                           std::string_view text);

/// /feature of a cluster without finalized features.
[[nodiscard]] std::string encode_no_features();

}  // namespace barnabas::metadata
