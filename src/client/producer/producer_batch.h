#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "wire/compression/compressor.h"
#include "wire/records/batch_builder.h"
#include <barnabas/producer.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::client {

struct PartitionQueue;

/// Who writes: what a batch's header says of its producer.
struct ProducerIdentity {
    ProducerId id = no_producer;
    ProducerEpoch epoch = no_producer_epoch;

    [[nodiscard]] bool is_valid() const { return id > no_producer; }
    friend bool operator==(const ProducerIdentity&, const ProducerIdentity&) = default;
};

/// How the broker (or this client, giving up) answered for a batch.
struct BatchOutcome {
    /// Of single records, where the broker names them (KIP-467).
    struct RecordFault {
        std::int32_t index = 0;
        std::string message;
    };

    Offset base_offset = no_offset;
    Timestamp log_append_time = no_timestamp;  ///< where the topic has LogAppendTime
    ErrorCode error = ErrorCode::none;
    std::string message{};
    std::vector<RecordFault> faults{};
};

/// A compressor and the room that it writes into; one thread at a time.
struct CompressionBench {
    wire::Compressor compressor;
    ByteBuffer scratch;
};

/// Records of one partition that go out together, in the bytes that go out, and who hears of them.
/// Goes through: start(), append()..., close(), assign(), stamp() (before each sending), deliver().
/// Owned by one thread at a time; used again after another start().
class ProducerBatch {
public:
    /// Room that an empty batch takes.
    static constexpr std::size_t overhead = wire::batch_layout::records_at;

    void start(PartitionQueue& partition, Time now);

    /// Takes `callback`. INVALID_TIMESTAMP for a negative one, and nothing is taken.
    Result<> append(const wire::BatchBuilder::Record& record, DeliveryCallback& callback);

    /// No more records.
    void close();
    /// The same, and compresses them. Where the codec's library fails they stay as they are.
    Result<> close(wire::Compression how, CompressionBench& bench);

    /// Who writes it, and the sequence of its first record. What is on its way is not touched:
    /// see stamp().
    void assign(ProducerIdentity who, std::int32_t base_sequence, bool transactional);

    /// Writes the header. Needs close(), and that the bytes are not on their way.
    void stamp();

    /// Tells everybody who asked, in the order of records, once.
    void deliver(const BatchOutcome& outcome);

    /// Moves the records into batches of at most `bytes_max` (before compression) each, but at
    /// least one record, with the same sequences; needs close(). This one has no records after it.
    Result<std::vector<std::unique_ptr<ProducerBatch>>> split(std::size_t bytes_max,
                                                              wire::Compression how,
                                                              CompressionBench& bench);

    /// The most bytes that a record can take in a batch.
    [[nodiscard]] static std::size_t size_bound(const wire::BatchBuilder::Record& record);

    [[nodiscard]] PartitionQueue& partition() const { return *partition_; }
    [[nodiscard]] Time created() const { return created_; }
    [[nodiscard]] std::int32_t count() const { return count_; }
    [[nodiscard]] bool closed() const { return closed_; }
    /// What goes out. Good after stamp().
    [[nodiscard]] ByteView bytes() const { return bytes_.view(); }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    /// Before compression.
    [[nodiscard]] std::size_t raw_size() const { return raw_size_; }
    [[nodiscard]] std::size_t capacity() const { return bytes_.capacity(); }
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

    [[nodiscard]] bool transactional() const { return transactional_; }
    [[nodiscard]] ProducerIdentity identity() const { return identity_; }
    [[nodiscard]] bool has_sequence() const { return base_sequence_ != wire::no_sequence; }
    [[nodiscard]] std::int32_t base_sequence() const { return base_sequence_; }
    [[nodiscard]] std::int32_t last_sequence() const;
    /// It was given another sequence after it had been sent.
    [[nodiscard]] bool sequence_was_reset() const { return sequence_was_reset_; }

    // What the sender notes about it.
    std::size_t reserved = 0;             ///< of buffer.memory
    std::uint64_t flush_epoch = 0;        ///< see BatchPool
    int attempts = 0;                     ///< times that it was put back
    Time retry_at{};                      ///< not before
    LeaderEpoch leader_epoch = no_epoch;  ///< of the last attempt
    bool sent = false;                    ///< at least once
    bool done = false;                    ///< delivered, though its bytes may still be on their way
    bool given_up = false;                ///< told already, while it was on its way
    bool sealing = false;                 ///< a sending thread compresses it

private:
    struct Delivery {
        std::int32_t index = 0;
        Timestamp timestamp = no_timestamp;
        DeliveryCallback callback;
    };

    PartitionQueue* partition_ = nullptr;
    ByteBuffer bytes_;
    wire::BatchBuilder builder_;
    std::vector<Delivery> deliveries_;
    Time created_{};
    Timestamp base_timestamp_ = no_timestamp;
    Timestamp max_timestamp_ = no_timestamp;
    std::int32_t count_ = 0;
    std::size_t raw_size_ = 0;
    wire::Codec codec_ = wire::Codec::none;
    ProducerIdentity identity_;
    std::int32_t base_sequence_ = wire::no_sequence;
    bool sequence_was_reset_ = false;
    bool transactional_ = false;
    bool closed_ = false;
};

/// A sequence `n` records behind another: they wrap behind 2^31 - 1.
[[nodiscard]] std::int32_t add_to_sequence(std::int32_t sequence, std::int32_t n);

}  // namespace barnabas::client
