#pragma once

#include "base/result.h"
#include "cli/reassign/assignment.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::cli {

/// A broker that may get replicas.
struct PlacementBroker {
    BrokerId id = no_broker;
    std::optional<std::string> rack;  ///< nothing: it does not count
};

/// Where the rounds begin; Kafka draws both by lot, so that not all topics begin with one broker.
struct PlacementStart {
    std::size_t first = 0;  ///< the broker of partition 0's first replica, counted in the list
    std::size_t shift = 0;  ///< how far the second replica is from the first
};

/// The replicas of each partition, from 0 on: first replicas go round the brokers, the others
/// follow at a distance that grows with each round. Where brokers have racks, the list alternates
/// between racks, and a partition gets a second replica in a rack only when each rack has one
/// (AdminUtils, by which Kafka's tool placed replicas until 4.0). Errors:
/// invalid_replication_factor, in the words of Kafka's StripedReplicaPlacer, where there are fewer
/// brokers than replicas; invalid_request where some brokers have a rack and others none.
[[nodiscard]] Result<std::vector<Replicas>> place_replicas(
    const std::vector<PlacementBroker>& brokers, std::size_t partitions, std::size_t factor,
    PlacementStart start);

/// The same brokers, one of each rack in turn: racks by name, brokers of a rack by id.
[[nodiscard]] std::vector<PlacementBroker> alternate_racks(std::vector<PlacementBroker> brokers);

/// Those of the cluster that `wanted` names. With `use_racks` their racks count, and all or none
/// must have one (invalid_request).
[[nodiscard]] Result<std::vector<PlacementBroker>> placement_brokers(
    const std::vector<admin::ClusterDescription::Broker>& cluster,
    const std::vector<BrokerId>& wanted, bool use_racks);

}  // namespace barnabas::cli
