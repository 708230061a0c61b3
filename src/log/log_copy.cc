// A log that is filled from another one: a copy in another directory, which takes its place.
#include "base/invariant.h"
#include "log/file_names.h"
#include "log/log.h"

#include <algorithm>
#include <utility>

namespace barnabas::log {

Result<void> Log::append_copy(ByteView batches, Now now) {
    TRY(check_health());
    while (true) {
        TRY_ASSIGN(const auto batch, wire::next_batch(batches));
        if (!batch) {
            break;
        }
        TRY(append_copied(*batch, batches.first(batch->size()), now));
        batches = batches.subspan(batch->size());
    }
    if (!batches.empty()) {
        return fail(ErrorCode::corrupt_message, "{}: {} bytes of a copy that are no whole batch",
                    partition_, batches.size());
    }
    return {};
}

Result<void> Log::append_copied(const wire::BatchView& batch, ByteView bytes, Now now) {
    TRY(batch.ensure_valid());
    const Offset last = batch.last_offset();
    if (batch.base_offset() < log_end() || last < batch.base_offset()) {
        return fail(ErrorCode::corrupt_message, "{}: a batch of [{}, {}] behind {}", partition_,
                    batch.base_offset(), last, log_end());
    }
    TRY(roll_for(bytes.size(), last, batch.max_timestamp(), now));
    if (!active().can_hold(last)) {
        return fail(ErrorCode::corrupt_message, "{}: offset {} is too far behind {}", partition_,
                    last, log_end());
    }
    // As in recovery: a marker that cannot be read ends nothing.
    const auto end = read_transaction_end(batch).value_or(std::nullopt);
    if (end) {
        TRY(active().transactions().prepare());
    }
    if (batch.leader_epoch() > epochs_.latest()) {
        epochs_saved_ = !epochs_.assign(batch.leader_epoch(), batch.base_offset()) && epochs_saved_;
    }
    TRY(epochs_saved_ ? Result<void>() : save_epochs());
    TRY(active().append(bytes, last, {batch.max_timestamp(), last}));
    size_bytes_ += bytes.size();
    if (const auto aborted = producers_.apply(batch, end, now.wall)) {
        active().transactions().append(*aborted);
    }
    unflushed_since_ = std::min(unflushed_since_, now.steady);
    return {};
}

Result<runtime::FileSlice> Log::read_for(const Log& copy, std::uint32_t max_bytes) {
    // The batch that holds the start may begin before it.
    const bool first = copy.size_bytes() == 0;
    return read(first ? std::max(copy.log_end(), log_start_) : copy.log_end(),
                {.max_bytes = max_bytes, .at_least_one_batch = true, .end = log_end()});
}

Result<void> Log::succeed(const Log& old) {
    INVARIANT(partition_ == old.partition_, "{} succeeds {}", partition_, old.partition_);
    INVARIANT(log_end() == old.log_end(), "{} ends at {}, its copy at {}", partition_,
              old.log_end(), log_end());
    set_config(old.config_);
    log_start_ = std::max(log_start_, old.log_start_);
    epochs_ = old.epochs_;
    TRY(save_epochs());
    // Those of batches that retention took are not in the copy's own snapshots: one at its
    // beginning tells of them, also after a cut, and one at its end.
    TRY(remove_snapshots(Offset{0}, log_end() + 1));
    TRY(save_snapshot(segments_.begin()->first, old.producers_.without(producers_)));
    producers_ = old.producers_;
    TRY(save_producers());
    needed_snapshot_ = segments_.begin()->first;
    set_high_watermark(old.high_watermark_);
    truncations_ = std::max(truncations_, old.truncations_) + 1;  // plans of either are void
    return {};
}

Result<void> Log::move_to(const runtime::Path& folder) {
    TRY(disk_.rename(folder_, folder));
    folder_ = folder;
    for (auto& [base, segment] : segments_) {
        segment->moved_to(folder);
    }
    INVARIANT(deleted_.empty(), "{} has deleted segments while it moves", partition_);
    folder_unsynced_ = true;
    parent_unsynced_ = true;
    return {};
}

bool Log::is_the_end(const runtime::FileSlice& slice) const {
    const auto& last = active();
    return slice.size == 0 ||
           (last.is_file(slice.file) && slice.position + slice.size == last.size());
}

}  // namespace barnabas::log
