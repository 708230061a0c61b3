#include "broker/cluster_image.h"

#include "base/invariant.h"

#include <algorithm>

namespace barnabas::broker {

const PartitionImage* TopicImage::partition(PartitionId number) const {
    const auto index = static_cast<std::size_t>(number.get());
    return number.get() >= 0 && index < partitions.size() ? &partitions[index] : nullptr;
}

const TopicImage* ClusterImage::topic(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second.get();
}

const TopicImage* ClusterImage::topic(const TopicId& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

const PartitionImage* ClusterImage::partition(const TopicId& id, PartitionId number) const {
    const auto* found = topic(id);
    return found == nullptr ? nullptr : found->partition(number);
}

std::shared_ptr<const TopicImage> ClusterImage::by_name(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

const BrokerImage* ClusterImage::broker(BrokerId id) const {
    const auto found = std::ranges::find(brokers, id, &BrokerImage::id);
    return found == brokers.end() ? nullptr : &*found;
}

const ConfigMap* ClusterImage::group_config(std::string_view group) const {
    const auto found = group_configs->find(group);
    return found == group_configs->end() ? nullptr : &found->second;
}

void ClusterImage::put_topic(std::shared_ptr<const TopicImage> topic) {
    INVARIANT(!topic->id.is_zero(), "topic {} has no id", topic->name);
    remove_topic(topic->name);
    by_id_.emplace(topic->id, topic.get());
    const std::string_view name = topic->name;
    by_name_.emplace(name, std::move(topic));
    INVARIANT(by_id_.size() == by_name_.size(), "{} ids, {} names", by_id_.size(), by_name_.size());
}

void ClusterImage::remove_topic(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) {
        by_id_.erase(found->second->id);
        by_name_.erase(found);
    }
}

}  // namespace barnabas::broker
