// A log that is filled from another one: a copy in another directory, which takes its place.
#include "base/endian.h"
#include "base/invariant.h"
#include "log/file_names.h"
#include "log/log.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

namespace barnabas::log {
namespace {

/// Two logs of one partition can differ where neither was synced when the power went: in the newest
/// segments. No more of them: the shard waits for these reads, once in the life of a move.
constexpr int compared_max = 4;

/// What tells a batch from another one: its header, which holds the checksum of the rest.
struct BatchHead {
    std::uint32_t size = 0;  // of the batch
    std::vector<std::byte> header;

    [[nodiscard]] Offset base() const {
        return Offset{load_big_endian<std::int64_t>(header.data())};
    }
    friend bool operator==(const BatchHead&, const BatchHead&) = default;
};

/// Of the batch that holds `offset`, or of the next one; nothing where there is none to be read.
std::optional<BatchHead> head_at(Log& log, Offset offset) {
    const auto slice =
        log.read(offset, {.max_bytes = 1, .at_least_one_batch = true, .end = log.log_end()});
    if (!slice || slice->size < sizeof(std::int64_t)) {
        return std::nullopt;
    }
    BatchHead head{.size = slice->size, .header = {}};
    head.header.resize(std::min<std::size_t>(slice->size, wire::batch_layout::records_at));
    const auto got = slice->file->read_at(slice->position, head.header);
    return got && *got == head.header.size() ? std::optional(std::move(head)) : std::nullopt;
}

bool is_in_both(Log& log, Log& other, Offset offset) {
    const auto mine = head_at(log, offset);
    // Where compaction took `offset` away it is the next one of this log that counts.
    return mine && mine == head_at(other, std::max(offset, mine->base()));
}

}  // namespace

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

Result<void> Log::succeed(Log& old) {
    INVARIANT(partition_ == old.partition_, "{} succeeds {}", partition_, old.partition_);
    INVARIANT(log_end() <= old.log_end(), "{} ends at {}, its copy at {}", partition_,
              old.log_end(), log_end());
    INVARIANT(old.held_.is_empty() && held_.is_empty(), "{}: what is held is lost", partition_);
    set_config(old.config_);
    TRY(log_end() < old.log_end() ? skip_to_end_of(old) : Result<void>());
    log_start_ = std::max(log_start_, old.log_start_);
    epochs_ = old.epochs_;
    TRY(save_epochs());
    TRY(inherit_producers(old));
    producers_ = old.producers_;
    TRY(save_producers());
    needed_snapshot_ = segments_.begin()->first;
    set_high_watermark(old.high_watermark_);
    truncations_ = std::max(truncations_, old.truncations_) + 1;
    forget_plan();
    return {};
}

/// What was compacted may end with offsets that no record has any more: those behind them were cut,
/// or a crash took them. They are not given again.
Result<void> Log::skip_to_end_of(Log& old) {
    TRY_ASSIGN(const auto rest, old.read_for(*this, 1));
    INVARIANT(rest.size == 0, "{}: its copy lacks records from {} on", partition_, log_end());
    const Timestamp created = old.active().created();
    if (size_bytes_ == 0) {
        return begin_anew(old.log_end(), created);
    }
    const Offset base = old.log_end();
    TRY(seal(active()));
    TRY_ASSIGN(auto next, Segment::create(disk_, folder_, base, config_, {Time{}, created}));
    segments_.emplace(base, std::move(next));
    folder_unsynced_ = true;
    return {};
}

/// Of producers whose batches retention took the copy's own snapshots do not tell, nor of what
/// others wrote before it begins: one at its beginning does, also after a cut. It is as old as the
/// beginning, except where `old` has given up more than this log: then it tells, of who wrote
/// nothing in between, what was known where `old` begins. Of transactions it tells nothing, as the
/// transaction index of a copy does not: their records in the copy are of a new one.
Result<void> Log::inherit_producers(Log& old) {
    const Offset begin = segments_.begin()->first;
    const Offset from = std::max(begin, old.segments_.begin()->first);
    TRY_ASSIGN(auto producers, old.producers_at(from, no_timestamp));
    ProducerStates since;
    for (auto at = segments_.begin(); at != segments_.end() && at->first < from; ++at) {
        TRY(replay_producers(*at->second, begin, from, no_timestamp, since));
    }
    TRY(remove_snapshots(Offset{0}, log_end() + 1));
    return save_snapshot(begin, producers.without(since));
}

Result<void> Log::inherit_if_lost(Log& old) {
    TRY(doubt_snapshot(segments_.begin()->first));  // it may be in memory alone
    TRY_ASSIGN(const bool known, has_sound_snapshot(segments_.begin()->first));
    if (known || segments_.begin()->first == Offset{0}) {
        return {};
    }
    TRY(inherit_producers(old));
    TRY(load_producers(log_end(), no_timestamp));
    return save_producers();
}

bool Log::is_beginning_of(Log& longer) {
    if (size_bytes() == 0) {
        return true;
    }
    const Offset from = std::max({segments_.begin()->first, log_start_, longer.log_start_});
    Offset end = log_end();
    if (from < end && !head_at(*this, end - 1)) {
        end = end_of_batches().value_or(from);  // those behind went with a crash
    }
    if (from >= end) {
        return false;
    }
    const auto& epochs = epochs_.entries();
    for (std::size_t i = 0; i < epochs.size(); ++i) {
        const Offset next = i + 1 < epochs.size() ? epochs[i + 1].start : end;
        const Offset first = std::max(epochs[i].start, from);
        if (first < std::min(next, end) && longer.epochs_.of(first) != epochs[i].epoch) {
            return false;
        }
    }
    int compared = 0;
    for (auto at = segments_.rbegin(); at != segments_.rend() && compared < compared_max; ++at) {
        const auto& [base, segment] = *at;
        const Offset last = std::min(segment->next_offset(), end) - 1;
        if (segment->size() == 0 || last < from) {
            continue;
        }
        ++compared;
        if (!is_in_both(*this, longer, std::max(base, from)) || !is_in_both(*this, longer, last)) {
            return false;
        }
    }
    return compared > 0;
}

/// Compaction leaves segments without a batch, and a crash does. Reads the headers of a whole one.
Result<Offset> Log::end_of_batches() {
    for (const auto& [base, segment] : std::views::reverse(segments_)) {
        if (segment->size() > 0) {
            Offset end = base;
            TRY(segment->scan(0, [&end](const ScannedBatch& batch) {
                end = batch.header.last_offset() + 1;
                return true;
            }));
            return end;
        }
    }
    return segments_.begin()->first;
}

Result<Offset> Log::end_beside(Log& other) {
    for (auto at = segments_.begin(); std::next(at) != segments_.end(); ++at) {
        const Offset hole = at->second->next_offset();
        const Offset next = std::next(at)->first;
        const Offset from = std::max(hole, other.log_start());
        if (from < std::min(next, other.log_end())) {
            TRY_ASSIGN(const auto filled,
                       other.read(from, {.max_bytes = 1, .at_least_one_batch = true, .end = next}));
            if (filled.size > 0) {
                return hole;
            }
        }
    }
    return log_end();
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
