#pragma once

#include "base/uuid.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace barnabas::coordinator {

/// Partitions by topic. The lists are sorted, without duplicates, and never empty.
using Assignment = std::map<Uuid, std::vector<std::int32_t>>;

/// A partition that a member has, and the member's epoch when it got it: offsets that it commits
/// with an epoch since then count (KIP-1251).
struct HeldPartition {
    std::int32_t partition = 0;
    std::int32_t epoch = 0;

    friend bool operator==(const HeldPartition&, const HeldPartition&) = default;
};

/// Held partitions by topic, sorted by number, without duplicates, and never empty.
using Holding = std::map<Uuid, std::vector<HeldPartition>>;

[[nodiscard]] std::size_t count_of(const Assignment& assignment);
[[nodiscard]] bool contains(const Assignment& assignment, const Uuid& topic,
                            std::int32_t partition);
/// nullptr if it is not held.
[[nodiscard]] const HeldPartition* find_held(const Holding& holding, const Uuid& topic,
                                             std::int32_t partition);
[[nodiscard]] Assignment partitions_of(const Holding& holding);
/// The same partitions, all held since `epoch`.
[[nodiscard]] Holding held_since(const Holding& holding, std::int32_t epoch);
/// Adds what is not held already.
void hold(Holding& holding, const Uuid& topic, HeldPartition partition);

/// Both ways between them and the lists of any message or record with topic_id and partitions;
/// a topic that comes twice counts once, with all its partitions.
template <class Topic>
[[nodiscard]] Assignment assignment_from(const std::vector<Topic>& topics);
template <class Topic>
[[nodiscard]] std::vector<Topic> topics_from(const Assignment& assignment);

/// Sorts the lists and takes out duplicates and empty ones.
void normalize(Assignment& assignment);

template <class Topic>
Assignment assignment_from(const std::vector<Topic>& topics) {
    Assignment assignment;
    for (const Topic& topic : topics) {
        auto& partitions = assignment[topic.topic_id];
        partitions.insert(partitions.end(), topic.partitions.begin(), topic.partitions.end());
    }
    normalize(assignment);
    return assignment;
}

template <class Topic>
std::vector<Topic> topics_from(const Assignment& assignment) {
    std::vector<Topic> topics;
    topics.reserve(assignment.size());
    for (const auto& [id, partitions] : assignment) {
        Topic& topic = topics.emplace_back();
        topic.topic_id = id;
        topic.partitions = partitions;
    }
    return topics;
}

}  // namespace barnabas::coordinator
