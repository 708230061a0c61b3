#include "broker/fetch_session.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {

namespace {

std::uint64_t index_key(std::uint32_t topic, PartitionId partition) {
    return (static_cast<std::uint64_t>(topic) << 32) | static_cast<std::uint32_t>(partition.get());
}

FetchPosition position_of(const wire::FetchRequest::Topic::Partition& asked) {
    return {.partition = PartitionId{asked.partition},
            .max_bytes = asked.partition_max_bytes,
            .current_leader_epoch = LeaderEpoch{asked.current_leader_epoch},
            .last_fetched_epoch = LeaderEpoch{asked.last_fetched_epoch},
            .fetch_offset = Offset{asked.fetch_offset},
            .fetcher_log_start = Offset{asked.log_start_offset}};
}

constexpr std::uint32_t no_topic = ~std::uint32_t{0};  // of a slot that is to leave the order

}  // namespace

void FetchPartitions::put(const wire::FetchRequest::Topic& topic) {
    if (topic.partitions.empty()) {
        return;
    }
    const auto number = topic_number(topic.topic_id, topic.topic);
    const auto needed = order_.size() + topic.partitions.size();
    if (needed > order_.capacity()) {
        order_.reserve(std::max(needed, 2 * order_.capacity()));
        slots_.reserve(order_.capacity());
        index_.reserve(order_.capacity());
    }
    for (const auto& asked : topic.partitions) {
        const auto position = position_of(asked);
        const auto [found, is_new] = index_.try_emplace(index_key(number, position.partition), 0);
        if (is_new) {
            found->second = new_slot();
            slots_[found->second] = {.topic = number, .position = position};
            order_.push_back(found->second);
            ++topics_[number].partitions;
        } else {
            slots_[found->second].position = position;
        }
    }
    INVARIANT(index_.size() == order_.size(), "{} indexed, {} in order", index_.size(),
              order_.size());
}

void FetchPartitions::forget(std::span<const wire::FetchRequest::ForgottenTopicsData> topics) {
    const auto before = index_.size();
    for (const auto& topic : topics) {
        for (const auto partition : topic.partitions) {
            const auto number = find_topic(topic.topic_id, topic.topic);
            if (!number) {
                break;
            }
            const auto key = index_key(*number, PartitionId{partition});
            if (const auto found = index_.find(key); found != index_.end()) {
                drop_slot(key, found->second);
            }
        }
    }
    if (index_.size() != before) {
        std::erase_if(order_, [this](auto slot) { return slots_[slot].topic == no_topic; });
    }
    INVARIANT(index_.size() == order_.size(), "{} indexed, {} in order", index_.size(),
              order_.size());
}

void FetchPartitions::move_to_end(std::span<const std::uint32_t> slots) {
    if (slots.empty()) {
        return;
    }
    std::size_t moved = 0;
    auto kept = order_.begin();
    for (const auto slot : order_) {
        if (moved < slots.size() && slot == slots[moved]) {
            ++moved;
        } else {
            *kept++ = slot;
        }
    }
    INVARIANT(moved == slots.size(), "{} of {} slots to move are in order", moved, slots.size());
    std::ranges::copy(slots, kept);
}

std::optional<std::uint32_t> FetchPartitions::find_topic(const TopicId& id,
                                                         std::string_view name) const {
    if (by_id_) {
        const auto found = topic_by_id_.find(id);
        return found == topic_by_id_.end() ? std::nullopt : std::optional(found->second);
    }
    const auto found = topic_by_name_.find(name);
    return found == topic_by_name_.end() ? std::nullopt : std::optional(found->second);
}

std::uint32_t FetchPartitions::topic_number(const TopicId& id, std::string_view name) {
    if (const auto known = find_topic(id, name)) {
        return *known;
    }
    std::uint32_t number = 0;
    if (free_topics_.empty()) {
        number = static_cast<std::uint32_t>(topics_.size());
        topics_.emplace_back();
    } else {
        number = free_topics_.back();
        free_topics_.pop_back();
    }
    topics_[number] = {.id = id, .name = std::string(name)};
    if (by_id_) {
        topic_by_id_.emplace(id, number);
    } else {
        topic_by_name_.emplace(std::string(name), number);
    }
    return number;
}

std::uint32_t FetchPartitions::new_slot() {
    if (free_slots_.empty()) {
        slots_.emplace_back();
        return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const auto number = free_slots_.back();
    free_slots_.pop_back();
    return number;
}

void FetchPartitions::drop_slot(std::uint64_t key, std::uint32_t number) {
    const auto topic = slots_[number].topic;
    index_.erase(key);
    slots_[number].topic = no_topic;
    free_slots_.push_back(number);
    INVARIANT(topics_[topic].partitions > 0, "topic {} has no partition to forget", topic);
    if (--topics_[topic].partitions == 0) {
        drop_topic(topic);
    }
}

void FetchPartitions::drop_topic(std::uint32_t number) {
    if (by_id_) {
        topic_by_id_.erase(topics_[number].id);
    } else {
        topic_by_name_.erase(topics_[number].name);
    }
    topics_[number] = {};
    free_topics_.push_back(number);
}

void FetchPartitions::name_topic(std::size_t number, std::string name) {
    INVARIANT(by_id_ && topics_[number].name.empty(), "topic {} has the name {} already", number,
              topics_[number].name);
    topics_[number].name = std::move(name);
}

FetchContext::FetchContext(Kind kind, bool privileged, std::shared_ptr<FetchPartitions> partitions,
                           std::shared_ptr<FetchSession> session)
    : kind_(kind),
      privileged_(privileged),
      session_epoch_(session ? session->epoch : 0),
      session_(std::move(session)),
      partitions_(std::move(partitions)),
      order_(partitions_->order()) {}

}  // namespace barnabas::broker
