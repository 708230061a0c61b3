// What a log has accepted and not written yet: how it gets into a flush plan, and what becomes of
// it.
#include "base/invariant.h"
#include "log/file_names.h"
#include "log/log.h"

#include <cstdint>
#include <limits>
#include <utility>

namespace barnabas::log {
namespace {

/// How many bytes of batches a start after a crash looks through for producers' sequence numbers.
constexpr std::uint64_t snapshot_every = 32 << 20;

/// More than a disk that works writes while one plan is under way.
constexpr std::uint64_t held_bytes_max = 16 << 20;

}  // namespace

/// Where its size cannot be known before it is validated, because it is to be rewritten, it waits.
bool Log::append_needs_write(ByteView records) const {
    if (!is_unsettled()) {
        return false;
    }
    const auto rewritten = config_.compression || (records.size() > wire::batch_layout::magic_at &&
                                                   wire::BatchView(records).is_legacy());
    const auto last = log_end() + std::numeric_limits<std::int16_t>::max();
    return rewritten || needs_roll(records.size(), last) ||
           (!held_.is_empty() && held_.bytes() + records.size() > held_bytes_max);
}

Result<void> Log::hold(const wire::ValidatedBatch& batch, Offset last, wire::AppendOrigin origin) {
    TRY(active().prepare_append());
    auto bytes = std::make_shared<ByteBuffer>();
    bytes->append(batch.bytes);
    held_.add({.bytes = std::move(bytes),
               .last = last,
               .largest = {batch.max_timestamp, last},
               .of_coordinator = origin == wire::AppendOrigin::coordinator});
    return {};
}

/// `active_file` is there whenever anything is held.
void Log::plan_writes(FlushPlan::Work& work, std::shared_ptr<runtime::File> active_file) {
    auto& writes = work.writes;
    if (unflushed() > 0 && !epochs_saved_) {
        // Those that recovery has learned from records too: the next one believes them.
        writes.add_epochs(folder_ / leader_epoch_file, epochs_.to_text());
        epochs_saved_ = true;
    }
    if (!held_.is_empty()) {
        INVARIANT(active_file, "{} holds batches and has no file", partition_);
        PlannedWrites::Batches batches{
            .file = std::move(active_file), .position = active().size(), .parts = {}};
        for (const auto& batch : held_.batches()) {
            batches.parts.push_back(batch.bytes);
        }
        work.batch_bytes = held_.bytes();
        writes.add(std::move(batches));
    }
    if (bytes_since_snapshot_ >= snapshot_every) {
        plan_snapshot(writes);
    }
    active().lend_index_entries(writes);
    folder_unsynced_ = folder_unsynced_ || writes.has_epochs() || writes.snapshot();
    writing_ = !writes.is_empty();
}

void Log::note_written(const FlushPlan& plan) {
    if (plan.number != flush_plans_ || plan.truncations != truncations_ || !writing_) {
        return;
    }
    const auto& writes = plan.work->writes;
    writing_ = false;
    while (!held_.is_empty() && held_.batches().front().last < plan.up_to) {
        const auto batch = held_.take_first();
        active().appended(static_cast<std::uint32_t>(batch.bytes->size()), batch.last,
                          batch.largest);
    }
    if (!plan.work->synced && writes.epochs_file()) {
        unsynced_epochs_ = writes.epochs_file();
    }
    active().index_entries_written(writes.indexes_written());
    note_snapshot(writes);
}

void Log::flush_failed(const FlushPlan& plan, Now now) {
    if (plan.work->written) {
        note_written(plan);
        return;
    }
    if (plan.number != flush_plans_ || plan.truncations != truncations_ || !writing_) {
        return;
    }
    flush_failed(now);
}

void Log::flush_failed(Now now) {
    forget_plan();
    if (held_.has_any_of_coordinators() && !is_broken()) {
        // What a coordinator has in memory is not what its log says any more: it reads that again
        // when the directory is taken back.
        const auto sentence = fmt::format("records of {} cannot be written", partition_);
        disk_.report(
            {.trouble = runtime::DiskTrouble::broken, .path = folder_, .sentence = sentence});
    }
    if (!held_.is_empty()) {
        drop_held(now);
    }
}

/// The plan that is under way is void: what it has of this log's is planned again.
void Log::forget_plan() {
    if (std::exchange(writing_, false)) {
        epochs_saved_ = false;
        active().index_entries_written({});
    }
}

Result<void> Log::flush(Now now) {
    TRY_ASSIGN(const auto plan, begin_flush());
    auto synced = plan.sync();
    synced ? flushed(plan, now) : flush_failed(plan, now);
    return synced;
}

/// As if it had never been accepted.
void Log::drop_held(Now now) {
    ++truncations_;
    size_bytes_ -= held_.bytes();
    held_.clear();
    epochs_saved_ = !epochs_.truncate_to(written_end()) && epochs_saved_;
    // Whose end was to be a marker that is gone must not pass for aborted.
    auto cut = active().transactions().truncate_to(written_end());
    if (cut && !is_broken()) {
        cut = load_producers(written_end(), now.wall);
    }
    if (!cut) {
        log_.error("{}: {}; it takes no records until the broker is started again", partition_,
                   cut.error().message);
        cut_half_ = true;
    }
    set_high_watermark(high_watermark_);
}

}  // namespace barnabas::log
