// A log's upkeep: rolling, flushing, retention, truncation, closing.
#include "base/invariant.h"
#include "log/file_names.h"
#include "log/log.h"

#include <algorithm>
#include <utility>

namespace barnabas::log {

bool Log::time_to_roll(Timestamp newest, Now now) const {
    const Segment& segment = active();
    if (segment.size() == 0) {
        return false;
    }
    // As Kafka: by the records' own time where they have one, else by the clock.
    const auto waited = segment.rolls_from() && newest.get() >= 0 ? newest - *segment.rolls_from()
                                                                  : now.wall - segment.created();
    return waited > config_.segment_ms - jitter_ms_;
}

Result<void> Log::roll_for(std::size_t bytes, Offset last, Timestamp newest, Now now) {
    const Segment& segment = active();
    const bool full = segment.size() > 0 && segment.size() + bytes > config_.segment_bytes;
    if (full || segment.indexes_full() || !segment.can_hold(last) || time_to_roll(newest, now)) {
        return roll(now);
    }
    return {};
}

Result<void> Log::roll_if_due(Now now) {
    return time_to_roll(no_timestamp, now) ? roll(now) : Result<void>();
}

Result<void> Log::roll(Now now) {
    const Offset base = log_end();
    INVARIANT(base > active().base(), "{} rolls an empty segment at {}", partition_, base);
    TRY(active().seal());
    TRY(save_producers());
    TRY_ASSIGN(auto next, Segment::create(disk_, folder_, base, config_, now));
    segments_.emplace(base, std::move(next));
    return {};
}

bool Log::flush_due(Now now) const {
    if (unflushed() == 0) {
        return false;
    }
    const bool by_count = unflushed() >= config_.flush_messages;
    const bool by_time =
        unflushed_since_ != never && (now.steady - unflushed_since_) / 1ms >= config_.flush_ms;
    return by_count || by_time || active().base() > recovery_point_;
}

Result<FlushPlan> Log::begin_flush() {
    FlushPlan plan{.files = {}, .up_to = log_end()};
    for (auto at = segment_holding(recovery_point_); at != segments_.end(); ++at) {
        plan.files.push_back(at->second->file());
    }
    return plan;
}

void Log::flushed(const FlushPlan& plan, Now now) {
    recovery_point_ = std::max(recovery_point_, std::min(plan.up_to, log_end()));
    unflushed_since_ = unflushed() > 0 ? now.steady : never;
}

Result<void> Log::truncate_to(Offset offset) {
    if (offset >= log_end()) {
        return {};
    }
    while (active().base() > offset && segments_.size() > 1) {
        TRY(active().remove());
        segments_.erase(std::prev(segments_.end()));
    }
    TRY(active().truncate_to(std::max(offset, active().base())));
    size_bytes_ = 0;
    for (const auto& [base, segment] : segments_) {
        size_bytes_ += segment->size();
    }
    if (epochs_.truncate_to(log_end())) {
        TRY(save_epochs());
    }
    TRY(remove_snapshots(log_end() + 1, Offset{std::numeric_limits<std::int64_t>::max()}));
    TRY(load_producers(log_end()));
    recovery_point_ = std::min(recovery_point_, log_end());
    log_start_ = std::min(log_start_, log_end());
    set_high_watermark(std::min(high_watermark_, log_end()));
    return {};
}

Result<void> Log::delete_records_before(Offset offset) {
    if (offset > high_watermark_) {
        return fail(ErrorCode::offset_out_of_range,
                    "{} cannot begin at offset {}: its high watermark is {}", partition_, offset,
                    high_watermark_);
    }
    if (offset > log_start_) {
        log_start_ = offset;
        if (epochs_.start_at(offset)) {
            TRY(save_epochs());
        }
    }
    return {};
}

Result<std::size_t> Log::apply_retention(Now now) {
    std::size_t given_up = 0;
    while (true) {
        const auto oldest = segments_.begin();
        const Segment& segment = *oldest->second;
        const bool last = segments_.size() == 1;
        const Offset end = segment.next_offset();
        if (segment.size() == 0 || end > high_watermark_) {
            break;
        }
        const auto newest = segment.max_timestamp().timestamp.get() >= 0
                                ? segment.max_timestamp().timestamp
                                : segment.created();
        const bool by_start = !last && end <= log_start_;
        const bool by_time = config_.cleanup_delete && config_.retention_ms >= 0 &&
                             now.wall - newest > config_.retention_ms;
        const bool by_size =
            !last && config_.cleanup_delete && config_.retention_bytes >= 0 &&
            size_bytes_ >= static_cast<std::uint64_t>(config_.retention_bytes) + segment.size();
        if (!by_start && !by_time && !by_size) {
            break;
        }
        if (last) {
            TRY(roll(now));
        }
        log_.info("{}: giving up the segment [{}, {}) of {} bytes by {}", partition_,
                  segment.base(), end, segment.size(),
                  by_start  ? "its log start offset"
                  : by_time ? "retention.ms"
                            : "retention.bytes");
        TRY(give_up_segment(oldest));
        ++given_up;
    }
    return given_up;
}

Result<void> Log::give_up_segment(Segments::iterator segment) {
    INVARIANT(segments_.size() > 1, "{} gives up its only segment", partition_);
    size_bytes_ -= segment->second->size();
    TRY(segment->second->mark_deleted());
    const Offset base = segment->first;
    deleted_.push_back(std::move(segment->second));
    segments_.erase(segment);
    const Offset first = segments_.begin()->first;
    log_start_ = std::max(log_start_, first);
    if (epochs_.start_at(log_start_)) {
        TRY(save_epochs());
    }
    return remove_snapshots(base, first);
}

std::vector<std::unique_ptr<Segment>> Log::take_deleted() {
    return std::exchange(deleted_, {});
}

/// Unsynced on purpose: a file that a crash tears is learned anew from the batches.
Result<void> Log::save_epochs() {
    const auto path = folder_ / leader_epoch_file;
    const auto fresh = folder_ / (std::string(leader_epoch_file) + ".tmp");
    {
        TRY_ASSIGN(const auto file, disk_.open(fresh, runtime::OpenMode::create_or_open));
        TRY(file->truncate(0));
        TRY(file->write_at(0, as_bytes(epochs_.to_text())));
    }
    return disk_.rename(fresh, path);
}

Result<void> Log::save_producers() {
    const auto bytes = wire::write_producer_snapshot(producers_.snapshot());
    const auto path = folder_ / file_name(log_end(), snapshot_suffix);
    TRY_ASSIGN(const auto file, disk_.open(path, runtime::OpenMode::create_or_open));
    TRY(file->truncate(0));
    return file->write_at(0, bytes.view());
}

Result<void> Log::remove_snapshots(Offset from, Offset end) {
    TRY_ASSIGN(const auto entries, disk_.list(folder_));
    for (const auto& entry : entries) {
        const auto offset = offset_of_file(entry.name, snapshot_suffix);
        if (offset && *offset >= from && *offset < end) {
            TRY(disk_.remove(folder_ / entry.name));
        }
    }
    return {};
}

Result<void> Log::close() {
    TRY_ASSIGN(const auto plan, begin_flush());
    TRY(plan.sync());
    recovery_point_ = log_end();
    for (auto& [base, segment] : segments_) {
        TRY(segment->seal());
    }
    if (log_end() > Offset{0}) {
        TRY(save_producers());
    }
    return {};
}

}  // namespace barnabas::log
