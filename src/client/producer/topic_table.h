#pragma once

#include "client/producer/partition_queue.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace barnabas::client {

/// The topics of a producer by name. Looked up for every record, on every sending thread, without a
/// lock; topics are only added. Old tables are kept until the end, as somebody may look at one: all
/// of them together are smaller than the current one.
class TopicTable {
public:
    explicit TopicTable(std::int64_t batch_size) : batch_size_(batch_size) { grow(slots_min); }

    /// nullptr if there is no such topic yet.
    [[nodiscard]] TopicEntry* find(std::string_view name) const {
        return look_up(*current_.load(std::memory_order_acquire), name);
    }

    TopicEntry& add(std::string_view name) {
        const std::lock_guard lock(mutex_);
        if (auto* known = look_up(*tables_.back(), name)) {
            return *known;
        }
        if (2 * (topics_.size() + 1) > tables_.back()->size()) {
            grow(2 * tables_.back()->size());
        }
        topics_.push_back(std::make_unique<TopicEntry>(std::string(name), batch_size_));
        insert(*tables_.back(), *topics_.back());
        return *topics_.back();
    }

    /// All of them, in the order of their coming.
    [[nodiscard]] std::vector<TopicEntry*> all() const {
        const std::lock_guard lock(mutex_);
        std::vector<TopicEntry*> topics;
        topics.reserve(topics_.size());
        for (const auto& topic : topics_) {
            topics.push_back(topic.get());
        }
        return topics;
    }

private:
    using Slots = std::vector<std::atomic<TopicEntry*>>;
    static constexpr std::size_t slots_min = 64;

    static TopicEntry* look_up(const Slots& slots, std::string_view name) {
        for (std::size_t at = std::hash<std::string_view>{}(name);; ++at) {
            auto* entry = slots[at & (slots.size() - 1)].load(std::memory_order_acquire);
            if (entry == nullptr || entry->name == name) {
                return entry;
            }
        }
    }
    static void insert(Slots& slots, TopicEntry& topic) {
        std::size_t at = std::hash<std::string_view>{}(topic.name);
        while (slots[at & (slots.size() - 1)].load(std::memory_order_relaxed) != nullptr) {
            ++at;
        }
        slots[at & (slots.size() - 1)].store(&topic, std::memory_order_release);
    }
    void grow(std::size_t size) {
        auto slots = std::make_unique<Slots>(size);
        for (const auto& topic : topics_) {
            insert(*slots, *topic);
        }
        tables_.push_back(std::move(slots));
        current_.store(tables_.back().get(), std::memory_order_release);
    }

    const std::int64_t batch_size_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<TopicEntry>> topics_;
    std::vector<std::unique_ptr<Slots>> tables_;
    std::atomic<const Slots*> current_ = nullptr;
};

}  // namespace barnabas::client
