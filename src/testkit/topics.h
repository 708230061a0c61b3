#pragma once

#include "base/types.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::testkit {

/// Writers fill the first topic; copiers, members of one group, copy it into the second.
inline constexpr std::string_view input_topic = "in";
inline constexpr std::string_view output_topic = "out";
inline constexpr std::string_view copiers_group = "copiers";
inline constexpr std::int32_t input_partitions = 3;
inline constexpr std::int32_t output_partitions = 2;

[[nodiscard]] inline TopicPartition input(std::int32_t partition) {
    return {.topic = std::string(input_topic), .partition = PartitionId{partition}};
}
[[nodiscard]] inline TopicPartition output(std::int32_t partition) {
    return {.topic = std::string(output_topic), .partition = PartitionId{partition}};
}
[[nodiscard]] inline std::vector<TopicPartition> all_partitions() {
    std::vector<TopicPartition> all;
    for (std::int32_t i = 0; i < input_partitions; ++i) {
        all.push_back(input(i));
    }
    for (std::int32_t i = 0; i < output_partitions; ++i) {
        all.push_back(output(i));
    }
    return all;
}

}  // namespace barnabas::testkit
