#pragma once

#include "coordinator/consumer/assignor.h"

namespace barnabas::coordinator {

/// Members subscribe to different topics: they keep what they had of topics that they still
/// subscribe to, free partitions go to the subscriber with the fewest, then partitions move from
/// those with most to those with fewest, topic by topic, until that helps no more or 16 rounds are
/// over (Kafka's UniformHeterogeneousAssignmentBuilder).
/// Among subscribers of the same topics, counts differ by one at most.
[[nodiscard]] AssignorOutput assign_uniform_heterogeneous(const AssignorInput& input);

}  // namespace barnabas::coordinator
