#pragma once

#include <barnabas/admin.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace barnabas::cli {

/// What is known of one topic when it is described.
struct DescribedTopic {
    admin::TopicDescription topic;
    admin::Config config;
    /// What is under way, by partition.
    std::map<PartitionId, admin::PartitionReassignment> reassignments{};

    [[nodiscard]] const admin::PartitionReassignment* reassignment(PartitionId partition) const;
    /// Without the replicas that a reassignment is adding, while it is under way.
    [[nodiscard]] std::size_t replication_factor(const admin::PartitionDescription& of) const;
    /// min.insync.replicas; 1 where the broker does not say.
    [[nodiscard]] std::size_t min_isr() const;
    [[nodiscard]] bool has_overrides() const;
};

/// "Topic: ...\tTopicId: ...", as kafka-topics prints it.
[[nodiscard]] std::string topic_line(const DescribedTopic& described);
/// "\tTopic: ...\tPartition: ...".
[[nodiscard]] std::string partition_line(const DescribedTopic& described,
                                         const admin::PartitionDescription& partition);

[[nodiscard]] std::string topic_json(const DescribedTopic& described);
[[nodiscard]] std::string partition_json(const DescribedTopic& described,
                                         const admin::PartitionDescription& partition);

}  // namespace barnabas::cli
