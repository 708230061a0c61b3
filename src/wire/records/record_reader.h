#pragma once

#include "wire/records/legacy_reader.h"
#include "wire/records/payload_window.h"
#include "wire/records/record.h"

#include <cstdint>
#include <optional>

namespace barnabas::wire {

/// Walks over the records of one batch after another, of any magic and codec:
///   TRY(reader.start(batch, limit));
///   RecordView record;
///   while (true) { TRY_ASSIGN(const bool more, reader.next(record)); if (!more) break; ... }
/// Keeps codec contexts and the window for unfolded bytes. Owned by one thread.
class RecordReader {
public:
    /// Begins a batch, whose bytes must outlive the reading. `decompressed_max`: how many bytes
    /// it may unfold to. Errors: CORRUPT_MESSAGE (the payload), INVALID_RECORD (what is in it),
    /// UNSUPPORTED_COMPRESSION_TYPE. The checksum is not looked at.
    [[nodiscard]] Result<> start(const BatchView& batch, std::size_t decompressed_max);

    /// Begins the same batch again. What it unfolded to is not unfolded twice where it fits into
    /// the window: 128 KiB do.
    [[nodiscard]] Result<> restart();

    /// The next record, or false at the end. `out` looks into the batch where that is not
    /// compressed, else into this reader, and then only until the next call. As in Kafka, the last
    /// record is handed out only if nothing follows it.
    [[nodiscard]] Result<bool> next(RecordView& out);

    /// The checksum of the record handed out last, where it has one of its own: a message of magic
    /// 0 or 1 within a compressed one. CORRUPT_MESSAGE.
    [[nodiscard]] Result<> ensure_record_valid() const;
    /// The checksum of that record as it is stored; nothing where it has none of its own (magic 2).
    [[nodiscard]] std::optional<std::uint32_t> record_crc() const;

private:
    Result<bool> next_default(RecordView& out);

    BatchView batch_;
    PayloadWindow window_;
    LegacyReader legacy_;
    std::size_t decompressed_max_ = 0;
    std::int32_t read_ = 0;
    std::int32_t count_ = 0;
};

}  // namespace barnabas::wire
