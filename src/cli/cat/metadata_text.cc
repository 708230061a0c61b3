#include "cli/cat/metadata_text.h"

#include "base/json_text.h"

#include <fmt/ranges.h>

#include <cstdint>
#include <vector>

namespace barnabas::cli {
namespace {

std::string address_of(const admin::Node& node) {
    return fmt::format("{}:{}", node.host, node.port);
}

/// Who answered, in librdkafka's words: "host:port/id", "host:port/bootstrap".
struct Originator {
    std::int32_t id = -1;
    std::string name{};
};
Originator originator(const ClusterListing& listing) {
    for (const auto& broker : listing.cluster.brokers) {
        if (address_of(broker) == listing.bootstrap) {
            return {.id = broker.id.get(),
                    .name = fmt::format("{}/{}", listing.bootstrap, broker.id)};
        }
    }
    return {.id = -1, .name = listing.bootstrap + "/bootstrap"};
}

std::vector<std::int32_t> ids_of(const std::vector<admin::Node>& nodes) {
    std::vector<std::int32_t> ids;
    for (const auto& node : nodes) {
        ids.push_back(node.id.get());
    }
    return ids;
}

std::int32_t leader_of(const admin::PartitionDescription& partition) {
    return partition.leader ? partition.leader->id.get() : -1;
}

std::string topic_text(const std::string& name, const Result<admin::TopicDescription>& topic) {
    if (!topic) {
        const auto code = topic.error().code;
        return fmt::format("  topic \"{}\" with 0 partitions: {}{}\n", name,
                           broker_error_text(code),
                           code == ErrorCode::leader_not_available ? " (try again)" : "");
    }
    std::string text =
        fmt::format("  topic \"{}\" with {} partitions:\n", name, topic->partitions.size());
    for (const auto& partition : topic->partitions) {
        text += fmt::format(
            "    partition {}, leader {}, replicas: {}, isrs: {}{}\n", partition.partition,
            leader_of(partition), fmt::join(ids_of(partition.replicas), ","),
            fmt::join(ids_of(partition.isr), ","),
            partition.leader ? "" : ", " + broker_error_text(ErrorCode::leader_not_available));
    }
    return text;
}

std::string id_objects(const std::vector<admin::Node>& nodes) {
    std::string text;
    for (const auto id : ids_of(nodes)) {
        text += fmt::format("{}{{\"id\":{}}}", text.empty() ? "" : ",", id);
    }
    return '[' + text + ']';
}

std::string partition_json(const admin::PartitionDescription& partition) {
    JsonLine line;
    line.add("partition", partition.partition.get());
    if (!partition.leader) {
        line.add("error", broker_error_text(ErrorCode::leader_not_available));
    }
    return line.add("leader", leader_of(partition))
        .add_json("replicas", id_objects(partition.replicas))
        .add_json("isrs", id_objects(partition.isr))
        .text();
}

std::string topic_json(const std::string& name, const Result<admin::TopicDescription>& topic) {
    JsonLine line;
    line.add("topic", name);
    std::string partitions;
    if (!topic) {
        line.add("error", broker_error_text(topic.error().code));
    } else {
        for (const auto& partition : topic->partitions) {
            partitions += (partitions.empty() ? "" : ",") + partition_json(partition);
        }
    }
    return line.add_json("partitions", '[' + partitions + ']').text();
}

std::int32_t controller_of(const ClusterListing& listing) {
    return listing.cluster.controller ? listing.cluster.controller->id.get() : -1;
}

}  // namespace

std::string broker_error_text(ErrorCode code) {
    switch (code) {
        case ErrorCode::unknown_topic_or_partition:
            return "Broker: Unknown topic or partition";
        case ErrorCode::leader_not_available:
            return "Broker: Leader not available";
        case ErrorCode::invalid_topic_exception:
            return "Broker: Invalid topic";
        case ErrorCode::topic_authorization_failed:
            return "Broker: Topic authorization failed";
        default:
            return fmt::format("Broker: {}", code);
    }
}

std::string listing_text(const ClusterListing& listing) {
    const auto from = originator(listing);
    const auto controller = controller_of(listing);
    std::string text =
        fmt::format("Metadata for {} (from broker {}: {}):\n",
                    listing.topic.empty() ? "all topics" : listing.topic, from.id, from.name);
    text += fmt::format(" {} brokers:\n", listing.cluster.brokers.size());
    for (const auto& broker : listing.cluster.brokers) {
        text += fmt::format("  broker {} at {}{}\n", broker.id, address_of(broker),
                            broker.id.get() == controller ? " (controller)" : "");
    }
    text += fmt::format(" {} topics:\n", listing.topics.size());
    for (const auto& [name, topic] : listing.topics) {
        text += topic_text(name, topic);
    }
    return text;
}

std::string listing_json(const ClusterListing& listing) {
    const auto from = originator(listing);
    std::string brokers;
    for (const auto& broker : listing.cluster.brokers) {
        brokers += brokers.empty() ? "" : ",";
        brokers += JsonLine().add("id", broker.id.get()).add("name", address_of(broker)).text();
    }
    std::string topics;
    for (const auto& [name, topic] : listing.topics) {
        topics += (topics.empty() ? "" : ",") + topic_json(name, topic);
    }
    return JsonLine()
        .add_json("originating_broker", JsonLine().add("id", from.id).add("name", from.name).text())
        .add_json("query",
                  JsonLine().add("topic", listing.topic.empty() ? "*" : listing.topic).text())
        .add("controllerid", controller_of(listing))
        .add_json("brokers", '[' + brokers + ']')
        .add_json("topics", '[' + topics + ']')
        .text();
}

}  // namespace barnabas::cli
