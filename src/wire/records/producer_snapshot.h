#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/types.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace barnabas::wire {

/// What a partition's .snapshot file keeps of one producer (Kafka's ProducerStateManager).
struct ProducerSnapshotEntry {
    ProducerId producer_id;
    ProducerEpoch producer_epoch;
    std::int32_t last_sequence = -1;
    /// no_offset: no batch of this producer is known, and last_sequence and offset_delta mean
    /// nothing.
    Offset last_offset = no_offset;
    std::int32_t offset_delta = 0;  ///< of the last batch: it began at last_offset - offset_delta
    Timestamp timestamp = no_timestamp;
    std::int32_t coordinator_epoch = -1;
    std::optional<Offset> current_txn_first_offset;

    friend bool operator==(const ProducerSnapshotEntry&, const ProducerSnapshotEntry&) = default;
};

/// The file: version i16 = 1 | CRC-32C u32 of everything behind it | count i32 | entries.
/// CORRUPT_MESSAGE where version, checksum or length say that it is none.
[[nodiscard]] Result<std::vector<ProducerSnapshotEntry>> read_producer_snapshot(ByteView file);

/// Byte for byte what Kafka writes for these entries in this order.
[[nodiscard]] ByteBuffer write_producer_snapshot(std::span<const ProducerSnapshotEntry> entries);

}  // namespace barnabas::wire
