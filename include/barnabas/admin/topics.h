#pragma once

#include <barnabas/admin/acl_operation.h>
#include <barnabas/admin/cluster.h>
#include <barnabas/admin/configs.h>
#include <barnabas/result.h>
#include <barnabas/time.h>
#include <barnabas/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::admin {

/// A topic to be made. Partitions and replication factor that are not given are the broker's
/// defaults (num.partitions, default.replication.factor); they must be absent where `assignments`
/// says which brokers have each partition, the preferred leader first.
struct NewTopic {
    std::string name;
    std::optional<std::int32_t> partitions{};
    std::optional<std::int16_t> replication_factor{};
    std::map<PartitionId, std::vector<BrokerId>> assignments{};
    std::map<std::string, std::optional<std::string>> configs{};
};

/// Of create_topics(); validate_only changes nothing.
struct CreateTopicsOptions {
    std::optional<Duration> timeout{};
    bool validate_only = false;
    bool retry_on_quota_violation = true;
};

/// What became of a topic (or would, where it was only validated: then the id is zero).
struct CreatedTopic {
    TopicId id;
    std::optional<std::int32_t> partitions;  ///< nothing: an old broker does not say
    std::optional<std::int16_t> replication_factor;
    Result<Config> config;  ///< an error where the caller may not see it
};

/// Of delete_topics() and delete_topics_by_id().
struct DeleteTopicsOptions {
    std::optional<Duration> timeout{};
    bool retry_on_quota_violation = true;
};

/// Of list_topics().
struct ListTopicsOptions {
    std::optional<Duration> timeout{};
    bool list_internal = false;
};

/// A topic by name and id.
struct TopicListing {
    std::string name;
    TopicId id;
    bool internal = false;
};

/// Of describe_topics() and describe_topics_by_id().
struct DescribeTopicsOptions {
    std::optional<Duration> timeout{};
    bool include_authorized_operations = false;
    /// How many partitions one answer may describe; where there are more it is asked again.
    std::int32_t partitions_per_response_max = 2000;
};

/// Nodes that the cluster does not know at the moment have an id but no host.
struct PartitionDescription {
    PartitionId partition;
    std::optional<Node> leader;
    LeaderEpoch leader_epoch = no_epoch;
    std::vector<Node> replicas;  ///< the preferred leader first
    std::vector<Node> isr;
    /// Nothing: the broker does not say.
    std::optional<std::vector<Node>> eligible_leader_replicas;
    std::optional<std::vector<Node>> last_known_elr;
    std::vector<Node> offline_replicas;
};

/// A topic and its partitions.
struct TopicDescription {
    std::string name;
    TopicId id;
    bool internal = false;
    std::vector<PartitionDescription> partitions;  ///< by number
    AuthorizedOperations authorized_operations;
};

/// How many partitions a topic shall have in all, and which brokers have each new one.
struct NewPartitions {
    std::int32_t total_count = 0;
    std::optional<std::vector<std::vector<BrokerId>>> assignments{};
};

/// Of create_partitions(); validate_only changes nothing.
struct CreatePartitionsOptions {
    std::optional<Duration> timeout{};
    bool validate_only = false;
    bool retry_on_quota_violation = true;
};

}  // namespace barnabas::admin
