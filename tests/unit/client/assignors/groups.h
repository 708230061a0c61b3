#pragma once

#include "client/assignors/group.h"

#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::client {

inline TopicPartition partition(std::string topic, std::int32_t index) {
    return {.topic = std::move(topic), .partition = PartitionId{index}};
}

inline GroupMember member(std::string id, std::vector<std::string> topics) {
    return {.id = std::move(id),
            .group_instance_id = {},
            .rack = {},
            .topics = std::move(topics),
            .owned = {}};
}

/// "a:0 a:1 b:0", in order.
inline std::string text_of(const std::vector<TopicPartition>& partitions) {
    std::string text;
    for (const auto& one : partitions) {
        text += fmt::format("{}{}:{}", text.empty() ? "" : " ", one.topic, one.partition);
    }
    return text;
}

/// A group that somebody made up: some members, topics that may not exist, racks at times.
struct RandomGroup {
    TopicLayouts layouts;
    std::vector<GroupMember> members;
};

inline std::string random_rack(std::mt19937& random) {
    return std::string{"xyz"[random() % 3]};
}

inline RandomGroup random_group(std::mt19937& random, bool alike) {
    RandomGroup group;
    const std::vector<std::string> names{"a", "b", "c", "d"};
    const bool racks = random() % 3 == 0;
    for (const auto& name : names) {
        auto& layout = group.layouts[name];
        layout.partitions = static_cast<std::int32_t>(random() % 9);
        for (std::int32_t i = 0; racks && i < layout.partitions; ++i) {
            layout.replica_racks.push_back({random_rack(random), random_rack(random)});
        }
    }
    const auto members = 1 + random() % 6;
    for (std::size_t i = 0; i < members; ++i) {
        auto& one = group.members.emplace_back(member("m" + std::to_string(i), {}));
        for (const auto& name : names) {
            if (alike || random() % 2 == 0) {
                one.topics.push_back(name);
            }
        }
        if (racks) {
            one.rack = random_rack(random);
        }
    }
    return group;
}

}  // namespace barnabas::client
