#pragma once

#include "base/result.h"
#include "broker/cluster_image.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace barnabas::broker {

// What the controller says to whoever wants other leaders or replicas: the rules and sentences of
// Kafka's ReplicationControlManager for a cluster of one broker. There no election brings another
// leader, and a reassignment is either what is there already, done when it is accepted, or
// refused: none is ever under way.

/// With the numbers of the wire.
enum class ElectionType : std::int8_t { preferred = 0, unclean = 1 };

/// Why no election of that type is held for the partition. ELECTION_NOT_NEEDED: its preferred
/// replica (for unclean elections: any) leads it.
[[nodiscard]] Error why_no_election(const ClusterImage& image, ElectionType type,
                                    const TopicPartition& partition);

/// The brokers that a partition shall have, as a request names them.
struct WantedReplicas {
    std::optional<std::vector<std::int32_t>> brokers;  ///< nothing: a reassignment is cancelled
    bool factor_may_change = true;                     ///< KIP-860
};

/// Nothing where the partition has these replicas, in this order; else Kafka's error.
[[nodiscard]] Result<void> check_reassignment(const ClusterImage& image,
                                              const TopicPartition& partition,
                                              const WantedReplicas& wanted);

}  // namespace barnabas::broker
