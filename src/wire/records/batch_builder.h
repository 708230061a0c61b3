#pragma once

#include "wire/compression/compressor.h"
#include "wire/records/record.h"

#include <span>

namespace barnabas::wire {

/// The header of a batch of magic 2 that is to be built.
struct BatchOptions {
    Compression compression;
    TimestampType timestamp_type = TimestampType::create_time;
    Offset base_offset{0};
    LeaderEpoch leader_epoch = no_epoch;
    Timestamp log_append_time = no_timestamp;  ///< the max timestamp where the type says so
    ProducerId producer_id = no_producer;
    ProducerEpoch producer_epoch = no_producer_epoch;
    std::int32_t base_sequence = no_sequence;
    bool transactional = false;
    bool control = false;
    /// When set it takes the place of the base timestamp (KIP-534).
    std::optional<Timestamp> delete_horizon;
};

/// Builds batches of magic 2, one after another, each behind what is in a caller's buffer:
///   builder.start(out, options);
///   TRY(builder.append(offset, record)); ...
///   TRY(builder.finish());
/// Keeps codec contexts and the buffer for records before compression. Owned by one thread.
class BatchBuilder {
public:
    struct Record {
        Timestamp timestamp = no_timestamp;
        NullableBytes key;
        NullableBytes value;
        std::span<const RecordHeader> headers;
    };

    /// Begins a batch at the end of `out`, which must stay untouched until finish(). A batch begun
    /// and not finished is dropped: `out` is cut back to where it began.
    void start(ByteBuffer& out, const BatchOptions& options);

    /// Offsets rise, and reach at most 2^31 - 1 beyond the base offset; timestamps are -1 or more:
    /// else INVALID_RECORD or INVALID_TIMESTAMP, and the batch is as it was.
    [[nodiscard]] Result<> append(Offset offset, const Record& record);

    /// A record as it was read, at another offset: headers are copied as they stand.
    [[nodiscard]] Result<> append_copy(Offset offset, const RecordView& record);

    [[nodiscard]] std::int32_t count() const { return count_; }
    /// Bytes of the batch so far, before compression.
    [[nodiscard]] std::size_t uncompressed_size() const;
    /// no_timestamp before the first record that has one.
    [[nodiscard]] Timestamp max_timestamp() const { return max_timestamp_; }

    /// Makes the batch cover offsets up to `last`, which is not below the last record's: for what
    /// compaction leaves behind.
    void cover_up_to(Offset last);
    /// The max timestamp where no record tells: of an empty batch.
    void set_max_timestamp(Timestamp max) { max_timestamp_ = max; }

    /// Compresses, and writes the header with its checksum. A batch without records is written too,
    /// as the cleaner keeps them for their producer's state; its payload is empty and not
    /// compressed. Returns the batch, which lies at the end of the buffer given to start().
    [[nodiscard]] Result<MutableByteView> finish();

private:
    struct Shape;
    Result<> check(Offset offset, Timestamp timestamp) const;
    std::byte* append_head(const Shape& shape, Offset offset, const NullableBytes& key,
                           const NullableBytes& value);
    void write_header(std::byte* at, std::size_t size, Codec codec) const;

    BatchOptions options_;
    Compressor compressor_;
    ByteBuffer* out_ = nullptr;
    ByteBuffer uncompressed_;
    ByteBuffer* records_ = nullptr;  ///< out_, or uncompressed_ where a codec comes between
    std::size_t begin_ = 0;          ///< of the batch in out_
    std::int32_t count_ = 0;
    Offset last_offset_ = no_offset;
    Timestamp base_timestamp_ = no_timestamp;
    Timestamp max_timestamp_ = no_timestamp;
};

}  // namespace barnabas::wire
