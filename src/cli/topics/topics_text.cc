#include "cli/topics/topics_text.h"

#include "base/json_text.h"
#include "cli/framework/option_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <vector>

namespace barnabas::cli {
namespace {

std::string ids(const std::vector<admin::Node>& nodes) {
    std::string text;
    for (const auto& node : nodes) {
        text += fmt::format("{}{}", text.empty() ? "" : ",", node.id);
    }
    return text;
}

std::string ids_json(const std::vector<admin::Node>& nodes) {
    return '[' + ids(nodes) + ']';
}

std::string ids_or_unknown(const std::optional<std::vector<admin::Node>>& nodes) {
    return nodes ? ids(*nodes) : "N/A";
}

}  // namespace

const admin::PartitionReassignment* DescribedTopic::reassignment(PartitionId partition) const {
    const auto found = reassignments.find(partition);
    return found == reassignments.end() ? nullptr : &found->second;
}

std::size_t DescribedTopic::replication_factor(const admin::PartitionDescription& of) const {
    const auto* moving = reassignment(of.partition);
    if (moving == nullptr) {
        return of.replicas.size();
    }
    // It may have ended between the two questions: then its replicas are those of the partition.
    const bool under_way = std::ranges::any_of(of.replicas, [&](const admin::Node& replica) {
        return std::ranges::count(moving->adding_replicas, replica.id) > 0 ||
               std::ranges::count(moving->removing_replicas, replica.id) > 0;
    });
    return under_way ? moving->replicas.size() - moving->adding_replicas.size()
                     : of.replicas.size();
}

std::size_t DescribedTopic::min_isr() const {
    const auto* entry = config.find("min.insync.replicas");
    const auto value = entry != nullptr && entry->value ? parse_int32(*entry->value) : std::nullopt;
    return value && *value > 0 ? static_cast<std::size_t>(*value) : 1;
}

bool DescribedTopic::has_overrides() const {
    return std::ranges::any_of(config.entries,
                               [](const auto& entry) { return !entry.is_default(); });
}

std::string topic_line(const DescribedTopic& described) {
    const auto& topic = described.topic;
    std::string line = fmt::format("Topic: {}", topic.name);
    if (!topic.id.is_zero()) {
        line += fmt::format("\tTopicId: {}", topic.id);
    }
    const auto factor =
        topic.partitions.empty() ? 0 : described.replication_factor(topic.partitions.front());
    line += fmt::format(
        "\tPartitionCount: {}\tReplicationFactor: {}\tConfigs: ", topic.partitions.size(), factor);
    bool first = true;
    for (const auto& entry : described.config.entries) {
        if (!entry.is_default()) {
            line +=
                fmt::format("{}{}={}", first ? "" : ",", entry.name, entry.value.value_or("null"));
            first = false;
        }
    }
    return line;
}

std::string partition_line(const DescribedTopic& described,
                           const admin::PartitionDescription& partition) {
    std::string line = fmt::format(
        "\tTopic: {}\tPartition: {}\tLeader: {}\tReplicas: {}\tIsr: {}", described.topic.name,
        partition.partition, partition.leader ? fmt::format("{}", partition.leader->id) : "none",
        ids(partition.replicas), ids(partition.isr));
    if (const auto* moving = described.reassignment(partition.partition)) {
        line += fmt::format("\tAdding Replicas: {}\tRemoving Replicas: {}",
                            fmt::join(moving->adding_replicas, ","),
                            fmt::join(moving->removing_replicas, ","));
    }
    line += fmt::format("\tElr: {}\tLastKnownElr: {}",
                        ids_or_unknown(partition.eligible_leader_replicas),
                        ids_or_unknown(partition.last_known_elr));
    return line;
}

std::string topic_json(const DescribedTopic& described) {
    const auto& topic = described.topic;
    JsonLine configs;
    for (const auto& entry : described.config.entries) {
        if (!entry.is_default() && entry.value) {
            configs.add(entry.name, *entry.value);
        }
    }
    const auto factor =
        topic.partitions.empty() ? 0 : described.replication_factor(topic.partitions.front());
    return JsonLine()
        .add("type", "topic")
        .add("topic", topic.name)
        .add("topicId", topic.id.to_string())
        .add("internal", topic.internal)
        .add("partitionCount", topic.partitions.size())
        .add("replicationFactor", factor)
        .add_json("configs", configs.text())
        .text();
}

std::string partition_json(const DescribedTopic& described,
                           const admin::PartitionDescription& partition) {
    JsonLine line;
    line.add("type", "partition")
        .add("topic", described.topic.name)
        .add("partition", partition.partition.get())
        .add_json("leader", partition.leader ? fmt::format("{}", partition.leader->id) : "null")
        .add("leaderEpoch", partition.leader_epoch.get())
        .add_json("replicas", ids_json(partition.replicas))
        .add_json("isr", ids_json(partition.isr))
        .add_json("offlineReplicas", ids_json(partition.offline_replicas));
    if (const auto* moving = described.reassignment(partition.partition)) {
        line.add_json("addingReplicas",
                      fmt::format("[{}]", fmt::join(moving->adding_replicas, ",")))
            .add_json("removingReplicas",
                      fmt::format("[{}]", fmt::join(moving->removing_replicas, ",")));
    }
    if (partition.eligible_leader_replicas) {
        line.add_json("elr", ids_json(*partition.eligible_leader_replicas));
    }
    if (partition.last_known_elr) {
        line.add_json("lastKnownElr", ids_json(*partition.last_known_elr));
    }
    return line.text();
}

}  // namespace barnabas::cli
