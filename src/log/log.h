#pragma once

#include "base/logger.h"
#include "base/time.h"
#include "log/compaction/cleanable.h"
#include "log/compaction/compaction_source.h"
#include "log/directory_health.h"
#include "log/flush_plan.h"
#include "log/held_batches.h"
#include "log/leader_epochs.h"
#include "log/log_config.h"
#include "log/log_requests.h"
#include "log/open_options.h"
#include "log/producer_state.h"
#include "log/segment.h"
#include "runtime/disk.h"
#include "wire/records/append_validation.h"

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace barnabas::log {

/// One partition's log: its segments, indexes, producers and epochs. Plain and synchronous; lives
/// on the partition's shard. Slices that it hands out may be read on any thread.
///     log_start()      high_watermark()     written_end()    log_end()
///     |[0,9][10,29]....|[30,34].............|[35,39] held....|
/// Always: log_start <= last_stable <= high_watermark <= written_end <= log_end; recovery_point <=
/// log_end. After a failed write (kafka_storage_error) the log is as before it.
class Log {
public:
    using OpenOptions = LogOpenOptions;
    /// Opens or creates. Says in the log what it had to cut. After an orderly stop no batch is
    /// read; else what lies behind the recovery point.
    static Result<std::unique_ptr<Log>> open(OpenOptions options);
    ~Log();

    [[nodiscard]] const TopicPartition& partition() const { return partition_; }
    [[nodiscard]] const runtime::Path& folder() const { return folder_; }
    [[nodiscard]] const LogConfig& config() const { return config_; }
    void set_config(const LogConfig& config);

    [[nodiscard]] Offset log_start() const { return log_start_; }
    [[nodiscard]] Offset log_end() const { return held_.end().value_or(written_end()); }
    /// Behind it is what is held (AppendRequest::held) until a flush plan has written it.
    [[nodiscard]] Offset written_end() const { return active().next_offset(); }
    [[nodiscard]] Offset high_watermark() const { return high_watermark_; }
    [[nodiscard]] Offset recovery_point() const { return recovery_point_; }
    /// Consumers that read committed stop here: the first transaction that is open or whose marker
    /// is not committed, or the high watermark.
    [[nodiscard]] Offset last_stable_offset() const;
    [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
    [[nodiscard]] std::size_t segment_count() const { return segments_.size(); }
    [[nodiscard]] const LeaderEpochs& epochs() const { return epochs_; }
    [[nodiscard]] const ProducerStates& producers() const { return producers_; }
    /// It was opened after a crash, a failure of its disk, or anew: records may be gone.
    [[nodiscard]] bool may_lack_records() const { return may_lack_records_; }
    /// Its directory's disk has failed: appends are refused, no flush moves the recovery point.
    [[nodiscard]] bool is_broken() const { return health_ && health_->failed(); }
    [[nodiscard]] const auto& health() const { return health_; }
    /// kafka_storage_error if it is broken, with the first failure, or half cut.
    [[nodiscard]] Result<void> check_health() const;

    /// Clipped to [log_start, written_end].
    void set_high_watermark(Offset offset);

    /// Of a new leader: at the log's end. Its first record writes that down. Not if it is known.
    void begin_epoch(LeaderEpoch epoch);

    /// Appends what a client or coordinator made. Offsets, epoch and, where the topic wants it,
    /// timestamps are set in the caller's buffer. The validator is the shard's.
    [[nodiscard]] std::expected<AppendInfo, wire::AppendRefusal> append(
        MutableByteView records, const AppendRequest& request, wire::AppendValidator& validator);

    /// Whether the next append may have to wait for the medium (Segment::append_may_wait()); for
    /// what: that is brought in first, until there is nothing. Trouble is left to the append.
    [[nodiscard]] bool append_may_wait() const { return active().append_may_wait(); }
    [[nodiscard]] std::optional<ColdPart> append_reads();
    /// Whether what is held has to be written before `records` can be appended.
    [[nodiscard]] bool append_needs_write(ByteView records) const;
    /// Whether anything is held, or being written: the log must not be copied or replaced then.
    [[nodiscard]] bool is_unsettled() const { return !held_.is_empty() || writing_; }
    [[nodiscard]] std::uint64_t held_bytes() const { return held_.bytes(); }

    /// Appends whole batches as another log has them: their offsets, epochs and timestamps stay.
    /// Offsets without a record are no error, batches that are there already are. corrupt_message
    /// for those and for what is no batch; what came before them is appended.
    Result<void> append_copy(ByteView batches, Now now);
    /// What `copy`, which is filled with append_copy(), lacks next, whole batches; it begins with
    /// the one that holds this log's start. offset_out_of_range if the start has left it behind.
    [[nodiscard]] Result<runtime::FileSlice> read_for(const Log& copy, std::uint32_t max_bytes);
    /// This log, which was filled with append_copy(), takes the place of `old`, which has no record
    /// behind its end: takes over what the batches do not tell. Flush plans of either are void.
    /// `old` stays until a flush has made that durable: deletion_waits().
    Result<void> succeed(Log& old);
    /// After a crash, where both are there, this one is to stay: if what succeed() took over of
    /// producers is lost, it is taken over again.
    Result<void> inherit_if_lost(Log& old);
    /// Whether `longer` has its last batch too, and the same leader epochs and batches where its
    /// newest segments begin and end; else neither is a copy of the other.
    [[nodiscard]] bool is_beginning_of(Log& longer);
    [[nodiscard]] Result<Offset> end_of_batches();  // segments without any may follow
    /// Where this log ends: where a segment is missing, or the end of one, that `other` has.
    [[nodiscard]] Result<Offset> end_beside(Log& other);
    Result<void> move_to(const runtime::Path& folder);  // durable with the next flush
    /// Whether nothing of the log follows `slice`, which it has just read.
    [[nodiscard]] bool is_the_end(const runtime::FileSlice& slice) const;

    /// Whole batches from the one that holds `from`; none if `from` is limits.end or the first
    /// batch is too large. offset_out_of_range outside [log_start, log_end].
    [[nodiscard]] Result<ReadResult> try_read(Offset from, const ReadLimits& limits);
    [[nodiscard]] Result<runtime::FileSlice> read(Offset from, ReadLimits limits);  // may wait
    /// Aborted transactions that touch [from, end); or what is to be brought in first.
    [[nodiscard]] Result<AbortedLookup> try_aborted_transactions(Offset from, Offset end,
                                                                 bool may_wait);
    [[nodiscard]] Result<std::vector<AbortedTransaction>> aborted_transactions(Offset from,
                                                                               Offset end);

    /// The first record with at least that timestamp, committed or not, or that with the largest.
    [[nodiscard]] Result<std::optional<FoundOffset>> find_by_timestamp(Timestamp timestamp);
    [[nodiscard]] Result<std::optional<FoundOffset>> find_max_timestamp();
    /// The same; what they would have to wait for is the answer, unless they may.
    [[nodiscard]] Result<TimeLookup> try_find_by_timestamp(Timestamp timestamp, bool may_wait);
    [[nodiscard]] Result<TimeLookup> try_find_max_timestamp(bool may_wait);

    /// Cuts everything from `offset` on, whole batches; nothing if it is the end or beyond. An
    /// offset below the log's start leaves an empty log that begins there. Syncs; what was cut
    /// never comes back. No older flush plan is carried out any more. The recovery point falls with
    /// it: the caller checkpoints that before the next append, also if a crash comes between, for
    /// recovery believes what lies before it. After an error the log takes nothing until this has
    /// been called again.
    Result<void> truncate_to(Offset offset);
    /// DeleteRecords: `offset` becomes the first. offset_out_of_range beyond the high watermark.
    Result<void> delete_records_before(Offset offset);

    /// Takes off whole segments that retention gives up; answers how many. Their files are renamed
    /// now and wait in take_deleted(). One stays for as long as what it says of producers would be
    /// forgotten with the power: deletion_waits(), and after a flush this is to be called again.
    Result<std::size_t> apply_retention(Now now);
    [[nodiscard]] std::vector<ColdPart> retention_reads(Now now);  // some of what it reads
    /// For a flush: of segments that retention wants, or of the log that this one succeeded.
    [[nodiscard]] bool deletion_waits() const;
    /// Begins a new segment if the active one is old enough and not empty.
    Result<void> roll_if_due(Now now);
    /// Whether that or, if asked, retention would change files now.
    [[nodiscard]] Result<bool> wants_upkeep(Now now, bool retention);
    /// Segments whose files can be removed once file.delete.delay.ms has passed.
    [[nodiscard]] std::vector<std::unique_ptr<Segment>> take_deleted();
    /// For compaction: what decides whether this log is due; all that one needs of the segments
    /// below `end` (nothing if that is no sealed, stable and flushed part any more); what either
    /// would wait for; and its work in the place of its source (false: the log has been cut since).
    [[nodiscard]] Result<LogFacts> compaction_facts();
    [[nodiscard]] Result<std::optional<CompactionSource>> compaction_source(Offset first_dirty,
                                                                            Offset end);
    [[nodiscard]] std::vector<ColdPart> compaction_facts_reads();
    [[nodiscard]] std::vector<ColdPart> compaction_source_reads(Offset end);
    [[nodiscard]] Result<bool> swap_in(CleanedGroup& group);

    /// Closes files that were not used since this was last called.
    void close_idle_files();
    void expire_producers(Timestamp before) { producers_.expire(before); }

    /// Records appended since the last flush, and when the first of them came.
    [[nodiscard]] std::int64_t unflushed() const { return log_end() - recovery_point_; }
    [[nodiscard]] bool flush_due(Now now) const;
    /// What a flush of everything appended so far has to write and to sync; one at a time.
    Result<FlushPlan> begin_flush();
    void flushed(const FlushPlan& plan, Now now);
    /// What was held and could not be written is dropped; cuts() counts that.
    void flush_failed(const FlushPlan& plan, Now now);
    void flush_failed(Now now);   // not even a plan could be made
    Result<void> flush(Now now);  // all of that at once
    [[nodiscard]] std::uint64_t cuts() const { return truncations_; }  // of records at its end
    /// Of that only what a deletion waits for, where the rest fails for want of space.
    [[nodiscard]] FlushPlan begin_flush_for_deletion() const;

    /// Flushes and writes what a clean start needs: trimmed indexes, the producers' snapshot.
    Result<void> close();

private:
    using Segments = std::map<Offset, std::unique_ptr<Segment>>;
    explicit Log(OpenOptions options);

    [[nodiscard]] Segment& active() { return *segments_.rbegin()->second; }
    [[nodiscard]] const Segment& active() const { return *segments_.rbegin()->second; }
    [[nodiscard]] Segments::iterator segment_holding(Offset offset);

    // Opening (log_open.cc)
    struct Known;
    struct Recovered;
    Result<void> load(const Known& known);
    Result<void> begin_at_deleted(const Known& known);
    Result<std::vector<FoundSegment>> tidy_folder();
    Result<std::unique_ptr<Segment>> open_segment(const FoundSegment& found, bool cached);
    Result<void> load_segments(const std::vector<FoundSegment>& found, const Known& known);
    [[nodiscard]] std::optional<Offset> known_end(std::span<const FoundSegment> from,
                                                  const Known& known) const;
    Result<Recovered> recover_segment(Segment& segment, const Known& known);
    Result<void> keep_transactions(Segment& segment, Offset recovery_point);
    Result<bool> has_gaps(Segment& segment);
    Result<bool> lost_before(Offset next, Segment& segment, const Known& known, bool& compacted);
    Result<void> note_producers(const Segment& segment, Offset next, const Known& known);
    Result<void> set_aside(std::span<const FoundSegment> found);
    Result<bool> load_epochs(bool clean);
    Result<void> learn_epochs(Segment& segment);
    Result<void> learn_first_epochs();
    // Producers (log_producers.cc)
    Result<void> load_producers(Offset end, Timestamp now);
    Result<ProducerStates> producers_at(Offset end, Timestamp now);
    Result<void> replay_producers(Segment& segment, Offset from, Offset end, Timestamp now,
                                  ProducerStates& into);
    Result<void> save_producers();
    Result<void> save_snapshot(Offset end, const ProducerStates& producers);
    void plan_snapshot(PlannedWrites& writes);
    void note_snapshot(const PlannedWrites& writes);
    Result<void> rewrite_snapshots();
    Result<bool> producers_outlive(Offset base, Now now);
    Result<void> doubt_snapshot(Offset offset);
    Result<bool> has_sound_snapshot(Offset offset);
    Result<void> inherit_producers(Log& old);
    Result<void> remove_snapshots(Offset from, Offset end);
    [[nodiscard]] std::vector<Offset> useless_snapshots() const;
    Result<void> keep_useful_snapshots();

    // Appending
    using Duplicate = Result<std::optional<AppendInfo>>;
    Duplicate check_batch(const wire::BatchView& batch, const AppendRequest& request) const;
    Duplicate check_producer(const wire::BatchView& batch, const AppendRequest& request) const;
    Result<AppendInfo> write(const wire::ValidatedBatch& batch, const AppendRequest& request);
    Result<void> append_copied(const wire::BatchView& batch, ByteView bytes, Now now);
    Result<void> skip_to_end_of(Log& old);
    [[nodiscard]] bool needs_roll(std::size_t bytes, Offset last) const;
    Result<void> hold(const wire::ValidatedBatch& batch, Offset last, wire::AppendOrigin origin);
    void plan_writes(FlushPlan::Work& work, std::shared_ptr<runtime::File> active_file);
    void note_written(const FlushPlan& plan);
    void forget_plan();
    void drop_held(Now now);
    Result<void> roll_for(std::size_t bytes, Offset last, Timestamp newest, Now now);
    Result<void> roll(Now now, bool to_give_up = false);
    void reserve_room();
    Result<void> seal(Segment& segment);
    Result<bool> time_to_roll(Timestamp newest, Now now);
    Result<TimeLookup> find_in(Segment& segment, Timestamp timestamp, bool may_wait);
    Result<TimeLookup> find_in_batch(Segment& segment, const ScannedBatch& batch,
                                     Timestamp timestamp, bool may_wait);
    Result<TimeLookup> find_newest_served(bool may_wait);
    Result<const char*> why_given_up(Segments::iterator segment, Now now) const;
    Result<void> give_up_segment(Segments::iterator segment);
    Result<void> begin_anew(Offset start, Timestamp created);
    Result<void> cut_files(Offset offset);
    Result<void> save_epochs();
    void count_bytes();
    [[nodiscard]] bool still_holds(const CleanedGroup& group) const;
    Result<void> finish_swap();

    runtime::Disk& disk_;
    runtime::Path folder_;
    TopicPartition partition_;
    LogConfig config_;
    std::shared_ptr<const DirectoryHealth> health_;
    Logger log_;
    Segments segments_;  // never empty once open
    HeldBatches held_;
    bool writing_ = false;  // a plan is under way that writes
    std::vector<std::unique_ptr<Segment>> deleted_;
    UnfinishedSwap swap_;
    LeaderEpochs epochs_;
    bool epochs_saved_ = true;  // the file says the same
    bool may_lack_records_ = false;
    ProducerStates producers_;
    Offset log_start_{0};
    Offset high_watermark_{0};
    Offset recovery_point_{0};
    std::uint64_t size_bytes_ = 0;
    Time unflushed_since_ = never;
    std::uint64_t truncations_ = 0;
    bool cut_half_ = false;         // a cut has failed
    std::optional<Offset> cut_to_;  // lowest, since compaction last asked
    std::set<Offset> snapshots_;    // of producers, in the folder
    std::map<Offset, std::shared_ptr<runtime::File>> unsynced_snapshots_;  // of those
    std::set<Offset> unsure_snapshots_;      // of a process that may not have synced them
    std::optional<Offset> needed_snapshot_;  // before something is deleted
    bool has_epoch_file_ = false;
    std::uint64_t bytes_since_snapshot_ = 0;
    // Written and not synced: the flush of the batches that go with them takes them along.
    std::vector<std::shared_ptr<runtime::File>> unsynced_;
    std::shared_ptr<runtime::File> unsynced_epochs_;
    bool folder_unsynced_ = false;
    bool parent_unsynced_ = false;
    InFlight in_flight_;
    std::uint64_t flush_plans_ = 0;  // so far
};

}  // namespace barnabas::log
