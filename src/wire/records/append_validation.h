#pragma once

#include "wire/records/batch_view.h"

#include <cstdint>
#include <expected>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::wire {

/// Who appends: only clients are held to the rules for clients (Kafka's AppendOrigin).
enum class AppendOrigin { client, replication, coordinator, raft_leader };

/// What the topic and the moment ask of a produced buffer.
struct AppendRules {
    /// The topic's compression.type; nothing means `producer`: the codec stays.
    std::optional<Compression> target;
    bool compacted = false;  ///< records without key are refused
    TimestampType timestamp_type = TimestampType::create_time;
    std::int64_t timestamp_before_max_ms = std::numeric_limits<std::int64_t>::max();
    std::int64_t timestamp_after_max_ms = 3'600'000;
    AppendOrigin origin = AppendOrigin::client;
    Timestamp now{0};
    /// Bytes that one compressed batch may unfold to before it is taken for an attack.
    std::size_t decompressed_max = std::size_t{1} << 30;
    /// The same where the batch has to be built anew, which takes that much memory.
    std::size_t rebuilt_max = std::size_t{256} << 20;
};

/// A single record to blame; `index` counts from 0 within its batch.
struct RecordError {
    std::int32_t index = 0;
    std::string message;
};

/// Why a buffer is refused. `record_errors` is filled where single records are to blame (KIP-467).
struct AppendRefusal {
    Error error;
    std::vector<RecordError> record_errors;
};

/// A buffer found good: exactly one batch of magic 2, still without its place in the log.
/// Always: count >= 1 and last_offset_delta == count - 1 (for client appends).
struct ValidatedBatch {
    /// The batch: the caller's own buffer, or the validator's (rebuilt), valid until its next call.
    MutableByteView bytes;
    std::int32_t count = 0;
    /// no_timestamp where no record has one.
    Timestamp max_timestamp = no_timestamp;
    /// The clock, whatever the timestamp type (Kafka reports it that way).
    Timestamp log_append_time = no_timestamp;
    /// The batch was rebuilt: up-converted from magic 0 or 1, or recompressed. Its size has to be
    /// checked against the limits again.
    bool rebuilt = false;

    [[nodiscard]] BatchView view() const { return BatchView{bytes}; }
    /// Last offset of the batch relative to its first; also what Kafka reports as the (shallow)
    /// offset of the max timestamp.
    [[nodiscard]] std::int32_t last_offset_delta() const { return view().last_offset_delta(); }
    /// Gives the batch its place; the CRC does not cover it. Returns the offset after the batch.
    Offset assign(Offset first, LeaderEpoch epoch) const {
        assign_offsets(bytes, first, epoch);
        return first + last_offset_delta() + 1;
    }
};

/// What a broker's log does with a produced buffer before appending it (Kafka's LogValidator):
/// one batch only (of magic 2, or compressed; old uncompressed messages may be many), counts,
/// offsets, lengths, timestamps, keys on compacted topics, control and producer fields. Walks the
/// records where they are, or as they unfold, and builds a new batch only for old formats and
/// another codec. Does not look at the CRC: BatchView::ensure_valid() comes before.
///
/// Keeps codec contexts and buffers from call to call, so that a batch costs no allocation.
/// Owned by one thread; one per shard.
///
/// Stricter than Kafka, where Kafka would store a batch that its own consumers cannot read or
/// that covers an offset twice: record lengths inside compressed batches and offset deltas of
/// uncompressed ones are checked.
class AppendValidator {
public:
    AppendValidator();
    AppendValidator(AppendValidator&&) noexcept;
    AppendValidator& operator=(AppendValidator&&) noexcept;
    ~AppendValidator();

    /// Where the batch stays in place, max timestamp, timestamp type and CRC are set in it as the
    /// topic wants them; a refused buffer is left untouched. See ValidatedBatch::assign().
    /// Codes: INVALID_RECORD, INVALID_TIMESTAMP, CORRUPT_MESSAGE, UNSUPPORTED_COMPRESSION_TYPE.
    [[nodiscard]] std::expected<ValidatedBatch, AppendRefusal> validate(MutableByteView records,
                                                                        const AppendRules& rules);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What a Produce request of `version` may carry for a partition (Kafka's ProduceRequest.
/// validateRecords): from version 3 on exactly one batch, of magic 2; zstd from 7 on.
/// INVALID_RECORD, UNSUPPORTED_COMPRESSION_TYPE or CORRUPT_MESSAGE (framing).
[[nodiscard]] Result<> check_produced_records(ByteView records, std::int16_t version);

}  // namespace barnabas::wire
