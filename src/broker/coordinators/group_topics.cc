#include "broker/coordinators/group_topics.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

bool same_racks(const ClusterImage& a, const ClusterImage& b) {
    return std::ranges::equal(a.brokers, b.brokers,
                              [](const BrokerImage& one, const BrokerImage& other) {
                                  return one.id == other.id && one.rack == other.rack;
                              });
}

/// As far as members' assignments go: who leads is none of it.
bool same_topic(const TopicImage& a, const TopicImage& b) {
    return a.id == b.id &&
           std::ranges::equal(a.partitions, b.partitions,
                              [](const PartitionImage& one, const PartitionImage& other) {
                                  return one.replicas == other.replicas;
                              });
}

}  // namespace

void GroupTopics::look_at(const ClusterImagePtr& image) {
    if (image != image_) {
        image_ = image;
        ++version_;
    }
}

GroupTopics::Changes GroupTopics::follow(const ClusterImagePtr& image) {
    Changes changes;
    if (image == image_) {
        return changes;
    }
    const auto before = std::exchange(image_, image);
    if (before == nullptr) {
        ++version_;
        return changes;
    }
    const auto gone = [&](const TopicImage& topic) {
        changes.deleted.push_back({.name = topic.name, .id = topic.id});
    };
    const bool moved = !same_racks(*before, *image);
    // Topics that did not change are the same object in both: a walk along both is cheap.
    auto was = before->topics().begin();
    const auto was_end = before->topics().end();
    for (const auto& [name, topic] : image->topics()) {
        for (; was != was_end && was->first < name; ++was) {
            changes.names.push_back(was->second->name);
            gone(*was->second);
        }
        const bool known = was != was_end && was->first == name;
        if (!known || moved || (was->second != topic && !same_topic(*was->second, *topic))) {
            changes.names.push_back(topic->name);
        }
        if (known) {
            if (was->second->id != topic->id) {
                gone(*was->second);
            }
            ++was;
        }
    }
    for (; was != was_end; ++was) {
        changes.names.push_back(was->second->name);
        gone(*was->second);
    }
    version_ += changes.names.empty() ? 0 : 1;
    return changes;
}

std::optional<GroupTopics::Topic> GroupTopics::find(std::string_view name) const {
    const auto* topic = image_ == nullptr ? nullptr : image_->topic(name);
    if (topic == nullptr) {
        return std::nullopt;
    }
    return Topic{.id = topic->id,
                 .partitions = static_cast<std::int32_t>(topic->partitions.size())};
}

std::optional<std::string> GroupTopics::name_of(const Uuid& id) const {
    const auto* topic = image_ == nullptr ? nullptr : image_->topic(TopicId{id});
    return topic == nullptr ? std::nullopt : std::optional(topic->name);
}

std::vector<std::string> GroupTopics::racks_of(std::string_view name, std::int32_t number) const {
    std::vector<std::string> racks;
    const auto* topic = image_ == nullptr ? nullptr : image_->topic(name);
    const auto* partition = topic == nullptr ? nullptr : topic->partition(PartitionId{number});
    if (partition == nullptr) {
        return racks;
    }
    for (const BrokerId replica : partition->replicas) {
        const auto* broker = image_->broker(replica);
        if (broker != nullptr && broker->rack) {
            racks.push_back(*broker->rack);
        }
    }
    return racks;
}

void GroupTopics::each_name(const std::function<void(std::string_view)>& visit) const {
    if (image_ != nullptr) {
        for (const auto& [name, topic] : image_->topics()) {
            visit(name);
        }
    }
}

}  // namespace barnabas::broker
