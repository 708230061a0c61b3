#pragma once

#include "base/result.h"
#include "base/types.h"
#include "log/transaction_index.h"
#include "wire/records/batch_view.h"
#include "wire/records/control_record.h"
#include "wire/records/producer_snapshot.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace barnabas::log {

/// One batch that a producer wrote: what a repetition of it is recognised by.
struct ProducerBatch {
    std::int32_t first_sequence = -1;
    std::int32_t last_sequence = -1;
    Offset first_offset = no_offset;
    Offset last_offset = no_offset;
    Timestamp timestamp = no_timestamp;
};

/// What a transaction marker says: that its producer's open transaction ends here, and how.
struct TransactionEnd {
    bool committed = false;
    std::int32_t coordinator_epoch = -1;
};

/// Reads the marker of a control batch; nothing where it is no commit or abort marker.
[[nodiscard]] Result<std::optional<TransactionEnd>> read_transaction_end(
    const wire::BatchView& batch);

/// What a partition knows of one idempotent or transactional producer: its epoch, its last batches
/// and its open transaction (org.apache.kafka.storage.internals.log.ProducerStateEntry).
struct ProducerEntry {
    static constexpr std::size_t batches_max = 5;  // as many as a client has in flight

    ProducerEpoch epoch{-1};
    std::int32_t coordinator_epoch = -1;
    Timestamp last_timestamp = no_timestamp;  // of its records, as the snapshot keeps it
    Timestamp last_heard = no_timestamp;      // by our clock: expiry counts from it
    std::optional<Offset> transaction_first;
    std::array<ProducerBatch, batches_max> batches{};  // oldest first
    std::uint8_t batch_count = 0;

    [[nodiscard]] const ProducerBatch* last() const {
        return batch_count == 0 ? nullptr : &batches[batch_count - 1U];
    }
    void add(const ProducerBatch& batch);
};

/// What a producer that is still known wrote last: compaction keeps the batch for its sequence
/// number, a marker for its epoch (org.apache.kafka.storage.internals.log.LastRecord).
struct ProducerLast {
    std::optional<Offset> data;  // the last offset of its last batch of data
    ProducerEpoch epoch{-1};
};
using ProducerLasts = std::unordered_map<ProducerId, ProducerLast>;

/// The producers of one partition. Plain state: batches go in, in the order of the log, live as on
/// recovery. Owned by the log. Always: each open transaction begins below map_end().
class ProducerStates {
public:
    /// What a client's batch is to be done with.
    struct Verdict {
        std::optional<ProducerBatch> duplicate;  // it is in the log already, here
    };

    /// Judges a batch of a client before it is appended (Kafka's ProducerAppendInfo): a repeated
    /// one is a duplicate; a gap is OUT_OF_ORDER_SEQUENCE_NUMBER; an older epoch
    /// INVALID_PRODUCER_EPOCH. A first sequence other than 0 from a producer that is not known (any
    /// more) is UNKNOWN_PRODUCER_ID, so that batches in flight cannot overtake one another.
    /// A batch without a transaction while one is open is INVALID_TXN_STATE, and so is the first
    /// one of a transaction unless it `may_begin`.
    [[nodiscard]] Result<Verdict> judge(const wire::BatchView& batch, bool may_begin = true) const;
    /// The same of a coordinator's batch: those have no sequences, so that none is a duplicate.
    [[nodiscard]] Result<void> judge_state(const wire::BatchView& batch, bool may_begin) const;
    /// Judges a marker: INVALID_PRODUCER_EPOCH for an older producer's,
    /// TRANSACTION_COORDINATOR_FENCED for an older coordinator's. From `version` 2 on each
    /// transaction's marker has a higher epoch than its batches; one with the same epoch is only
    /// let pass where no transaction is open, as the repetition of one that is there.
    [[nodiscard]] Result<void> judge_end(const wire::BatchView& marker, const TransactionEnd& end,
                                         std::int16_t version) const;

    /// Takes note of a batch that is in the log from now on; one without a producer only moves
    /// map_end(). `end`: what a control batch says. Answers the transaction that an abort marker
    /// ends.
    std::optional<AbortedTransaction> apply(const wire::BatchView& batch,
                                            const std::optional<TransactionEnd>& end,
                                            Timestamp heard);

    /// The first offset of the oldest transaction that is open, or whose marker is not committed
    /// yet: consumers that read committed stop there.
    [[nodiscard]] std::optional<Offset> first_unstable() const;
    /// Markers below `high_watermark` are committed.
    void committed_up_to(Offset high_watermark);

    [[nodiscard]] std::size_t size() const { return producers_.size(); }
    [[nodiscard]] const ProducerEntry* find(ProducerId id) const;
    /// The largest id that was ever seen here, forgotten producers included; -1: none.
    [[nodiscard]] ProducerId largest_id() const { return largest_id_; }
    [[nodiscard]] Offset map_end() const { return map_end_; }
    void set_map_end(Offset end) { map_end_ = end; }

    /// Forgets producers without an open transaction that were last heard of before `before`. By
    /// our clock, unlike Kafka: who copies old records with their timestamps is not forgotten.
    void expire(Timestamp before);
    /// Those of which `others` knows no batch of data, without open transactions.
    [[nodiscard]] ProducerStates without(const ProducerStates& others) const;
    /// No record is left of any: producers go on without an open transaction.
    void forget_transactions();
    void clear();

    [[nodiscard]] std::vector<wire::ProducerSnapshotEntry> snapshot() const;
    /// What compaction must not lose.
    [[nodiscard]] ProducerLasts lasts() const;
    /// Replaces everything by what a snapshot taken at `end` holds.
    void restore(std::span<const wire::ProducerSnapshotEntry> entries, Offset end, Timestamp heard);

private:
    Result<void> check_epoch(const ProducerEntry& entry, const wire::BatchView& batch) const;
    Result<void> check_sequence(const ProducerEntry* entry, const wire::BatchView& batch) const;
    Result<void> check_transaction(const ProducerEntry* entry, const wire::BatchView& batch,
                                   bool may_begin) const;
    std::optional<AbortedTransaction> end_transaction(const wire::BatchView& batch,
                                                      ProducerEntry& entry,
                                                      const TransactionEnd& end);

    std::unordered_map<ProducerId, ProducerEntry> producers_;
    std::map<Offset, ProducerId> open_transactions_;  // by first offset
    std::map<Offset, Offset> uncommitted_ends_;       // first offset -> marker
    Offset map_end_{0};
    ProducerId largest_id_{-1};
};

}  // namespace barnabas::log
