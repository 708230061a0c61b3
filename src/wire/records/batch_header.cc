#include "wire/records/batch_header.h"

#include "base/checksum.h"
#include "base/invariant.h"

#include <limits>

namespace barnabas::wire {

using namespace batch_layout;

void write_batch_header(MutableByteView batch, const BatchHeader& header) {
    INVARIANT(batch.size() >= records_at, "{} bytes are no batch", batch.size());
    INVARIANT(batch.size() <= std::size_t{std::numeric_limits<std::int32_t>::max()},
              "a batch of {} bytes", batch.size());
    const bool by_log = header.timestamp_type == TimestampType::log_append_time;
    const unsigned attributes =
        static_cast<unsigned>(header.codec) | (by_log ? log_append_time_bit : 0U) |
        (header.transactional ? transactional_bit : 0U) | (header.control ? control_bit : 0U) |
        (header.delete_horizon ? delete_horizon_bit : 0U);
    std::byte* at = batch.data();
    store_big_endian(at + offset_at, header.base_offset.get());
    store_big_endian(at + length_at, static_cast<std::int32_t>(batch.size() - log_overhead));
    store_big_endian(at + leader_epoch_at, header.leader_epoch.get());
    store_big_endian(at + magic_at, magic_v2);
    store_big_endian(at + attributes_at, static_cast<std::int16_t>(attributes));
    store_big_endian(at + last_offset_delta_at, header.last_offset_delta);
    store_big_endian(at + base_timestamp_at, header.base_timestamp.get());
    store_big_endian(at + max_timestamp_at, header.max_timestamp.get());
    store_big_endian(at + producer_id_at, header.producer_id.get());
    store_big_endian(at + producer_epoch_at, header.producer_epoch.get());
    store_big_endian(at + base_sequence_at, header.base_sequence);
    store_big_endian(at + count_at, header.count);
    store_big_endian(at + crc_at, crc32c(batch.subspan(attributes_at)));
}

}  // namespace barnabas::wire
