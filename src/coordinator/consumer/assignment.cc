#include "coordinator/consumer/assignment.h"

#include <algorithm>

namespace barnabas::coordinator {

std::size_t count_of(const Assignment& assignment) {
    std::size_t count = 0;
    for (const auto& [topic, partitions] : assignment) {
        count += partitions.size();
    }
    return count;
}

bool contains(const Assignment& assignment, const Uuid& topic, std::int32_t partition) {
    const auto at = assignment.find(topic);
    return at != assignment.end() && std::ranges::binary_search(at->second, partition);
}

const HeldPartition* find_held(const Holding& holding, const Uuid& topic, std::int32_t partition) {
    const auto at = holding.find(topic);
    if (at == holding.end()) {
        return nullptr;
    }
    const auto held =
        std::ranges::lower_bound(at->second, partition, {}, &HeldPartition::partition);
    return held != at->second.end() && held->partition == partition ? &*held : nullptr;
}

Assignment partitions_of(const Holding& holding) {
    Assignment assignment;
    for (const auto& [topic, partitions] : holding) {
        auto& numbers = assignment[topic];
        numbers.reserve(partitions.size());
        for (const HeldPartition& held : partitions) {
            numbers.push_back(held.partition);
        }
    }
    return assignment;
}

Holding held_since(const Holding& holding, std::int32_t epoch) {
    Holding since = holding;
    for (auto& [topic, partitions] : since) {
        for (HeldPartition& held : partitions) {
            held.epoch = epoch;
        }
    }
    return since;
}

void hold(Holding& holding, const Uuid& topic, HeldPartition partition) {
    auto& partitions = holding[topic];
    const auto at =
        std::ranges::lower_bound(partitions, partition.partition, {}, &HeldPartition::partition);
    if (at == partitions.end() || at->partition != partition.partition) {
        partitions.insert(at, partition);
    }
}

void normalize(Assignment& assignment) {
    for (auto& [topic, partitions] : assignment) {
        std::ranges::sort(partitions);
        const auto twice = std::ranges::unique(partitions);
        partitions.erase(twice.begin(), twice.end());
    }
    std::erase_if(assignment, [](const auto& topic) { return topic.second.empty(); });
}

}  // namespace barnabas::coordinator
