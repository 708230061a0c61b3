#pragma once

#include "coordinator/consumer/assignor.h"

namespace barnabas::coordinator {

/// All members subscribe to the same topics: they get as many partitions as each other, give or
/// take one, and keep as many of what they had as that allows (Kafka's
/// UniformHomogeneousAssignmentBuilder). Who may have one more is who has more already, which moves
/// fewer partitions than Kafka's choice of the first members.
[[nodiscard]] AssignorOutput assign_uniform_homogeneous(const AssignorInput& input);

}  // namespace barnabas::coordinator
