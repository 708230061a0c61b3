#pragma once

#include "base/bytes.h"
#include "base/endian.h"
#include "base/types.h"
#include "wire/compression/codec.h"

#include <cstdint>
#include <optional>

namespace barnabas::wire {

/// What the timestamps of a batch mean; magic 0 has none.
enum class TimestampType : std::int8_t { none = -1, create_time = 0, log_append_time = 1 };

inline constexpr std::int8_t magic_v0 = 0;
inline constexpr std::int8_t magic_v1 = 1;
inline constexpr std::int8_t magic_v2 = 2;

inline constexpr std::int32_t no_sequence = -1;

/// Where the fields of a batch stand. The first three are common to all formats
/// (org.apache.kafka.common.record.DefaultRecordBatch, LegacyRecord).
namespace batch_layout {
inline constexpr std::size_t offset_at = 0;
inline constexpr std::size_t length_at = 8;
inline constexpr std::size_t log_overhead = 12;  ///< offset and length: what length does not count
inline constexpr std::size_t magic_at = 16;
inline constexpr std::size_t up_to_magic = 17;

inline constexpr std::size_t leader_epoch_at = 12;
inline constexpr std::size_t crc_at = 17;
inline constexpr std::size_t attributes_at = 21;  ///< the CRC covers everything from here
inline constexpr std::size_t last_offset_delta_at = 23;
inline constexpr std::size_t base_timestamp_at = 27;
inline constexpr std::size_t max_timestamp_at = 35;
inline constexpr std::size_t producer_id_at = 43;
inline constexpr std::size_t producer_epoch_at = 51;
inline constexpr std::size_t base_sequence_at = 53;
inline constexpr std::size_t count_at = 57;
inline constexpr std::size_t records_at = 61;

inline constexpr std::size_t legacy_crc_at = 12;
inline constexpr std::size_t legacy_attributes_at = 17;
inline constexpr std::size_t legacy_timestamp_at = 18;  ///< magic 1 only
inline constexpr std::size_t legacy_length_min = 14;    ///< of an empty magic 0 message

inline constexpr std::uint8_t codec_mask = 0x07;
inline constexpr std::uint8_t log_append_time_bit = 0x08;
inline constexpr std::uint8_t transactional_bit = 0x10;
inline constexpr std::uint8_t control_bit = 0x20;
inline constexpr std::uint8_t delete_horizon_bit = 0x40;
}  // namespace batch_layout

/// One batch of magic 2, or one message of magic 0 or 1, in somebody else's buffer; nothing is
/// copied and nothing believed. Get it from next_batch() or BatchCursor, which have checked that
/// size() bytes and the magic are there. A field beyond the end of a batch that is too short for
/// its format reads as 0 (never out of bounds); has_whole_header() and ensure_valid() tell.
/// Fields that magic 0 and 1 do not have read as "none". Cheap to copy.
class BatchView {
public:
    BatchView() = default;
    /// `bytes` is exactly one batch, as next_batch() delimits it.
    explicit BatchView(ByteView bytes) : bytes_(bytes) {}

    [[nodiscard]] ByteView bytes() const { return bytes_; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] std::int8_t magic() const { return load<std::int8_t>(batch_layout::magic_at); }
    [[nodiscard]] bool is_legacy() const { return magic() < magic_v2; }
    [[nodiscard]] bool has_whole_header() const;

    /// Size and checksum: CORRUPT_MESSAGE, with a sentence. CRC-32C for magic 2, else CRC-32.
    [[nodiscard]] Result<> ensure_valid() const;
    [[nodiscard]] std::uint32_t stored_crc() const;
    [[nodiscard]] std::uint32_t computed_crc() const;

    /// Attribute bits that have no meaning are kept out of no field: they are ignored.
    [[nodiscard]] std::int16_t attributes() const;
    /// UNSUPPORTED_COMPRESSION_TYPE for ids 5 to 7.
    [[nodiscard]] Result<Codec> codec() const { return codec_of_id(codec_id()); }
    [[nodiscard]] int codec_id() const { return flags() & batch_layout::codec_mask; }
    [[nodiscard]] bool is_compressed() const { return codec_id() != 0; }
    [[nodiscard]] TimestampType timestamp_type() const;
    [[nodiscard]] Timestamp max_timestamp() const;

    /// Magic 2: the first offset that the batch covers. Magic 0 and 1: the stored offset, which is
    /// that of the last record.
    [[nodiscard]] Offset base_offset() const {
        return Offset{load<std::int64_t>(batch_layout::offset_at)};
    }
    [[nodiscard]] Offset last_offset() const;
    /// Where the next batch begins in a log that has no gap.
    [[nodiscard]] Offset next_offset() const { return last_offset() + 1; }

    // Magic 2 only; on others the value that means "none".
    [[nodiscard]] LeaderEpoch leader_epoch() const;
    [[nodiscard]] std::int32_t last_offset_delta() const;
    /// As stored: where a delete horizon is set it holds that (KIP-534).
    [[nodiscard]] Timestamp base_timestamp() const;
    [[nodiscard]] ProducerId producer_id() const;
    [[nodiscard]] ProducerEpoch producer_epoch() const;
    [[nodiscard]] std::int32_t base_sequence() const;
    /// Wraps from 2147483647 to 0, as sequences do.
    [[nodiscard]] std::int32_t last_sequence() const;
    [[nodiscard]] bool has_producer() const { return producer_id().get() > no_producer.get(); }
    [[nodiscard]] bool is_transactional() const {
        return has_flag(batch_layout::transactional_bit);
    }
    [[nodiscard]] bool is_control() const { return has_flag(batch_layout::control_bit); }
    [[nodiscard]] std::optional<Timestamp> delete_horizon() const;
    /// Records as the header counts them. Magic 0 and 1 do not say: 1 if not compressed, else -1.
    [[nodiscard]] std::int32_t count() const;

    /// Magic 2: the records as stored, compressed or not; empty for a batch cut short.
    [[nodiscard]] ByteView payload() const;

private:
    template <class T>
    [[nodiscard]] T load(std::size_t at) const {
        return at + sizeof(T) <= bytes_.size() ? load_big_endian<T>(bytes_.data() + at) : T{};
    }
    [[nodiscard]] std::uint8_t flags() const {
        return load<std::uint8_t>(is_legacy() ? batch_layout::legacy_attributes_at
                                              : batch_layout::attributes_at + 1);
    }
    [[nodiscard]] bool has_flag(std::uint8_t bit) const {
        return !is_legacy() && (flags() & bit) != 0;
    }

    ByteView bytes_;
};

/// The first batch of `buffer`, or nothing where what is there is no whole batch (which is no
/// error: a fetch may end anywhere). CORRUPT_MESSAGE for an impossible length or magic; behind
/// such a one nothing can be found. As Kafka's ByteBufferLogInputStream.
[[nodiscard]] Result<std::optional<BatchView>> next_batch(ByteView buffer);

/// What next_batch() makes of a batch's first bytes alone: its whole size, or nothing where
/// fewer than 17 bytes are there and no error shows yet.
[[nodiscard]] Result<std::optional<std::size_t>> next_batch_size(ByteView head);

/// Walks over the batches of a buffer:
/// while (true) { TRY_ASSIGN(auto batch, cursor.next()); if (!batch) break; ... }
class BatchCursor {
public:
    explicit BatchCursor(ByteView buffer) : buffer_(buffer) {}

    /// Nothing at the end or before an incomplete batch. After an error the cursor stays.
    [[nodiscard]] Result<std::optional<BatchView>> next();
    /// Bytes of the whole batches so far.
    [[nodiscard]] std::size_t position() const { return position_; }

private:
    ByteView buffer_;
    std::size_t position_ = 0;
};

/// The sequence `n` records further on; n >= 0. Sequences run from 0 to 2147483647 and around.
[[nodiscard]] std::int32_t sequence_after(std::int32_t sequence, std::int32_t n);

/// Writes what a leader decides about a magic 2 batch, neither of which the CRC covers.
/// `batch` holds a whole header.
void assign_offsets(MutableByteView batch, Offset base, LeaderEpoch epoch);

}  // namespace barnabas::wire
