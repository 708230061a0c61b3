#pragma once

#include "log/compaction/batch_filter.h"
#include "log/compaction/batch_scanner.h"
#include "log/compaction/compaction_source.h"
#include "log/compaction/offset_map.h"
#include "log/compaction/transaction_tracker.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace barnabas::log {

/// What one compaction has done so far.
struct CompactionStats {
    std::uint64_t mapped_bytes = 0;  // read for the map
    std::uint64_t read_bytes = 0;    // read for copying
    std::uint64_t written_bytes = 0;
    std::uint64_t read_records = 0;
    std::uint64_t kept_records = 0;
    std::uint64_t without_key = 0;  // records that went because nothing can be compacted by
    std::size_t map_memory = 0;
    std::size_t keys = 0;
    bool map_full = false;  // the keys did not all fit: another compaction goes on from end()
};

/// A record's key on its way into the map.
struct AnnouncedKey {
    KeyHash key;
    Offset offset;
};

/// One compaction of one log (Kafka's Cleaner.doClean()), in steps, so that whoever drives it can
/// throttle, stop, and give the thread to others in between:
///   map the keys of the dirty segments -> for each group of segments: copy what survives into
///   .cleaned files, sync them, hand them over -> done.
/// Blocks on the disk: for the blocking pool; used by one thread at a time. The log itself is not
/// touched. What is not handed over has to be removed with discard().
class CompactionRun {
public:
    struct Options {
        std::size_t map_bytes_max = 0;
        double load_factor = 0.9;
        std::size_t buffer_bytes = 0;  // to read through, and as much to write through
        KeyHasher hasher;
        Timestamp now;                // for tombstones
        std::uint64_t keep_free = 0;  // bytes of the directory that stay free: else a group fails
    };
    CompactionRun(CompactionSource source, const Options& options);
    CompactionRun(const CompactionRun&) = delete;
    CompactionRun& operator=(const CompactionRun&) = delete;
    ~CompactionRun();

    enum class Stage { mapping, copying, group_ready, done };
    /// Works through about `budget` bytes, one batch at least, and says how far it is.
    /// At group_ready take_group() comes next.
    Result<Stage> advance(std::size_t budget);
    [[nodiscard]] Stage stage() const { return stage_; }
    /// The segments that replace a group, and those that they replace.
    CleanedGroup take_group();
    /// How many bytes the group at hand has, which may need that much room once more.
    [[nodiscard]] std::uint64_t group_bytes() const;

    /// From where on the log is dirty afterwards. Once the keys are mapped.
    [[nodiscard]] Offset end() const { return map_.latest() + 1; }
    [[nodiscard]] const CompactionStats& stats() const { return stats_; }
    [[nodiscard]] const CompactionSource& source() const { return source_; }

    /// Removes the files of the group that was not finished or not taken.
    Result<void> discard();

private:
    Result<void> advance_map(std::size_t budget);
    Result<bool> map_batch(const wire::BatchView& batch);
    Result<bool> map_records(const wire::BatchView& batch);
    Result<bool> map_announced(const wire::BatchView& batch);
    void begin_copying();
    void begin_group();
    [[nodiscard]] Result<void> check_room() const;
    Result<void> advance_group(std::size_t budget);
    Result<void> keep(std::size_t begin, const BatchFilter::Outcome& outcome);
    Result<void> begin_fresh(Offset base);
    Result<void> write_out();
    Result<void> seal_fresh();
    [[nodiscard]] bool keeps_old_tombstones(const SourceSegment& segment) const;

    CompactionSource source_;
    std::size_t buffer_bytes_;
    std::uint64_t keep_free_;
    Timestamp now_;
    Stage stage_ = Stage::mapping;
    CompactionStats stats_;
    OffsetMap map_;
    BatchScanner scanner_;
    wire::RecordReader reader_;
    std::size_t at_ = 0;  // of source_.segments: the one that is read
    bool begun_ = false;  // its reading has
    std::vector<AnnouncedKey> announced_;
    bool keep_old_tombstones_ = false;
    TransactionTracker mapped_transactions_;
    TransactionTracker copied_transactions_;
    BatchFilter filter_;

    std::vector<std::size_t> groups_;  // how many segments each has
    std::size_t group_ = 0;
    std::size_t group_begin_ = 0;  // of source_.segments
    std::size_t group_end_ = 0;
    std::vector<std::unique_ptr<Segment>> fresh_;
    ByteBuffer out_;                  // for fresh_.back()
    std::vector<BatchPlace> in_out_;  // the batches in it
};

}  // namespace barnabas::log
