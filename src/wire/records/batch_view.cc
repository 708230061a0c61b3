#include "wire/records/batch_view.h"

#include "base/checksum.h"
#include "base/invariant.h"

#include <limits>

namespace barnabas::wire {

using namespace batch_layout;

bool BatchView::has_whole_header() const {
    switch (magic()) {
        case magic_v0:
            return size() >= log_overhead + legacy_length_min;
        case magic_v1:
            return size() >= log_overhead + legacy_length_min + sizeof(std::int64_t);
        default:
            return size() >= records_at;
    }
}

Result<> BatchView::ensure_valid() const {
    // Magic 1 with fewer bytes than its header passes here, as in Kafka, if the checksum is right:
    // reading its record refuses it.
    const std::size_t least = is_legacy() ? log_overhead + legacy_length_min : records_at;
    if (size() < least) {
        return fail(ErrorCode::corrupt_message,
                    "a batch of magic {} has {} bytes, at least {} are needed", magic(), size(),
                    least);
    }
    const auto computed = computed_crc();
    if (const auto stored = stored_crc(); stored != computed) {
        return fail(ErrorCode::corrupt_message,
                    "the batch at offset {} is corrupt: its checksum says {}, its bytes give {}",
                    base_offset(), stored, computed);
    }
    return {};
}

std::uint32_t BatchView::stored_crc() const {
    return load<std::uint32_t>(is_legacy() ? legacy_crc_at : crc_at);
}

std::uint32_t BatchView::computed_crc() const {
    if (is_legacy()) {
        return size() < magic_at ? 0 : crc32(bytes_.subspan(magic_at));
    }
    return size() < attributes_at ? 0 : crc32c(bytes_.subspan(attributes_at));
}

std::int16_t BatchView::attributes() const {
    return is_legacy() ? load<std::int8_t>(legacy_attributes_at)
                       : load<std::int16_t>(attributes_at);
}

TimestampType BatchView::timestamp_type() const {
    if (magic() == magic_v0) {
        return TimestampType::none;
    }
    return (flags() & log_append_time_bit) != 0 ? TimestampType::log_append_time
                                                : TimestampType::create_time;
}

Timestamp BatchView::max_timestamp() const {
    switch (magic()) {
        case magic_v0:
            return no_timestamp;
        case magic_v1:
            return Timestamp{load<std::int64_t>(legacy_timestamp_at)};
        default:
            return Timestamp{load<std::int64_t>(max_timestamp_at)};
    }
}

Offset BatchView::last_offset() const {
    return Offset{static_cast<std::int64_t>(static_cast<std::uint64_t>(base_offset().get()) +
                                            static_cast<std::uint64_t>(last_offset_delta()))};
}

LeaderEpoch BatchView::leader_epoch() const {
    return is_legacy() ? no_epoch : LeaderEpoch{load<std::int32_t>(leader_epoch_at)};
}

std::int32_t BatchView::last_offset_delta() const {
    return is_legacy() ? 0 : load<std::int32_t>(last_offset_delta_at);
}

Timestamp BatchView::base_timestamp() const {
    return is_legacy() ? no_timestamp : Timestamp{load<std::int64_t>(base_timestamp_at)};
}

ProducerId BatchView::producer_id() const {
    return is_legacy() ? no_producer : ProducerId{load<std::int64_t>(producer_id_at)};
}

ProducerEpoch BatchView::producer_epoch() const {
    return is_legacy() ? no_producer_epoch : ProducerEpoch{load<std::int16_t>(producer_epoch_at)};
}

std::int32_t BatchView::base_sequence() const {
    return is_legacy() ? no_sequence : load<std::int32_t>(base_sequence_at);
}

std::int32_t BatchView::last_sequence() const {
    const auto first = base_sequence();
    return first == no_sequence ? no_sequence : sequence_after(first, last_offset_delta());
}

std::optional<Timestamp> BatchView::delete_horizon() const {
    if (!has_flag(delete_horizon_bit)) {
        return std::nullopt;
    }
    return base_timestamp();
}

std::int32_t BatchView::count() const {
    if (is_legacy()) {
        return is_compressed() ? -1 : 1;
    }
    return load<std::int32_t>(count_at);
}

ByteView BatchView::payload() const {
    return size() < records_at ? ByteView{} : bytes_.subspan(records_at);
}

Result<std::optional<std::size_t>> next_batch_size(ByteView head) {
    if (head.size() < log_overhead) {
        return std::nullopt;
    }
    const auto length = load_big_endian<std::int32_t>(head.data() + length_at);
    if (length < static_cast<std::int32_t>(legacy_length_min)) {
        return fail(ErrorCode::corrupt_message,
                    "a batch says that it is {} bytes long, {} is the least", length,
                    legacy_length_min);
    }
    if (head.size() < up_to_magic) {
        return std::nullopt;
    }
    const auto magic = load_big_endian<std::int8_t>(head.data() + magic_at);
    if (magic < magic_v0 || magic > magic_v2) {
        return fail(ErrorCode::corrupt_message,
                    "a batch says that its magic is {}; 0, 1 and 2 are known", magic);
    }
    // Kafka's size is an int32 of length and overhead together; what overflows it is refused there
    // by falling over, here with a sentence.
    const auto size = static_cast<std::size_t>(length) + log_overhead;
    if (size > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        return fail(ErrorCode::corrupt_message, "a batch says that it is {} bytes long, too many",
                    length);
    }
    return size;
}

Result<std::optional<BatchView>> next_batch(ByteView buffer) {
    TRY_ASSIGN(const auto size, next_batch_size(buffer));
    if (!size || *size > buffer.size()) {
        return std::nullopt;
    }
    return BatchView{buffer.first(*size)};
}

Result<std::optional<BatchView>> BatchCursor::next() {
    TRY_ASSIGN(auto batch, next_batch(buffer_.subspan(position_)));
    if (batch) {
        position_ += batch->size();
    }
    return batch;
}

std::int32_t sequence_after(std::int32_t sequence, std::int32_t n) {
    // As DefaultRecordBatch.incrementSequence, whose arithmetic wraps: n comes from the wire.
    constexpr std::uint32_t max = std::numeric_limits<std::int32_t>::max();
    const auto from = static_cast<std::uint32_t>(sequence);
    const auto by = static_cast<std::uint32_t>(n);
    const bool over = sequence > static_cast<std::int32_t>(max - by);
    return static_cast<std::int32_t>(over ? by - (max - from) - 1 : from + by);
}

void assign_offsets(MutableByteView batch, Offset base, LeaderEpoch epoch) {
    INVARIANT(batch.size() >= records_at, "{} bytes are no magic 2 batch", batch.size());
    store_big_endian(batch.data() + offset_at, base.get());
    store_big_endian(batch.data() + leader_epoch_at, epoch.get());
}

}  // namespace barnabas::wire
