#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include "log/log.h"
#include "replication/fetch_wait.h"
#include "replication/transaction_checks.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace barnabas::replication {

/// What a client sent for one partition.
struct ProduceFrom {
    MutableByteView records;
    std::int16_t version = 0;
    bool acks_all = false;
    bool may_hold = true;  // else whoever asks does not wait: it is written at once
    Now now;
};

/// The end of a producer's transaction, as its coordinator tells it (WriteTxnMarkers).
struct MarkerFrom {
    ProducerId producer;
    ProducerEpoch epoch;
    bool commit = false;
    std::int32_t coordinator_epoch = 0;
    std::int16_t transaction_version = 0;
    Now now;
};

/// How far a log has to be written before records in it may be acknowledged.
struct ToFlush {
    Offset end{0};
    bool on_medium = true;  // else in the file, which a crash of the process does not take away
    /// Log::cuts() when they were appended: with another number they may be gone.
    std::optional<std::uint64_t> cuts{};
};

/// What a client's produced buffer came to. On an error nothing was appended.
struct ProduceOutcome {
    ErrorCode error = ErrorCode::none;
    std::string message;
    Offset base_offset = no_offset;
    Timestamp log_append_time = no_timestamp;
    Offset log_start = no_offset;
    std::vector<log::RecordError> record_errors;
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    std::optional<ToFlush> to_flush;  // before it is acknowledged
    bool disk_gave_out = false;       // the disk refused it, and had not refused the one before
};

/// What one partition of a fetch asks for.
struct ReadFrom {
    Offset offset;
    LeaderEpoch current_leader_epoch = no_epoch;  // what the client believes; none: unchecked
    LeaderEpoch last_fetched_epoch = no_epoch;    // none: not asked whether the logs diverge
    std::uint32_t max_bytes = 0;
    bool at_least_one_batch = false;
    bool read_committed = false;
    bool may_wait = true;  // for the medium; else `cold` tells for what
};

/// What a lookup of an offset came to.
struct OffsetOutcome {
    log::FoundOffset found;
    std::optional<log::ColdPart> cold;  // as below: then there is no answer yet
};

struct ReadOutcome {
    ErrorCode error = ErrorCode::none;
    Offset high_watermark = no_offset;
    Offset last_stable = no_offset;
    Offset log_start = no_offset;
    runtime::FileSlice records;  // whole batches, the first may begin before the asked offset
    std::vector<log::AbortedTransaction> aborted;
    std::optional<log::EpochEnd> diverging;
    std::optional<log::ColdPart> cold;  // to be brought in before it can be read without waiting
};

/// A partition that this broker leads, over its log. Lives on the partition's shard.
/// Always: log start <= high watermark <= log end. With one replica, what is written is committed.
class Partition {
public:
    Partition(TopicId id, LeaderEpoch epoch, std::unique_ptr<log::Log> log);
    Partition(const Partition&) = delete;
    Partition& operator=(const Partition&) = delete;
    ~Partition();  // wakes every fetch that waits: the partition is gone

    [[nodiscard]] const TopicPartition& name() const { return log_->partition(); }
    [[nodiscard]] const TopicId& id() const { return id_; }
    [[nodiscard]] LeaderEpoch leader_epoch() const { return epoch_; }
    [[nodiscard]] log::Log& log() { return *log_; }
    [[nodiscard]] const log::Log& log() const { return *log_; }

    /// Appends what a client sent in a Produce request of `version`; offsets are assigned in place.
    /// `acks_all` asks for min.insync.replicas. The validator is the shard's.
    ProduceOutcome produce(const ProduceFrom& from, wire::AppendValidator& validator);
    /// Appends what a coordinator of this broker made, to be committed as with `acks_all`.
    ProduceOutcome append_state(MutableByteView records, Now now, wire::AppendValidator& validator);
    /// Ends the producer's open transaction, if there is one (ProducerStates::judge_end). To be
    /// committed as with `acks_all`.
    ProduceOutcome append_marker(const MarkerFrom& from, wire::AppendValidator& validator);

    /// Whether the producer's transaction has records here: then more of them may come.
    [[nodiscard]] bool has_open_transaction(ProducerId id, ProducerEpoch epoch) const;
    /// Whose transaction may begin here: a transactional batch of anybody else is invalid_txn_state
    /// in produce() and append_state().
    [[nodiscard]] TransactionChecks& transaction_checks() { return checks_; }

    /// Whether produce() may answer with to_flush.
    [[nodiscard]] bool may_ask_for_flush(bool acks_all, Time now) const;
    /// Everything that is there now, for a flush.
    [[nodiscard]] ToFlush all() const {
        return {.end = log_->log_end(), .on_medium = true, .cuts = log_->cuts()};
    }
    /// Whether an acknowledged record has to be on the medium. What clients send is not written
    /// here then: it is held until the flush that it waits for writes it.
    [[nodiscard]] bool flushes_before_ack(bool acks_all) const;
    /// What became of a plan of log().begin_flush(): who waits for its records can read them; or
    /// they are gone, and true if the disk refused them that had not refused others before.
    void flushed(const log::FlushPlan& plan, Now now);
    [[nodiscard]] bool flush_failed(const Result<log::FlushPlan>& plan, Now now);
    /// Where the bytes that its log holds are counted, with those of others; outlives it.
    void count_held_in(std::uint64_t& total);

    /// While there is a sentence, produce() refuses with it (kafka_storage_error); reading goes on.
    void refuse_records(std::shared_ptr<const std::string> why) { refusal_ = std::move(why); }

    [[nodiscard]] ReadOutcome read(const ReadFrom& from);

    /// Nothing if a client that believes in `theirs` may go on; else FENCED_LEADER_EPOCH or
    /// UNKNOWN_LEADER_EPOCH (KIP-320).
    [[nodiscard]] std::optional<ErrorCode> check_epoch(LeaderEpoch theirs) const;

    /// ListOffsets: a timestamp, or one of the special values below. The offset is no_offset where
    /// no record is that young. `may_wait` for the medium; else `cold` tells for what.
    [[nodiscard]] Result<OffsetOutcome> find_offset(Timestamp asked, bool read_committed,
                                                    bool may_wait);
    static constexpr Timestamp asks_latest{-1};
    static constexpr Timestamp asks_earliest{-2};
    static constexpr Timestamp asks_max_timestamp{-3};
    static constexpr Timestamp asks_earliest_local{-4};
    static constexpr Timestamp asks_latest_tiered{-5};
    static constexpr Timestamp asks_earliest_pending_upload{-6};

    /// DeleteRecords: the log begins at `before` (-1: at the high watermark) from now on; answers
    /// where it begins. policy_violation on a topic that is only compacted, offset_out_of_range
    /// beyond the high watermark.
    Result<Offset> delete_records(Offset before);

    /// Tells `wait` of bytes that become readable behind `seen_end`, the end that the fetch saw: at
    /// once if there are some already.
    void watch(std::shared_ptr<FetchWait> wait, Offset seen_end);
    void unwatch(const FetchWait* wait);
    /// Every fetch that waits shall look again, whether there is more or not.
    void wake_all_fetches();

    /// How a copy of the log takes its place.
    struct Replacement {
        runtime::Path folder;         // the name that the copy's folder gets
        std::uint32_t bytes_max = 0;  // as much may be missing from it
        Now now;
    };
    /// Fills `copy`, which was filled with append_copy() before, with what is missing, gives its
    /// folder its name and uses it from now on; answers the log that it replaces. nullptr, and
    /// `copy` stays the caller's, if more is missing or something is held. On an error nothing has
    /// changed but `copy`.
    Result<std::unique_ptr<log::Log>> replace_log(std::unique_ptr<log::Log>& copy,
                                                  const Replacement& how);

    /// Gives the log away, to be closed or deleted; the partition goes next.
    [[nodiscard]] std::unique_ptr<log::Log> release_log();

private:
    [[nodiscard]] Result<void> check_writable(bool acks_all) const;
    ProduceOutcome append(const ProduceFrom& from, log::AppendRequest request,
                          wire::AppendValidator& validator);
    void wake_fetches(std::int64_t bytes);
    void count_held();
    [[nodiscard]] bool is_slow(Time now) const;  // its directory

    TopicId id_;
    LeaderEpoch epoch_;
    std::unique_ptr<log::Log> log_;
    std::vector<std::shared_ptr<FetchWait>> waiting_;
    TransactionChecks checks_;
    std::shared_ptr<const std::string> refusal_;
    bool disk_refuses_ = false;
    bool marker_held_ = false;
    std::uint64_t* held_total_ = nullptr;
    std::uint64_t held_bytes_ = 0;  // of that
};

}  // namespace barnabas::replication
