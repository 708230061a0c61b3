#pragma once

#include <cstdint>

namespace barnabas::broker {

/// Without ACLs everybody may do everything: a bit for each of AclOperation's codes that Kafka
/// knows for topics, for groups, and for the cluster.
inline constexpr std::int32_t all_topic_operations = 0b0000'1101'1111'1000;
inline constexpr std::int32_t all_group_operations = 0b0000'1101'0100'1000;
inline constexpr std::int32_t all_cluster_operations = 0b0001'1111'1010'0000;

}  // namespace barnabas::broker
