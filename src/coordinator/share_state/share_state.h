#pragma once

#include "coordinator/record.h"
#include "coordinator/share_state/delivery_batch.h"
#include "coordinator/share_state/share_state_key.h"
#include "wire/persisted/coordinator_records.h"

#include <cstdint>
#include <limits>

namespace barnabas::coordinator {

/// What was delivered of a partition to a share group, as its records say (Kafka's ShareGroupOffset
/// and what ShareCoordinatorShard keeps beside it).
struct ShareState {
    std::int32_t snapshot_epoch = 0;
    std::int32_t state_epoch = 0;
    std::int32_t leader_epoch = 0;
    Offset start = no_offset;  // records in front of it are done; no_offset: not known yet
    /// How many records from `start` on are done; -1: not known.
    std::int32_t delivery_complete_count = -1;
    DeliveryBatches batches;
    Timestamp created{0};
    Timestamp written{0};  // of its last snapshot

    // The highest that came: a request with a lower one is fenced. They outlive a reset.
    std::int32_t leader_epoch_max = std::numeric_limits<std::int32_t>::min();
    std::int32_t state_epoch_max = std::numeric_limits<std::int32_t>::min();
    std::int32_t updates = 0;        // since a snapshot that was written because of their number
    Offset snapshot_at = no_offset;  // where in the log it is; no_offset: only updates came

    /// The record is the whole state.
    void apply(const wire::ShareSnapshotValue& value, Offset at, std::int32_t updates_per_snapshot);
    /// `is_first`: no record came before. That a snapshot is missing in front of it does not
    /// happen but where the log was cut there: the rest follows in that log.
    void apply(const wire::ShareUpdateValue& value, bool is_first);
};

/// Of the snapshot behind its last one. As Java counts: it begins again at the other end.
[[nodiscard]] std::int32_t next_snapshot_epoch(const ShareState& state);

/// ShareSnapshot, ShareUpdate and what takes both away, as ShareCoordinatorRecordHelpers makes
/// them.
[[nodiscard]] Record share_snapshot_record(const ShareStateKey& key, const ShareState& state);
[[nodiscard]] Record share_update_record(const ShareStateKey& key, const ShareState& update);
[[nodiscard]] Record share_state_tombstone(const ShareStateKey& key);

}  // namespace barnabas::coordinator
