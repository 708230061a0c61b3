#include "log/compaction/compaction_run.h"

#include "base/invariant.h"
#include "log/compaction/segment_groups.h"
#include "log/file_names.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::log {
namespace {

/// As many keys as a core has lines of memory under way, and some.
constexpr std::size_t announced_max = 32;

OffsetMap::Options map_options(const CompactionSource& source,
                               const CompactionRun::Options& options) {
    return {.memory_max = options.map_bytes_max,
            .load_factor = options.load_factor,
            .keys_wanted = source.end - source.first_dirty};
}

BatchFilter::Rules filter_rules(const CompactionSource& source, Timestamp now) {
    return {.now = now,
            .delete_retention_ms = source.config.delete_retention_ms,
            .round_end = source.end,
            .compression = source.config.compression,
            .decompressed_max = source.config.max_decompressed_bytes};
}

std::size_t first_dirty_segment(const CompactionSource& source) {
    std::size_t at = 0;
    while (at + 1 < source.segments.size() && source.segments[at].end <= source.first_dirty) {
        ++at;
    }
    return at;
}

}  // namespace

CompactionRun::CompactionRun(CompactionSource source, const Options& options)
    : source_(std::move(source)),
      buffer_bytes_(options.buffer_bytes),
      keep_free_(options.keep_free),
      now_(options.now),
      map_(map_options(source_, options), options.hasher),
      scanner_(options.buffer_bytes),
      at_(first_dirty_segment(source_)),
      mapped_transactions_(source_.aborted),
      copied_transactions_(source_.aborted),
      filter_(filter_rules(source_, options.now), map_, source_.producers, copied_transactions_) {
    INVARIANT(!source_.segments.empty() && source_.first_dirty < source_.end,
              "{} has nothing dirty in [{}, {})", source_.partition, source_.first_dirty,
              source_.end);
}

CompactionRun::~CompactionRun() = default;

Result<CompactionRun::Stage> CompactionRun::advance(std::size_t budget) {
    INVARIANT(stage_ == Stage::mapping || stage_ == Stage::copying, "a step at stage {}",
              static_cast<int>(stage_));
    TRY(stage_ == Stage::mapping ? advance_map(budget) : advance_group(budget));
    return stage_;
}

Result<void> CompactionRun::advance_map(std::size_t budget) {
    const std::uint64_t target = stats_.mapped_bytes + budget;
    while (stats_.mapped_bytes < target) {
        if (at_ == source_.segments.size()) {
            begin_copying();
            return {};
        }
        if (!std::exchange(begun_, true)) {
            scanner_.start(source_.segments[at_]);
        }
        TRY_ASSIGN(const auto batch, scanner_.next());
        if (!batch) {
            map_.advance_to(source_.segments[at_].end - 1);
            ++at_;
            begun_ = false;
            continue;
        }
        stats_.mapped_bytes += batch->size();
        TRY_ASSIGN(const bool fits, map_batch(*batch));
        if (!fits) {
            stats_.map_full = true;
            begin_copying();
            return {};
        }
    }
    return {};
}

/// False if a key does not fit.
Result<bool> CompactionRun::map_batch(const wire::BatchView& batch) {
    if (batch.is_control()) {
        TRY(mapped_transactions_.on_control(batch));
    } else if (!mapped_transactions_.on_data(batch) && batch.last_offset() >= source_.first_dirty) {
        TRY_ASSIGN(const bool fits, map_records(batch));
        if (!fits) {
            return false;
        }
    }
    if (batch.last_offset() >= source_.first_dirty) {
        map_.advance_to(batch.last_offset());
    }
    return true;
}

/// Keys go into the map by and by, so that their places in memory are waited for together.
Result<bool> CompactionRun::map_records(const wire::BatchView& batch) {
    announced_.clear();
    TRY(reader_.start(batch, source_.config.max_decompressed_bytes));
    wire::RecordView record;
    while (true) {
        TRY_ASSIGN(const bool more, reader_.next(record));
        if (!more) {
            return map_announced(batch);
        }
        TRY(reader_.ensure_record_valid());
        if (!record.key || record.offset < source_.first_dirty) {
            continue;
        }
        announced_.push_back({.key = map_.announce(*record.key), .offset = record.offset});
        if (announced_.size() == announced_max) {
            TRY_ASSIGN(const bool fits, map_announced(batch));
            if (!fits) {
                return false;
            }
        }
    }
}

Result<bool> CompactionRun::map_announced(const wire::BatchView& batch) {
    for (const auto& [key, offset] : announced_) {
        if (offset <= map_.latest() || offset > batch.last_offset()) {
            return fail(ErrorCode::corrupt_message,
                        "a record at offset {} in the batch of [{}, {}], behind offset {}", offset,
                        batch.base_offset(), batch.last_offset(), map_.latest());
        }
        if (!map_.try_put(key, offset)) {
            return false;
        }
    }
    announced_.clear();
    return true;
}

void CompactionRun::begin_copying() {
    INVARIANT(end() > source_.first_dirty && end() <= source_.end,
              "{} is mapped up to {} of [{}, {})", source_.partition, end(), source_.first_dirty,
              source_.end);
    stats_.keys = map_.keys();
    stats_.map_memory = map_.memory();
    const auto cleaned =
        std::ranges::count_if(source_.segments, [this](const auto& s) { return s.base < end(); });
    groups_ = group_segments(std::span(source_.segments).first(static_cast<std::size_t>(cleaned)),
                             source_.config);
    at_ = 0;
    stage_ = Stage::copying;
    begin_group();
}

void CompactionRun::begin_group() {
    if (group_ == groups_.size()) {
        stage_ = Stage::done;
        return;
    }
    stage_ = Stage::copying;
    group_begin_ = at_;
    group_end_ = at_ + groups_[group_];
    begun_ = false;
}

std::uint64_t CompactionRun::group_bytes() const {
    std::uint64_t bytes = 0;
    for (std::size_t i = group_begin_; i < group_end_; ++i) {
        bytes += source_.segments[i].size;
    }
    return bytes;
}

/// What is replaced stays until file.delete.delay.ms has passed: a disk that is nearly full must
/// not be filled by what is to make room.
Result<void> CompactionRun::check_room() const {
    TRY_ASSIGN(const auto space, source_.disk->space(source_.folder));
    if (space.free < group_bytes() + keep_free_) {
        return fail(ErrorCode::kafka_storage_error,
                    "compacting the segments from offset {} on may need {} bytes; {} has {} free "
                    "and keeps {} (log.dir.min.free.bytes)",
                    source_.segments[group_begin_].base, group_bytes(), source_.folder.string(),
                    space.free, keep_free_);
    }
    return {};
}

Result<void> CompactionRun::advance_group(std::size_t budget) {
    if (fresh_.empty()) {
        TRY(check_room());
        TRY(begin_fresh(source_.segments[group_begin_].base));
    }
    const std::uint64_t target = stats_.read_bytes + budget;
    while (stats_.read_bytes < target) {
        if (at_ == group_end_) {
            TRY(seal_fresh());
            stage_ = Stage::group_ready;
            return {};
        }
        if (!std::exchange(begun_, true)) {
            scanner_.start(source_.segments[at_]);
            keep_old_tombstones_ = keeps_old_tombstones(source_.segments[at_]);
        }
        TRY_ASSIGN(const auto batch, scanner_.next());
        if (!batch) {
            ++at_;
            begun_ = false;
            continue;
        }
        const auto begin = out_.size();
        TRY_ASSIGN(const auto outcome, filter_.apply(*batch, keep_old_tombstones_, out_));
        stats_.read_bytes += batch->size();
        stats_.read_records += outcome.read;
        stats_.kept_records += outcome.kept;
        stats_.without_key += outcome.without_key;
        TRY(keep(begin, outcome));
    }
    return {};
}

/// Puts what the filter left of a batch, which is in out_ from `begin` on, into its place.
Result<void> CompactionRun::keep(std::size_t begin, const BatchFilter::Outcome& outcome) {
    if (outcome.size > 0) {
        const Segment& into = *fresh_.back();
        const bool first = into.size() + begin == 0;
        const bool full = into.size() + out_.size() > source_.config.segment_bytes;
        if ((full && !first) || !into.can_hold(outcome.last)) {
            // Up-conversion and another codec may need more room than there was; and segments of
            // old Kafkas may reach beyond 2^31 offsets.
            ByteBuffer moved(outcome.size);
            moved.append(out_.view().subspan(begin));
            out_.resize(begin);
            TRY(seal_fresh());
            TRY(begin_fresh(outcome.base));
            out_.append(moved.view());
        }
        in_out_.push_back({.last = outcome.last,
                           .size = outcome.size,
                           .largest = {outcome.max_timestamp, outcome.last}});
        stats_.written_bytes += outcome.size;
    }
    if (outcome.aborted) {
        INVARIANT(outcome.size > 0, "the marker at {} is dropped before its data",
                  outcome.aborted->last_offset);
        TRY(fresh_.back()->transactions().prepare());
        fresh_.back()->transactions().append(*outcome.aborted);
    }
    return out_.size() >= buffer_bytes_ ? write_out() : Result<void>();
}

Result<void> CompactionRun::begin_fresh(Offset base) {
    TRY_ASSIGN(auto fresh, Segment::create(*source_.disk, source_.folder, base, source_.config,
                                           {Time{}, now_}, cleaned_suffix));
    fresh_.push_back(std::move(fresh));
    return {};
}

Result<void> CompactionRun::write_out() {
    if (!in_out_.empty()) {
        TRY(fresh_.back()->append(out_.view(), in_out_));
    }
    out_.clear();
    in_out_.clear();
    return {};
}

/// On the medium before anything is renamed: what it replaces goes.
Result<void> CompactionRun::seal_fresh() {
    TRY(write_out());
    Segment& segment = *fresh_.back();
    TRY(segment.seal());
    // Retention of records without timestamps goes by it, and so do old tombstones.
    TRY(segment.set_modified(source_.segments[group_end_ - 1].modified));
    TRY_ASSIGN(const auto file, segment.file());
    TRY(file->sync());
    TRY_ASSIGN(const auto indexes, segment.take_unsynced_indexes());
    for (const auto& index : indexes) {
        TRY(index->sync());
    }
    return {};
}

CleanedGroup CompactionRun::take_group() {
    INVARIANT(stage_ == Stage::group_ready, "a group is taken at stage {}",
              static_cast<int>(stage_));
    const auto begin = source_.segments.begin() + static_cast<std::ptrdiff_t>(group_begin_);
    const auto end = source_.segments.begin() + static_cast<std::ptrdiff_t>(group_end_);
    CleanedGroup group{.replaced = {begin, end},
                       .fresh = std::exchange(fresh_, {}),
                       .truncations = source_.truncations};
    ++group_;
    begin_group();
    return group;
}

/// Tombstones of before magic 2 carry no horizon: theirs is how old the segment is beside the last
/// one that is clean.
bool CompactionRun::keeps_old_tombstones(const SourceSegment& segment) const {
    std::int64_t horizon = 0;
    for (const auto& clean : source_.segments) {
        if (clean.base < source_.first_dirty) {
            horizon = clean.modified.get() - source_.config.delete_retention_ms;
        }
    }
    return segment.modified.get() > horizon;
}

/// From the last on, as LogLoader demands: see Log::swap_in().
Result<void> discard_files(CleanedGroup& group) {
    while (!group.fresh.empty()) {
        TRY(group.fresh.back()->remove());
        group.fresh.pop_back();
    }
    return {};
}

Result<void> CompactionRun::discard() {
    CleanedGroup unfinished{.replaced = {}, .fresh = std::exchange(fresh_, {})};
    out_.clear();
    in_out_.clear();
    return discard_files(unfinished);
}

}  // namespace barnabas::log
