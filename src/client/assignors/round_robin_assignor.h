#pragma once

#include "client/assignors/group.h"

namespace barnabas::client {

/// Kafka's `roundrobin` (RoundRobinAssignor): deals all partitions, topic after topic, to the
/// members in turn, passing over those that do not subscribe.
[[nodiscard]] Assignment assign_round_robin(const TopicLayouts& layouts,
                                            const std::vector<GroupMember>& members);

}  // namespace barnabas::client
