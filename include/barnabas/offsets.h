#pragma once

#include <barnabas/offset_and_metadata.h>
#include <barnabas/types.h>

#include <map>

namespace barnabas {

/// What is committed, by partition.
using OffsetMap = std::map<TopicPartition, OffsetAndMetadata>;

/// What offsets_for_times() finds: the first record with that timestamp or a later one.
struct OffsetAndTimestamp {
    Offset offset;
    Timestamp timestamp;
    LeaderEpoch leader_epoch = no_epoch;

    friend bool operator==(const OffsetAndTimestamp&, const OffsetAndTimestamp&) = default;
};

}  // namespace barnabas
