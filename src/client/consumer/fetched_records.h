#pragma once

#include "base/result.h"
#include "wire/compression/decompressor.h"
#include "wire/records/batch_view.h"
#include "wire/records/record_format.h"
#include "wire/records/record_reader.h"
#include <barnabas/consumer_records.h>
#include <barnabas/isolation_level.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace barnabas::client {

/// A transaction that a fetch's answer says was aborted.
struct AbortedTransaction {
    ProducerId producer;
    Offset first_offset;
};

/// What one fetch brought of one partition, before anybody looked into its batches. What crosses
/// from the event loop to the thread that polls.
struct FetchedPartition {
    TopicPartition partition;
    std::uint64_t stamp = 0;  ///< of the position that it was fetched for: PartitionState::stamp
    Offset fetch_offset;
    ByteView records;
    std::shared_ptr<const void> owner;  ///< of the bytes of `records`
    std::vector<AbortedTransaction> aborted{};
};

struct DecodeOptions {
    bool check_crcs = true;
    IsolationLevel isolation = IsolationLevel::read_uncommitted;
    bool may_seek = true;  ///< whoever reads this can pass over what cannot be read
};

/// The contexts of codecs, kept from batch to batch. One thread.
struct DecodeTools {
    wire::Decompressor decompressor;
    wire::RecordReader legacy_reader;
};

/// CORRUPT_MESSAGE where a batch is cut in its header or covers no offsets that can be.
[[nodiscard]] Result<> check_place(const wire::BatchView& batch);

/// Turns what was fetched into records, some at a time: checks each batch, unfolds it, leaves out
/// control batches, aborted transactions (read_committed) and what lies before the position. On
/// the thread that polls. Always: next() never goes back.
class FetchedRecords {
public:
    FetchedRecords(FetchedPartition fetched, const DecodeOptions& options);

    /// Up to `count_max` records, or nothing where none is left. Fails on what cannot be read
    /// (CORRUPT_MESSAGE, INVALID_RECORD, UNSUPPORTED_COMPRESSION_TYPE; the sentence says where):
    /// next() then is that place, and the next call fails in the same way.
    [[nodiscard]] Result<std::shared_ptr<const barnabas::detail::RecordChunk>> take(
        std::size_t count_max, DecodeTools& tools);

    [[nodiscard]] const TopicPartition& partition() const { return fetched_.partition; }
    [[nodiscard]] std::uint64_t stamp() const { return fetched_.stamp; }
    [[nodiscard]] std::size_t size() const { return fetched_.records.size(); }
    [[nodiscard]] bool drained() const { return drained_; }
    /// Behind what was handed out or left out so far.
    [[nodiscard]] const OffsetAndMetadata& next() const { return next_; }

private:
    struct OpenBatch {
        wire::BatchView view;
        const std::byte* at = nullptr;
        const std::byte* end = nullptr;
        std::int32_t left = 0;  ///< records
        std::int32_t count = 0;
        std::int64_t base_offset = 0;
        std::int64_t last_offset = 0;
        std::int64_t base_timestamp = 0;
        std::int64_t append_time = 0;
        bool by_append_time = false;
        barnabas::detail::RecordEntry blank;  ///< with what all its records share
        std::shared_ptr<const void> bytes;

        void append_to(barnabas::detail::RecordChunk& chunk, std::int64_t offset,
                       const wire::RecordFields& fields) const;
    };

    Result<bool> open_batch(DecodeTools& tools);
    Result<> enter(const wire::BatchView& batch, DecodeTools& tools);
    Result<> enter_legacy(const wire::BatchView& batch, DecodeTools& tools);
    Result<bool> is_left_out(const wire::BatchView& batch, DecodeTools& tools);
    Result<> read_records(barnabas::detail::RecordChunk& chunk, std::size_t count_max);
    void take_legacy(barnabas::detail::RecordChunk& chunk, std::size_t count_max);
    void close_batch();
    [[nodiscard]] Error located(Error error) const;
    [[nodiscard]] bool is_open() const { return open_.has_value(); }

    FetchedPartition fetched_;
    DecodeOptions options_;
    wire::BatchCursor cursor_;
    std::deque<AbortedTransaction> aborted_;  ///< still to begin, by first offset
    std::set<ProducerId> aborting_;           ///< in an aborted transaction where we are
    std::optional<OpenBatch> open_;
    std::deque<barnabas::detail::RecordEntry>
        legacy_;  ///< of the open batch, where that is of magic 0 or 1
    OffsetAndMetadata next_;
    std::optional<Error> failed_;
    bool drained_ = false;
};

}  // namespace barnabas::client
