#pragma once

#include "client/assignors/group.h"

namespace barnabas::client {

/// Kafka's `range` (RangeAssignor): each topic on its own is cut into one run of partitions per
/// subscriber, the longer runs first. With racks (KIP-881) a partition goes to a member in a rack
/// of its replicas where the sizes of the shares allow it; topics with as many partitions and the
/// same subscribers stay together.
[[nodiscard]] Assignment assign_range(const TopicLayouts& layouts,
                                      const std::vector<GroupMember>& members);

}  // namespace barnabas::client
