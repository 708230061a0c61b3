#pragma once

#include "wire/records/payload_window.h"
#include "wire/records/record.h"

namespace barnabas::wire {

/// A message of magic 0 or 1 where it lies:
///   crc u32 | magic i8 | attributes i8 | timestamp i64 (magic 1) | key size i32, key
///   | value size i32, value
/// A size below 0 means null; what follows the value is not looked at, as in Kafka.
struct LegacyMessage {
    std::uint32_t crc = 0;
    std::int8_t magic = 0;
    std::int8_t attributes = 0;
    Timestamp timestamp = no_timestamp;
    NullableBytes key;
    NullableBytes value;
};

/// `bytes` from the CRC on. INVALID_RECORD, also for a magic other than 0 and 1.
[[nodiscard]] Result<LegacyMessage> parse_legacy_message(ByteView bytes);

/// The records of one message of magic 0 or 1: itself, or, where it is compressed, the messages
/// in its value. Those of a magic 1 wrapper have offsets relative to one another, and the
/// wrapper's offset is that of the last (KIP-31); so a compressed value is unfolded twice.
class LegacyReader {
public:
    /// `window` is borrowed until the end of the batch.
    [[nodiscard]] Result<> start(const BatchView& batch, PayloadWindow& window,
                                 std::size_t decompressed_max);
    [[nodiscard]] Result<bool> next(RecordView& out);

    /// The checksum of the message that next() handed out last: CORRUPT_MESSAGE.
    [[nodiscard]] Result<> ensure_last_valid() const;
    /// That checksum as it is stored.
    [[nodiscard]] std::uint32_t last_crc() const;

private:
    Result<> start_wrapper(Codec codec, std::size_t decompressed_max);
    Result<> find_base_offset();
    Result<bool> next_inner(RecordView& out);

    BatchView batch_;
    LegacyMessage outer_;
    PayloadWindow* window_ = nullptr;
    ByteView last_bytes_;
    std::int64_t base_offset_ = 0;
    bool compressed_ = false;
    bool done_ = true;
};

}  // namespace barnabas::wire
