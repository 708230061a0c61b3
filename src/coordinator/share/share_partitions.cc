#include "coordinator/share/share_partitions.h"

#include <algorithm>

namespace barnabas::coordinator {
namespace {

using Stored = wire::ShareGroupStatePartitionMetadataValue;

SharePartitions::Topics topics_of(const std::vector<Stored::TopicPartitionsInfo>& stored) {
    SharePartitions::Topics topics;
    for (const auto& topic : stored) {
        for (const std::int32_t partition : topic.partitions) {
            add(topics, topic.topic_id, topic.topic_name, partition);
        }
    }
    return topics;
}

std::vector<Stored::TopicPartitionsInfo> stored_topics(const SharePartitions::Topics& topics) {
    std::vector<Stored::TopicPartitionsInfo> stored;
    stored.reserve(topics.size());
    for (const auto& [id, topic] : topics) {
        auto& info = stored.emplace_back();
        info.topic_id = id;
        info.topic_name = topic.name;
        info.partitions = topic.partitions;
    }
    return stored;
}

}  // namespace

void SharePartitions::read(const Stored& value) {
    initializing = topics_of(value.initializing_topics);
    initialized = topics_of(value.initialized_topics);
    deleting.clear();
    for (const auto& topic : value.deleting_topics) {
        deleting.insert_or_assign(topic.topic_id, topic.topic_name);
    }
}

Stored SharePartitions::stored() const {
    Stored value;
    value.initializing_topics = stored_topics(initializing);
    value.initialized_topics = stored_topics(initialized);
    for (const auto& [id, name] : deleting) {
        auto& info = value.deleting_topics.emplace_back();
        info.topic_id = id;
        info.topic_name = name;
    }
    return value;
}

bool contains(const SharePartitions::Topics& topics, const Uuid& topic, std::int32_t partition) {
    return std::ranges::binary_search(partitions_of(topics, topic), partition);
}

const std::vector<std::int32_t>& partitions_of(const SharePartitions::Topics& topics,
                                               const Uuid& topic) {
    static const std::vector<std::int32_t> none;
    const auto at = topics.find(topic);
    return at == topics.end() ? none : at->second.partitions;
}

void add(SharePartitions::Topics& to, const Uuid& topic, const std::string& name,
         std::int32_t partition) {
    auto& entry = to[topic];
    entry.name = name;
    const auto at = std::ranges::lower_bound(entry.partitions, partition);
    if (at == entry.partitions.end() || *at != partition) {
        entry.partitions.insert(at, partition);
    }
}

void add_all(SharePartitions::Topics& to, const SharePartitions::Topics& from) {
    for (const auto& [id, topic] : from) {
        for (const std::int32_t partition : topic.partitions) {
            add(to, id, topic.name, partition);
        }
    }
}

void erase(SharePartitions::Topics& from, const Uuid& topic, std::int32_t partition) {
    const auto at = from.find(topic);
    if (at == from.end()) {
        return;
    }
    std::erase(at->second.partitions, partition);
    if (at->second.partitions.empty()) {
        from.erase(at);
    }
}

}  // namespace barnabas::coordinator
