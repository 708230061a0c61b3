#pragma once

#include "base/result.h"
#include "base/time.h"
#include "broker/services.h"
#include "coordinator/producer_identity.h"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace barnabas::broker {

/// The end of a transaction in one partition, and what became of it there.
struct MarkerWrite {
    TopicPartition partition;
    coordinator::ProducerIdentity producer;
    bool commit = false;
    std::int32_t coordinator_epoch = 0;
    std::int16_t transaction_version = 0;

    bool gone = false;           // the cluster has no such partition: there is nothing to end
    std::optional<Error> error;  // nothing of both: the marker is committed
};

/// Writes each marker into its partition, on the shard that owns it, and returns when they are
/// committed, or at `until` (then request_timed_out). Where the partition is one of
/// __consumer_offsets its group coordinator hears of the end; while it loads nothing is written.
/// Called on `home`. Markers for partitions that another broker leads are not_leader_or_follower:
/// brokers do not talk to one another yet.
awaitable<void> write_markers(Services& services, BrokerShard& home,
                              std::vector<MarkerWrite>& markers, Time until);

}  // namespace barnabas::broker
