#pragma once

#include "client/assignors/group.h"

namespace barnabas::client {

/// Kafka's `sticky` (AbstractStickyAssignor): as balanced as subscriptions allow, and within that
/// every member keeps as much as it can of what it owned. A partition that two members claim goes
/// to the one of the later generation; of the same generation, neither keeps its claim. Racks
/// (KIP-881) count where they can: see NumberedGroup::racks_matter.
[[nodiscard]] Assignment assign_sticky(const TopicLayouts& layouts,
                                       const std::vector<GroupMember>& members);

/// Kafka's `cooperative-sticky` (KIP-429): the same, but a partition that has to leave its owner is
/// given to nobody yet. The owner gives it up, and the rebalance that follows hands it out.
[[nodiscard]] Assignment assign_cooperative_sticky(const TopicLayouts& layouts,
                                                   const std::vector<GroupMember>& members);

}  // namespace barnabas::client
