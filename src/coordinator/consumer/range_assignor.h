#pragma once

#include "coordinator/consumer/assignor.h"

namespace barnabas::coordinator {

/// Each topic's partitions in ranges, one for each subscriber, so that topics with as many
/// partitions are split alike (Kafka's RangeAssignor). Static members come first, by their instance
/// ids, so that a restart changes nothing; the others by member id.
[[nodiscard]] AssignorOutput assign_range(const AssignorInput& input);

}  // namespace barnabas::coordinator
