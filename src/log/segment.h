#pragma once

#include "base/time.h"
#include "log/cold_part.h"
#include "log/log_config.h"
#include "log/offset_index.h"
#include "log/time_index.h"
#include "log/transaction_index.h"
#include "runtime/disk.h"
#include "wire/records/batch_view.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::log {

/// What a scan hands over: a batch's header (61 bytes, or what a shorter message has), and where it
/// begins.
struct ScannedBatch {
    wire::BatchView header;  // valid during the call; only header fields may be read
    std::uint32_t position = 0;
    std::uint32_t size = 0;
};

/// One of several batches that are appended together.
struct BatchPlace {
    Offset last;
    std::uint32_t size = 0;
    TimestampOffset largest;
};

/// What a listing of a log's folder says of one segment.
struct FoundSegment {
    Offset base;
    std::uint64_t size = 0;
    Timestamp modified{0};
    std::optional<std::uint64_t> offset_index{};  // their sizes; nothing: not there
    std::optional<std::uint64_t> time_index{};
    std::optional<std::uint64_t> txn_index{};
};

/// One segment of a log: a file of batches and its indexes. Owned by one log, used on its thread;
/// slices of its file may be read anywhere. Its files are opened when they are needed and closed
/// by close_idle(), so that there may be more segments than the process may open files.
///     <base>.log       [batch][batch][batch]...   size_ bytes
///     <base>.index     last offset of a batch -> its position, every index_interval_bytes
/// Always: every batch's offsets are >= base() and < next_offset().
class Segment {
public:
    /// Creates an empty one; its index files come when they have something to hold. `suffix`: what
    /// compaction puts behind the files' names until the segment is the log's (".cleaned").
    static Result<std::unique_ptr<Segment>> create(runtime::Disk& disk, const runtime::Path& folder,
                                                   Offset base, const LogConfig& config, Now now,
                                                   std::string_view suffix = {});
    /// One that is there; load() or rebuild() follows.
    static Result<std::unique_ptr<Segment>> open(runtime::Disk& disk, const runtime::Path& folder,
                                                 const FoundSegment& found,
                                                 const LogConfig& config);
    /// The same, looked at without a listing.
    static Result<std::unique_ptr<Segment>> open(runtime::Disk& disk, const runtime::Path& folder,
                                                 Offset base, const LogConfig& config);

    /// Trusts the indexes after a look at their ends. `end`: the offset behind its last record, or
    /// one that is not larger than any behind it, where that is known; then no batch is read until
    /// something is appended. corrupt_message: rebuild() them.
    Result<void> load(std::optional<Offset> end = std::nullopt);
    /// After a crash: what lies before `trusted` was synced and is kept as it is, with as much of
    /// the indexes as can be believed; rebuild(), which must follow, reads from there on. False:
    /// it will read everything.
    Result<bool> keep_until(Offset trusted);
    /// Reads every batch, writes the indexes anew and cuts a torn tail off. `each` sees every batch
    /// that is read and kept, in order; its error ends the scan. Returns how many bytes were cut.
    Result<std::uint32_t> rebuild(
        const std::function<Result<void>(const ScannedBatch&, wire::BatchView)>& each);

    [[nodiscard]] Offset base() const { return base_; }
    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] Offset next_offset() const { return next_offset_; }
    [[nodiscard]] TimestampOffset max_timestamp() const { return max_timestamp_; }
    /// The timestamp of the first batch, if it has one: time-based rolls count from it.
    Result<std::optional<Timestamp>> rolls_from();
    [[nodiscard]] Timestamp created() const { return created_; }
    /// What that would have to wait for.
    Result<std::optional<ColdPart>> cold_head();
    /// When something was last written to the file.
    [[nodiscard]] Result<Timestamp> modified() const;
    Result<void> set_modified(Timestamp when);
    [[nodiscard]] TransactionIndex& transactions() { return txn_index_; }
    /// The same as long as anybody has it.
    [[nodiscard]] Result<std::shared_ptr<runtime::File>> file();
    [[nodiscard]] bool is_file(const std::shared_ptr<const runtime::File>& file) const {
        return file && file == last_file_.lock();
    }
    /// Whether neither index can be full with so many more batches.
    [[nodiscard]] bool indexes_have_room_for(std::size_t batches) const {
        return !index_files_[0]->lacks_room_for(batches) &&
               !index_files_[1]->lacks_room_for(batches + 1);  // one is kept for the end
    }
    /// Whether offset `last` still fits into the indexes' 31 bits.
    [[nodiscard]] bool can_hold(Offset last) const;

    /// Before anything goes behind an end that load() was told: if the file was changed since the
    /// orderly stop an error says so. append() asks it too.
    Result<void> prove_end();

    /// Whether an append may have to wait for the medium: it is the first one since the segment was
    /// opened, or since nobody has used its file for a while.
    [[nodiscard]] bool append_may_wait() const { return append_may_wait_; }
    /// What an append would have to wait for now; nothing if none of it has to be waited for.
    Result<std::optional<ColdPart>> cold_append();

    /// Takes room on the medium for so many bytes, once and before the first batch; what is left of
    /// it goes back when the segment is sealed. False where the file system cannot do it. An error
    /// where not as much again would stay free: a disk is not to be full of nothing.
    Result<bool> reserve(std::uint32_t bytes);
    /// Whether that is still to be asked.
    [[nodiscard]] bool may_reserve() const { return size_ == 0 && !room_taken_; }

    /// Writes one or more whole batches, which cover offsets up to `last`. On failure the segment
    /// is as before (the file is cut back). Index entries that cannot be written wait in memory.
    Result<void> append(ByteView batches, Offset last, TimestampOffset largest);

    /// The same in two parts, for batches that somebody else writes behind the end of file(): what
    /// can fail of it, and what it comes to. Index entries are left to lend_index_entries().
    Result<void> prepare_append();
    void appended(std::uint32_t size, Offset last, TimestampOffset largest);
    /// Index entries that are to be written, and what became of them, by the order of the first.
    void lend_index_entries(PlannedWrites& writes);
    void index_entries_written(const std::vector<bool>& done);

    /// The same with several batches in one write, each with its chance of an index entry.
    Result<void> append(ByteView bytes, std::span<const BatchPlace> batches);

    /// Where the batch begins that holds `offset`, or the next one if none does (compaction took
    /// it away); size() if there is none. corrupt_message for a broken file.
    Result<std::uint32_t> position_of(Offset offset);
    /// The end of the last whole batch that ends within [from, from + max_bytes]; the end of the
    /// first batch if not even that one fits and `at_least_one`; else `from`.
    Result<std::uint32_t> whole_batches_end(std::uint32_t from, std::uint32_t max_bytes,
                                            std::uint32_t end, bool at_least_one);
    [[nodiscard]] Result<runtime::FileSlice> slice(std::uint32_t from, std::uint32_t end);
    /// What looking for the batch of `offset` and for the end of the `bytes` bytes from there on
    /// would have to wait for, or those bytes themselves; nothing if none of it has to be waited
    /// for. One cheap system call where an index is in memory.
    Result<std::optional<ColdPart>> cold(Offset offset, std::uint32_t bytes);
    /// What sending [from, end) would have to wait for; asks only where cold() did not just now.
    Result<std::optional<ColdPart>> cold_between(std::uint32_t from, std::uint32_t end);

    /// Calls `each` for every batch from `from` on until it returns false. Stops at the first
    /// incomplete or malformed batch: returns the position behind the last whole one. With `cold`
    /// it stops where it would have to wait for the medium, too: then that says what for.
    Result<std::uint32_t> scan(std::uint32_t from,
                               const std::function<bool(const ScannedBatch&)>& each,
                               std::optional<ColdPart>* cold = nullptr);
    /// All bytes of one batch.
    Result<void> read(std::uint32_t position, MutableByteView into);

    /// A position whose record may be the first with a timestamp of at least `timestamp`: scanning
    /// on from there finds it.
    Result<std::uint32_t> search_from(Timestamp timestamp);
    /// What that would have to wait for.
    Result<std::optional<ColdPart>> cold_search(Timestamp timestamp);

    /// Cuts everything from the batch on that holds `offset`.
    Result<void> truncate_to(Offset offset);

    /// No appends are expected: the last time index entry is written, indexes are trimmed and given
    /// back. An append that comes all the same is welcome.
    Result<void> seal();
    /// For a segment that is to be given up on a disk without room: its offset and time index are
    /// in memory alone, until something is written to them.
    Result<void> give_room();
    /// The index files that have to be synced: those that were written since this was last asked.
    Result<std::vector<std::shared_ptr<runtime::File>>> take_unsynced_indexes();
    /// Bytes of the entries of both indexes: of that of offsets, of that of times.
    Result<std::pair<std::size_t, std::size_t>> index_bytes();
    /// Index files that are not there yet are to be made, empty; true once in the segment's life.
    /// Kafka calls it an error if a segment that holds records before the recovery point has none.
    bool make_index_files(PlannedWrites& writes);
    /// The transaction index alone, likewise: unlike the others it cannot be rebuilt from what
    /// lies behind the recovery point.
    Result<std::shared_ptr<runtime::File>> take_unsynced_transactions() {
        return txn_index_.take_unsynced();
    }
    /// After rebuild(), once: the offset and time index, with nothing left of what a crash may have
    /// put behind their entries. The next recovery believes what lies before the recovery point,
    /// so they are synced before that moves.
    Result<std::vector<std::shared_ptr<runtime::File>>> take_rebuilt_indexes();
    /// Closes files that were not used since this was last called.
    void close_idle();
    /// Removes the files; nothing else may be done then.
    Result<void> remove();
    /// Gives the files of a sealed segment other names: those of its base with `suffix`. The log's
    /// file goes last, and with an empty suffix first: whoever finds it under its new name knows
    /// that the others are there, under one of the two. On failure some have their new names.
    Result<void> rename(std::string_view suffix);
    /// Puts ".deleted" behind the files' names; remove() takes them away later. If it fails they
    /// have the names they had.
    Result<void> mark_deleted();
    /// The folder has another name now.
    void moved_to(const runtime::Path& folder);
    void set_config(const LogConfig& config) { index_interval_ = config.index_interval_bytes; }

private:
    Segment(runtime::Disk& disk, const runtime::Path& folder, Offset base, const LogConfig& config,
            std::string_view suffix = {});

    /// The last few batches appended: consumers at the end read without searching.
    struct Recent {
        Offset base;
        std::uint32_t position = 0;
    };
    static constexpr std::size_t recent_count = 16;

    [[nodiscard]] std::optional<std::uint32_t> recent_position(Offset offset) const;
    void remember(Offset base, std::uint32_t position);
    void note_append(std::uint32_t size, Offset last, TimestampOffset largest);
    Result<void> index_batch(Offset last, std::uint32_t position, std::uint32_t size,
                             TimestampOffset largest);
    /// The entry, if a batch of its offsets begins at its position; nothing if the index is damaged
    /// there: then the segment has to be searched from its beginning.
    Result<std::optional<OffsetPosition>> proven(std::optional<OffsetPosition> entry);
    Result<std::optional<OffsetPosition>> floor_of(Offset offset);
    Result<std::optional<ColdPart>> cold_ahead(std::uint32_t position);
    /// What the batches say of the segment's end.
    struct End {
        Offset next_offset;
        TimestampOffset max_timestamp;
    };
    Result<End> find_end(const std::optional<OffsetPosition>& last,
                         const std::optional<TimestampOffset>& newest);
    Result<void> load_state(const std::optional<OffsetPosition>& last,
                            const std::optional<TimestampOffset>& newest);
    Result<std::optional<std::uint32_t>> index_kept(const std::optional<OffsetPosition>& last,
                                                    std::uint32_t from, Offset trusted);
    Result<void> index_time_again(Offset last);
    [[nodiscard]] Result<Offset> check_kept(const wire::BatchView& batch, Offset next) const;
    void give_room_back();
    /// The log, then its indexes.
    [[nodiscard]] std::array<runtime::Path, 4> paths() const;
    Result<void> rename_file(std::size_t which, const runtime::Path& path);
    Result<void> remove_log();

    runtime::Disk& disk_;
    runtime::Path log_path_;
    bool is_fresh_ = false;  // its names are those of compaction
    Offset base_;
    std::uint32_t index_interval_;
    std::shared_ptr<runtime::File> file_;
    std::weak_ptr<runtime::File> last_file_;  // somebody may have it still: it is the same then
    bool file_used_ = false;
    bool file_asked_ = false;  // cold() has asked for the file that is not open
    bool rebuilt_ = false;     // take_rebuilt_indexes() has something to do
    bool has_index_files_ = false;
    bool end_proven_ = true;  // next_offset_ is what the batches say, not only what load() was told
    bool append_may_wait_ = false;
    bool room_taken_ = false;  // perhaps: whoever was here before may have crashed
    OffsetIndex offset_index_;
    TimeIndex time_index_;
    TransactionIndex txn_index_;
    std::array<IndexFile*, 3> index_files_;
    std::vector<IndexFile*> lent_indexes_;  // somebody else writes entries of them

    std::uint32_t size_ = 0;
    std::uint32_t kept_ = 0;  // rebuild() reads from here on
    Offset next_offset_;
    TimestampOffset max_timestamp_{no_timestamp, no_offset};
    std::optional<Timestamp> first_timestamp_;  // of the first batch; nothing: not looked yet
    Timestamp created_{0};
    std::uint32_t bytes_since_index_ = 0;
    std::array<Recent, recent_count> recent_{};
    std::size_t recent_next_ = 0;
    /// The last answer of floor_of(), which cold() and a read after it ask alike.
    std::optional<std::pair<Offset, std::optional<OffsetPosition>>> last_floor_;
    std::pair<std::uint32_t, std::uint64_t> checked_;  // [from, end) was in memory, said cold()
};

}  // namespace barnabas::log
