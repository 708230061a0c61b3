#pragma once

#include "base/config_definition.h"
#include "base/types.h"
#include "broker/features.h"
#include "runtime/network.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace barnabas::broker {

/// One partition as the cluster sees it. `leader` is no_broker while no log of it is open.
struct PartitionImage {
    BrokerId leader = no_broker;
    LeaderEpoch leader_epoch{0};
    std::vector<BrokerId> replicas;
    std::vector<BrokerId> isr;
    std::vector<BrokerId> offline;
    /// There while this broker has the partition and cannot serve it: what clients are told, with
    /// KAFKA_STORAGE_ERROR.
    std::shared_ptr<const std::string> why_offline;
};

struct TopicImage {
    std::string name;
    TopicId id;
    bool internal = false;
    std::vector<PartitionImage> partitions;  // index: partition number
    ConfigMap configs;                       // what is set on the topic itself

    [[nodiscard]] const PartitionImage* partition(PartitionId number) const;
};

struct BrokerImage {
    BrokerId id;
    std::optional<std::string> rack;
    std::map<std::string, runtime::Endpoint, std::less<>> endpoints;  // by listener name
};

/// The cluster at one moment: immutable, shared by all shards, replaced whole. Changing one topic
/// copies the indexes, never the other topics.
class ClusterImage {
public:
    /// What is set on groups, by their ids; none without anything.
    using GroupConfigs = std::map<std::string, ConfigMap, std::less<>>;

    std::string cluster_id;
    BrokerId controller = no_broker;
    std::vector<BrokerImage> brokers;
    ConfigMap broker_configs;   // dynamic, of this broker
    ConfigMap default_configs;  // dynamic, of all brokers
    FinalizedFeatures features;
    std::shared_ptr<const GroupConfigs> group_configs = std::make_shared<const GroupConfigs>();

    [[nodiscard]] const TopicImage* topic(std::string_view name) const;
    [[nodiscard]] const TopicImage* topic(const TopicId& id) const;
    /// nullptr if there is no such topic or partition.
    [[nodiscard]] const PartitionImage* partition(const TopicId& id, PartitionId number) const;
    /// The same, to be kept beyond the image; null if there is none.
    [[nodiscard]] std::shared_ptr<const TopicImage> by_name(std::string_view name) const;
    [[nodiscard]] const BrokerImage* broker(BrokerId id) const;
    /// What is set on the group; nullptr: nothing.
    [[nodiscard]] const ConfigMap* group_config(std::string_view group) const;
    /// By name.
    [[nodiscard]] const std::map<std::string_view, std::shared_ptr<const TopicImage>>& topics()
        const {
        return by_name_;
    }

    void put_topic(std::shared_ptr<const TopicImage> topic);
    void remove_topic(std::string_view name);

private:
    std::map<std::string_view, std::shared_ptr<const TopicImage>>
        by_name_;  // the topics' own names
    std::unordered_map<TopicId, const TopicImage*> by_id_;
};

using ClusterImagePtr = std::shared_ptr<const ClusterImage>;

}  // namespace barnabas::broker
