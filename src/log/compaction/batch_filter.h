#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "log/compaction/compaction_source.h"
#include "log/compaction/offset_map.h"
#include "log/compaction/transaction_tracker.h"
#include "wire/records/batch_builder.h"
#include "wire/records/record_reader.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace barnabas::log {

/// What survives a compaction, batch by batch in the order of the log: Kafka's Cleaner and
/// MemoryRecords.filterTo(). The rules:
/// - A record stays if no later one in the map has its key. Behind the map's end all stay. Without
///   a key it goes.
/// - A tombstone stays until its batch's delete horizon, which the first compaction that meets it
///   sets: now + delete.retention.ms, kept in the header in place of the base timestamp (KIP-534).
/// - Data of aborted transactions goes. A marker stays while its transaction has data, then until a
///   horizon that is set when the data is first found gone.
/// - A batch without records goes, unless it is its producer's last or the last of the round:
///   then its header stays, and with it sequence, epoch and the log's end.
/// - Batches of magic 0 and 1 that stay become magic 2; their tombstones get a horizon too.
/// A batch of which everything stays is copied byte for byte; another is built anew with the
/// topic's codec, or its own where the topic has none. Owned by one compaction.
class BatchFilter {
public:
    struct Rules {
        Timestamp now;
        std::int64_t delete_retention_ms = 0;
        Offset round_end;  // whose last batch stays, empty or not
        std::optional<wire::Compression> compression;
        std::size_t decompressed_max = 0;
    };
    /// The map, the producers and the transactions outlive it.
    BatchFilter(const Rules& rules, const OffsetMap& map, const ProducerLasts& producers,
                TransactionTracker& transactions)
        : rules_(rules), map_(map), producers_(producers), transactions_(transactions) {}

    struct Outcome {
        std::uint32_t size = 0;  // bytes that were put behind `out`; 0: nothing stays
        Offset base = no_offset;
        Offset last = no_offset;
        Timestamp max_timestamp = no_timestamp;
        std::uint64_t read = 0;  // records
        std::uint64_t kept = 0;
        std::uint64_t without_key = 0;
        std::optional<AbortedTransaction> aborted;  // that needs its place in the index still
    };
    /// Appends to `out` what stays of a batch whose checksum is right. `keep_old_tombstones`: those
    /// of magic 0 and 1. Errors are those of a batch that cannot be read, or not be rebuilt within
    /// rebuilt_max bytes.
    Result<Outcome> apply(const wire::BatchView& batch, bool keep_old_tombstones, ByteBuffer& out);

    static constexpr std::size_t rebuilt_max = std::size_t{256} << 20;

private:
    /// What the records of a batch come to, before any is copied.
    struct Verdict {
        bool records_go = false;     // all, unseen
        bool empty_stays = false;    // the header is kept for itself
        bool wants_horizon = false;  // a marker that ends nothing any more
        bool has_tombstone = false;
        bool all_stay = true;
    };

    Result<Verdict> judge(const wire::BatchView& batch, Outcome& outcome);
    [[nodiscard]] bool is_last_of_producer(const wire::BatchView& batch) const;
    /// What the rules ask of a record.
    struct Judged {
        Offset offset;
        bool has_key = false;
        bool has_value = false;
        KeyHash key;  // as the map announced it
    };
    Result<void> judge_records(const wire::BatchView& batch, bool keep_old_tombstones,
                               Verdict& verdict, Outcome& outcome);
    void settle(const wire::BatchView& batch, bool keep_old_tombstones, Verdict& verdict,
                Outcome& outcome);
    [[nodiscard]] bool stays(const wire::BatchView& batch, const Judged& record,
                             bool keep_old_tombstones, Outcome& outcome) const;
    Result<void> rebuild(const wire::BatchView& batch, std::optional<Timestamp> horizon,
                         ByteBuffer& out, Outcome& outcome);
    Result<void> write_empty(const wire::BatchView& batch, ByteBuffer& out, Outcome& outcome);
    [[nodiscard]] Result<wire::BatchOptions> options_for(const wire::BatchView& batch) const;

    Rules rules_;
    const OffsetMap& map_;
    const ProducerLasts& producers_;
    TransactionTracker& transactions_;
    wire::RecordReader reader_;
    wire::BatchBuilder builder_;
    std::vector<Judged> judged_;  // that are to be settled
    std::vector<bool> stay_;      // of the batch under judgement, by the order of its records
};

}  // namespace barnabas::log
