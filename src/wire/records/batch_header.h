#pragma once

#include "base/bytes.h"
#include "base/types.h"
#include "wire/records/batch_view.h"

namespace barnabas::wire {

/// What the header of a batch of magic 2 says, besides its size and checksum.
struct BatchHeader {
    Codec codec = Codec::none;
    TimestampType timestamp_type = TimestampType::create_time;
    bool transactional = false;
    bool control = false;
    bool delete_horizon = false;  ///< the base timestamp is one (KIP-534)
    Offset base_offset{0};
    LeaderEpoch leader_epoch = no_epoch;
    std::int32_t last_offset_delta = 0;
    Timestamp base_timestamp = no_timestamp;
    Timestamp max_timestamp = no_timestamp;
    ProducerId producer_id = no_producer;
    ProducerEpoch producer_epoch = no_producer_epoch;
    std::int32_t base_sequence = no_sequence;
    std::int32_t count = 0;
};

/// Writes the header of `batch`, which is all of it and whose records stand from
/// batch_layout::records_at on, with the checksum over everything. INVARIANT: it has room for a
/// header and is at most 2^31 - 1 bytes long.
void write_batch_header(MutableByteView batch, const BatchHeader& header);

}  // namespace barnabas::wire
