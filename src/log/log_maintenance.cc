// A log's upkeep: rolling, flushing, retention, truncation, closing.
#include "base/invariant.h"
#include "log/file_names.h"
#include "log/log.h"
#include "log/roll_jitter.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace barnabas::log {

/// As Kafka: by the records' own time where they have one, else by the clock. What is to be
/// compacted within max.compaction.lag.ms has to be sealed by then.
Result<bool> Log::time_to_roll(Timestamp newest, Now now) {
    if (active().size() == 0 || is_unsettled()) {
        return false;  // what is held goes into this one yet
    }
    std::optional<Timestamp> first;
    if (newest.get() >= 0) {  // else there is no need to read it
        TRY_ASSIGN(first, active().rolls_from());
    }
    const auto waited = first ? newest - *first : now.wall - active().created();
    const auto open_ms = config_.cleanup_compact
                             ? std::min(config_.segment_ms, config_.max_compaction_lag_ms)
                             : config_.segment_ms;
    // Else a jitter beyond segment.ms would give each batch a segment of its own.
    const auto spread_over = std::min(config_.segment_jitter_ms, open_ms);
    return waited > open_ms - roll_jitter_ms(partition_, active().base(), spread_over);
}

/// Because there is no room for it; an empty segment takes anything.
bool Log::needs_roll(std::size_t bytes, Offset last) const {
    const Segment& segment = active();
    const auto size = segment.size() + held_.bytes();
    return size > 0 && (size + bytes > config_.segment_bytes || !segment.can_hold(last) ||
                        !segment.indexes_have_room_for(held_.count() + 1));
}

Result<void> Log::roll_for(std::size_t bytes, Offset last, Timestamp newest, Now now) {
    bool due = needs_roll(bytes, last);
    if (due && is_unsettled()) {
        return fail(ErrorCode::request_timed_out,
                    "{}: the batches before it are still being written", partition_);
    }
    if (!due) {
        TRY_ASSIGN(due, time_to_roll(newest, now));
    }
    TRY(due ? roll(now) : Result<void>());
    if (config_.preallocate && active().may_reserve()) {
        reserve_room();
        TRY(check_health());  // it may have shown that the disk is broken
    }
    return {};
}

/// Not for logs that get no record: Kafka's preallocated files are sparse, and cost nothing there.
/// Without it records are taken all the same.
void Log::reserve_room() {
    const auto reserved = active().reserve(config_.segment_bytes);
    if (!reserved || !*reserved) {
        log_.warn(
            "{}: no room of {} bytes is reserved for the segment of offset {} (preallocate): {}",
            partition_, config_.segment_bytes, active().base(),
            reserved ? "its file system reserves none" : reserved.error().message);
    }
}

Result<void> Log::roll_if_due(Now now) {
    TRY_ASSIGN(const bool due, time_to_roll(no_timestamp, now));
    return due ? roll(now) : Result<void>();
}

Result<bool> Log::wants_upkeep(Now now, bool retention) {
    TRY_ASSIGN(const bool due, time_to_roll(no_timestamp, now));
    if (due || !retention || (segments_.size() == 1 && active().size() == 0)) {
        return due;
    }
    TRY_ASSIGN(const char* const why, why_given_up(segments_.begin(), now));
    return why != nullptr;
}

/// The next flush takes the indexes along, even if it has no batch of the segment to sync.
Result<void> Log::seal(Segment& segment) {
    TRY(segment.seal());
    TRY_ASSIGN(auto indexes, segment.take_unsynced_indexes());
    folder_unsynced_ = folder_unsynced_ || !indexes.empty();  // one may be new
    std::ranges::move(indexes, std::back_inserter(unsynced_));
    return {};
}

/// If it fails the active segment goes on: a sealed one takes appends. One that is `to_give_up` on
/// a full disk makes room for what the next one needs: nobody will miss its indexes. Should it stay
/// all the same, the next flush, which begins with it then, writes them again.
Result<void> Log::roll(Now now, bool to_give_up) {
    const Offset base = log_end();
    INVARIANT(base > active().base(), "{} rolls an empty segment at {}", partition_, base);
    INVARIANT(!is_unsettled(), "{} rolls at {} and ends at {}", partition_, written_end(), base);
    TRY(active().prove_end());
    TRY(to_give_up ? active().give_room() : seal(active()));
    recovery_point_ = to_give_up ? std::min(recovery_point_, active().base()) : recovery_point_;
    TRY(to_give_up && producers_.size() == 0 ? Result<void>() : save_producers());
    bytes_since_snapshot_ = 0;
    TRY_ASSIGN(auto next, Segment::create(disk_, folder_, base, config_, now));
    segments_.emplace(base, std::move(next));
    folder_unsynced_ = true;
    return {};
}

bool Log::flush_due(Now now) const {
    if (deletion_waits()) {
        return true;
    }
    if (unflushed() == 0) {
        return false;
    }
    const bool by_count = unflushed() >= config_.flush_messages;
    const bool by_time =
        unflushed_since_ != never && (now.steady - unflushed_since_) / 1ms >= config_.flush_ms;
    return by_count || by_time || active().base() > recovery_point_;
}

/// Of the active segment the batches, and which transactions were aborted: what else its indexes
/// lack after a crash is added again.
Result<FlushPlan> Log::begin_flush() {
    INVARIANT(!writing_, "{} is being written to", partition_);
    FlushPlan plan{.disk = &disk_,
                   .files = {},
                   .snapshots = unsynced_snapshots_,
                   .folders = {},
                   .up_to = log_end(),
                   .truncations = truncations_,
                   .number = flush_plans_ + 1};
    auto& writes = plan.work->writes;
    // On the medium with their markers: what lies before the recovery point is not looked at again.
    for (const auto& aborted : held_.take_aborted()) {
        active().transactions().note(aborted);
    }
    // Files may have to be opened, which may fail: what was taken until then waits for the next.
    for (auto at = segment_holding(recovery_point_); at != segments_.end(); ++at) {
        TRY_ASSIGN(auto batches, at->second->file());
        plan.files.push_back(std::move(batches));
        folder_unsynced_ = at->second->make_index_files(writes) || folder_unsynced_;
        TRY_ASSIGN(auto indexes, at->second->take_rebuilt_indexes());
        std::ranges::move(indexes, std::back_inserter(unsynced_));
        TRY_ASSIGN(auto transactions, at->second->take_unsynced_transactions());
        if (transactions) {
            unsynced_.push_back(std::move(transactions));
            folder_unsynced_ = true;  // the file may be new
        }
    }
    plan_writes(*plan.work, plan.files.empty() ? nullptr : plan.files.back());
    // What an earlier plan took and perhaps did not sync is there still.
    std::ranges::move(std::exchange(unsynced_, {}), std::back_inserter(in_flight_.files));
    if (unsynced_epochs_) {
        in_flight_.files.push_back(std::exchange(unsynced_epochs_, nullptr));
    }
    in_flight_.folder = std::exchange(folder_unsynced_, false) || in_flight_.folder;
    in_flight_.parent = std::exchange(parent_unsynced_, false) || in_flight_.parent;
    std::ranges::copy(in_flight_.files, std::back_inserter(plan.files));
    if (in_flight_.folder) {
        plan.folders.push_back(folder_);
    }
    if (in_flight_.parent) {
        plan.folders.push_back(folder_.parent_path());
    }
    flush_plans_ = plan.number;
    return plan;
}

FlushPlan Log::begin_flush_for_deletion() const {
    return {.disk = &disk_,
            .files = {},
            .snapshots = unsynced_snapshots_,
            .folders = {folder_},
            .up_to = recovery_point_,
            .truncations = truncations_};
}

void Log::flushed(const FlushPlan& plan, Now now) {
    note_written(plan);
    if (!plan.work->synced) {
        return;
    }
    if (plan.truncations == truncations_ && !is_broken()) {
        INVARIANT(plan.up_to <= log_end(), "flushed up to {} of {}", plan.up_to, log_end());
        recovery_point_ = std::max(recovery_point_, plan.up_to);
        if (plan.number == flush_plans_) {
            in_flight_ = {};
        }
    }
    if (!is_broken()) {
        // Not one that was written anew meanwhile.
        std::erase_if(unsynced_snapshots_, [&plan](const auto& unsynced) {
            const auto synced = plan.snapshots.find(unsynced.first);
            return (synced != plan.snapshots.end() && synced->second == unsynced.second) ||
                   unsynced.second == plan.work->writes.snapshot_file();
        });
    }
    if (plan.number > 0) {  // else no records were to be synced
        unflushed_since_ = unflushed() > 0 ? now.steady : never;
    }
}

Result<void> Log::truncate_to(Offset offset) {
    if (offset >= log_end() && !cut_half_) {
        return {};
    }
    INVARIANT(offset >= Offset{0}, "a cut at {}", offset);
    INVARIANT(held_.is_empty(), "{}: what is held behind {} is lost", partition_, offset);
    ++truncations_;
    forget_plan();
    cut_half_ = true;
    TRY(cut_files(offset));
    INVARIANT(log_end() <= offset, "{} ends at {} after a cut at {}", partition_, log_end(),
              offset);
    count_bytes();
    cut_to_ = std::min(cut_to_.value_or(log_end()), log_end());
    recovery_point_ = std::min(recovery_point_, log_end());
    log_start_ = std::min(log_start_, log_end());
    epochs_saved_ = !epochs_.truncate_to(log_end()) && epochs_saved_;
    TRY(load_producers(log_end(), active().created()));
    set_high_watermark(high_watermark_);
    TRY(epochs_saved_ ? Result<void>() : save_epochs());
    cut_half_ = false;
    return {};
}

/// What was cut must not come back with a crash, behind what is written instead of it.
Result<void> Log::cut_files(Offset offset) {
    TRY(finish_swap());
    if (offset < segments_.begin()->first) {
        TRY(remove_snapshots(offset, offset + 1));
        TRY(begin_anew(offset, active().created()));
    }
    while (active().base() > offset && segments_.size() > 1) {
        TRY(active().remove());
        segments_.erase(std::prev(segments_.end()));
        folder_unsynced_ = true;
    }
    TRY(active().truncate_to(offset));
    TRY(remove_snapshots(log_end() + 1, offset_max));
    TRY_ASSIGN(const auto file, active().file());
    TRY(file->sync());
    TRY_ASSIGN(const auto indexes, active().take_unsynced_indexes());
    for (const auto& index : indexes) {
        TRY(index->sync());
    }
    // An index may be new: then its name is not on the medium yet, and no later flush asks.
    const bool folder = folder_unsynced_ || !indexes.empty();
    return folder ? disk_.sync_directory(folder_) : Result<void>();
}

/// An empty log that begins at `start`, where no segment does: nothing of what was there can be
/// used, but a snapshot of that offset. The new segment comes first: without room for it the log
/// stays as it was.
Result<void> Log::begin_anew(Offset start, Timestamp created) {
    TRY_ASSIGN(auto first, Segment::create(disk_, folder_, start, config_, {Time{}, created}));
    folder_unsynced_ = true;
    while (!segments_.empty()) {
        TRY(segments_.rbegin()->second->remove());
        segments_.erase(std::prev(segments_.end()));
    }
    segments_.emplace(start, std::move(first));
    TRY(remove_snapshots(Offset{0}, start));
    TRY(remove_snapshots(start + 1, offset_max));
    producers_.clear();
    epochs_saved_ = !epochs_.truncate_to(Offset{0}) && epochs_saved_;
    TRY(epochs_saved_ ? Result<void>() : save_epochs());
    log_start_ = start;
    high_watermark_ = start;
    recovery_point_ = std::min(recovery_point_, start);
    count_bytes();
    return {};
}

void Log::count_bytes() {
    size_bytes_ = held_.bytes();
    for (const auto& [base, segment] : segments_) {
        size_bytes_ += segment->size();
    }
}

Result<void> Log::delete_records_before(Offset offset) {
    if (offset > high_watermark_) {
        return fail(ErrorCode::offset_out_of_range,
                    "{} cannot begin at offset {}: its high watermark is {}", partition_, offset,
                    high_watermark_);
    }
    if (offset > log_start_) {
        log_start_ = offset;
        // Written with the next records, so that a full disk does not keep records from being
        // deleted, which makes room: an older file is put right when the log is opened.
        epochs_saved_ = !epochs_.start_at(offset) && epochs_saved_;
    }
    return {};
}

/// The setting by which retention gives up the log's oldest segment; nullptr for none.
Result<const char*> Log::why_given_up(Segments::iterator oldest, Now now) const {
    const Segment& segment = *oldest->second;
    // Not by where its batches end: compaction may have left none.
    if (segments_.size() > 1 && std::next(oldest)->first <= log_start_) {
        return "log start offset";
    }
    if (!config_.cleanup_delete) {
        return nullptr;
    }
    if (config_.retention_bytes >= 0 &&
        size_bytes_ >= static_cast<std::uint64_t>(config_.retention_bytes) + segment.size()) {
        return "retention.bytes";
    }
    if (config_.retention_ms < 0) {
        return nullptr;
    }
    auto newest = segment.max_timestamp().timestamp;
    if (newest.get() < 0) {
        TRY_ASSIGN(newest, segment.modified());
    }
    return now.wall - newest > config_.retention_ms ? "retention.ms" : nullptr;
}

Result<std::size_t> Log::apply_retention(Now now) {
    std::size_t given_up = 0;
    while (true) {
        const auto oldest = segments_.begin();
        const Segment& segment = *oldest->second;
        // Compaction may leave a segment empty; that of an empty log stays.
        const bool is_only = segments_.size() == 1;
        if ((is_only && (segment.size() == 0 || is_unsettled())) ||
            segment.next_offset() > high_watermark_) {
            break;
        }
        TRY_ASSIGN(const char* const why, why_given_up(oldest, now));
        if (why == nullptr) {
            break;
        }
        if (is_only) {
            auto rolled = roll(now);
            rolled = rolled || is_broken() ? std::move(rolled) : roll(now, true);
            TRY(std::move(rolled));
        }
        TRY_ASSIGN(const bool outlived, producers_outlive(std::next(oldest)->first, now));
        if (!outlived) {
            break;
        }
        log_.info("{}: giving up the segment [{}, {}) of {} bytes by its {}", partition_,
                  segment.base(), segment.next_offset(), segment.size(), why);
        TRY(give_up_segment(oldest));
        ++given_up;
    }
    return given_up;
}

Result<void> Log::give_up_segment(Segments::iterator segment) {
    INVARIANT(segments_.size() > 1, "{} gives up its only segment", partition_);
    TRY(finish_swap());
    TRY(segment->second->mark_deleted());
    INVARIANT(size_bytes_ >= segment->second->size(), "{} bytes, {} to go", size_bytes_,
              segment->second->size());
    size_bytes_ -= segment->second->size();
    const Offset base = segment->first;
    deleted_.push_back(std::move(segment->second));
    segments_.erase(segment);
    folder_unsynced_ = true;
    const Offset first = segments_.begin()->first;
    log_start_ = std::max(log_start_, first);
    recovery_point_ = std::max(recovery_point_, first);
    set_high_watermark(high_watermark_);
    epochs_saved_ = !epochs_.start_at(log_start_) && epochs_saved_;
    return remove_snapshots(base, first);
}

std::vector<std::unique_ptr<Segment>> Log::take_deleted() {
    return std::exchange(deleted_, {});
}

void Log::close_idle_files() {
    for (auto& [base, segment] : segments_) {
        segment->close_idle();
    }
}

/// Unsynced: the next flush takes it along, so that each epoch is durable before its records are.
Result<void> Log::save_epochs() {
    const auto path = folder_ / leader_epoch_file;
    const auto fresh = folder_ / (std::string(leader_epoch_file) + ".tmp");
    TRY_ASSIGN(auto file, disk_.open(fresh, runtime::OpenMode::create_or_open));
    TRY(file->truncate(0));
    TRY(file->write_at(0, as_bytes(epochs_.to_text())));
    TRY(disk_.rename(fresh, path));
    unsynced_epochs_ = std::move(file);
    folder_unsynced_ = true;
    epochs_saved_ = true;
    return {};
}

/// Syncs nothing where nothing was written since the last flush: 2,000 idle logs took seconds.
Result<void> Log::close() {
    TRY(check_health());
    if (writing_) {
        return fail(ErrorCode::kafka_storage_error, "{} is still being written to", partition_);
    }
    const bool swaps = !swap_.replaced.empty();
    TRY(finish_swap());  // a segment whose files have two names was not closed in order
    TRY(held_.is_empty() ? Result<void>() : flush(Now{}));
    TRY(seal(active()));
    if (log_end() > Offset{0}) {
        TRY(save_producers());
    }
    TRY(epochs_saved_ ? Result<void>() : save_epochs());
    for (const auto offset : std::set(unsure_snapshots_)) {
        TRY(doubt_snapshot(offset));  // after an orderly stop nobody doubts any
    }
    if (unflushed() > 0 || swaps || !unsynced_.empty() || !in_flight_.files.empty() ||
        !unsynced_snapshots_.empty() || unsynced_epochs_) {
        TRY(flush(Now{}));
    }
    return check_health();  // another log's flush may have failed meanwhile
}

}  // namespace barnabas::log
