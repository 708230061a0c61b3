#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace barnabas {

/// The topics that Kafka keeps for itself, which clients may read but not create or produce to.
inline constexpr std::string_view group_metadata_topic = "__consumer_offsets";
inline constexpr std::string_view transaction_state_topic = "__transaction_state";
inline constexpr std::string_view share_group_state_topic = "__share_group_state";

/// KRaft's own log: its folder may lie among the topics', but it is no topic.
inline constexpr std::string_view cluster_metadata_topic = "__cluster_metadata";

inline constexpr std::size_t topic_name_size_max = 249;

/// INVALID_TOPIC_EXCEPTION with a sentence unless the name is 1 to 249 of the characters
/// [a-zA-Z0-9._-], and neither "." nor ".." (org.apache.kafka.common.internals.Topic).
[[nodiscard]] Result<> check_topic_name(std::string_view name);

[[nodiscard]] bool is_internal_topic(std::string_view name);

/// Whether the name has '.' or '_', which metric names cannot tell apart.
[[nodiscard]] bool has_collision_chars(std::string_view name);

/// The name with '_' for '.': two topics collide if these forms are equal.
[[nodiscard]] std::string collision_form(std::string_view name);
[[nodiscard]] bool topics_collide(std::string_view a, std::string_view b);

}  // namespace barnabas
