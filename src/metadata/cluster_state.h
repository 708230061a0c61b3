#pragma once

#include "metadata/features.h"
#include "metadata/layout.h"
#include "metadata/store.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::metadata {

/// A topic as the tree holds it.
struct StoredTopic {
    TopicNode node;
    NodeVersion version{0};  // of `node`, to change it
    /// One per partition of `node`; nothing where no leader was chosen yet.
    std::vector<std::optional<PartitionStateNode>> states;
    ConfigMap configs;
    bool has_config_node = false;
    bool being_deleted = false;
};

/// Everything a broker needs to know at start.
struct ClusterState {
    std::string cluster_id;  // empty: not chosen yet
    std::optional<ControllerNode> controller;
    std::int32_t controller_epoch = 0;  // 0: there was none yet
    std::map<BrokerId, BrokerNode> brokers;
    std::map<std::string, StoredTopic, std::less<>> topics;
    std::map<BrokerId, ConfigMap> broker_configs;
    ConfigMap default_broker_configs;
    std::map<std::string, ConfigMap, std::less<>> group_configs;
    StoredFeatures features;
};

/// Reads the whole tree; nothing that is not there is an error, JSON that cannot be read is.
/// A remote store answers its reads in parallel. `store` outlives the call's answer.
void load_cluster_state(Store& store, std::move_only_function<void(Result<ClusterState>)> done);

/// Creates base_paths() where they are missing.
void prepare_tree(Store& store, std::move_only_function<void(Result<void>)> done);

/// Stores `proposed` as the cluster's id if there is none; answers the one that is stored.
void ensure_cluster_id(Store& store, std::string proposed,
                       std::move_only_function<void(Result<std::string>)> done);

/// Takes the next 1,000 producer ids for `broker` (Kafka's ProducerIdsBlock), each id once in the
/// life of the cluster, and none before `at_least`.
void allocate_producer_ids(Store& store, BrokerId broker, ProducerId at_least,
                           std::move_only_function<void(Result<ProducerIdBlock>)> done);

/// What one multi() stores for a new topic: its node, its configuration, and each partition's first
/// state, led by its first replica and with all of them in sync. node_exists: the topic is there.
struct NewTopic {
    std::string name;
    TopicNode node;
    ConfigMap configs;
    std::int32_t controller_epoch = 0;
};
[[nodiscard]] std::vector<Op> create_topic_ops(const NewTopic& topic);
/// What reading it back would show.
[[nodiscard]] StoredTopic stored(const NewTopic& topic);

/// A cluster that was kept elsewhere, to be taken over by a tree that holds no cluster yet.
struct ImportedCluster {
    std::string cluster_id;
    std::vector<NewTopic> topics;
    std::map<BrokerId, ConfigMap> broker_configs;
    ConfigMap default_broker_configs;
    ProducerId next_producer_id{0};  // those before it were given out
};
/// All of it as one multi, after prepare_tree(); node_exists: something was taken over before.
[[nodiscard]] std::vector<Op> import_ops(const ImportedCluster& cluster);

/// Says that the topic is to be deleted: from then on it is, whatever happens to whoever does it
/// (as Kafka's controller). node_exists: it says so already.
[[nodiscard]] std::vector<Op> condemn_topic_ops(std::string_view name);
/// Everything of the topic; no_node or bad_version if it changed since `topic` was read.
[[nodiscard]] std::vector<Op> delete_topic_ops(std::string_view name, const StoredTopic& topic);

/// Appends `added` to the topic's partitions; bad_version if it changed since `topic` was read.
[[nodiscard]] std::vector<Op> add_partitions_ops(std::string_view name, const StoredTopic& topic,
                                                 const std::vector<ReplicaAssignment>& added,
                                                 std::int32_t controller_epoch);
/// What reading the topic back after that would show.
[[nodiscard]] StoredTopic with_partitions(StoredTopic topic,
                                          const std::vector<ReplicaAssignment>& added,
                                          std::int32_t controller_epoch);

/// Replaces everything that is set for a topic, one broker, or all brokers (no_broker), whether or
/// not there was a node.
void set_topic_config(Store& store, std::string_view topic, const ConfigMap& configs,
                      std::move_only_function<void(Result<void>)> done);
void set_broker_config(Store& store, BrokerId broker, const ConfigMap& configs,
                       std::move_only_function<void(Result<void>)> done);
/// The same for a group; without configurations its node goes.
void set_group_config(Store& store, std::string_view group, const ConfigMap& configs,
                      std::move_only_function<void(Result<void>)> done);

}  // namespace barnabas::metadata
