// What compaction asks of a log, and how its work takes the place of what it replaces.
#include "base/invariant.h"
#include "log/file_names.h"
#include "log/log.h"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <utility>

namespace barnabas::log {

Result<LogFacts> Log::compaction_facts() {
    LogFacts facts{.log_start = log_start_,
                   .log_end = log_end(),
                   .last_stable = last_stable_offset(),
                   .segments = {},
                   .cut_to = {}};
    facts.segments.reserve(segments_.size());
    for (auto& [base, segment] : segments_) {
        SegmentAge& fact = facts.segments.emplace_back();
        fact.base = base;
        fact.size = segment->size();
        fact.newest = segment->max_timestamp().timestamp;
        if (config_.min_compaction_lag_ms > 0 && fact.newest.get() < 0) {
            TRY_ASSIGN(fact.newest, segment->modified());
        }
        if (config_.max_compaction_lag_ms < std::numeric_limits<std::int64_t>::max()) {
            TRY_ASSIGN(const auto first, segment->rolls_from());
            fact.first = first.value_or(no_timestamp);
        }
    }
    facts.cut_to = std::exchange(cut_to_, std::nullopt);
    return facts;
}

std::vector<ColdPart> Log::compaction_facts_reads() {
    std::vector<ColdPart> parts;
    if (config_.max_compaction_lag_ms == std::numeric_limits<std::int64_t>::max()) {
        return parts;
    }
    for (auto& [base, segment] : segments_) {
        if (auto cold = segment->cold_head(); cold && *cold) {
            parts.push_back(std::move(**cold));
        }
    }
    return parts;
}

/// One that began below `end` may have been aborted in a later segment: they are looked through up
/// to the first one that tells that none was open any more (try_aborted_transactions()).
std::vector<ColdPart> Log::compaction_source_reads(Offset end) {
    std::vector<ColdPart> parts;
    const auto tells = [end](const AbortedTransaction& one) {
        return one.last_stable_offset >= end;
    };
    for (auto& [base, segment] : segments_) {
        auto& index = segment->transactions();
        if (auto cold = index.file().cold(); cold && *cold) {
            parts.push_back(std::move(**cold));
        } else if (base >= end) {
            if (const auto all = index.all(); all && std::ranges::any_of(*all, tells)) {
                break;
            }
        }
    }
    return parts;
}

Result<std::optional<CompactionSource>> Log::compaction_source(Offset first_dirty, Offset end) {
    TRY(finish_swap());
    const auto limit = segments_.find(end);
    if (limit == segments_.end() || limit == segments_.begin() || first_dirty >= end ||
        end > last_stable_offset() || end > recovery_point_) {
        return std::optional<CompactionSource>();
    }
    CompactionSource source{.disk = &disk_,
                            .folder = folder_,
                            .partition = partition_,
                            .config = config_,
                            .segments = {},
                            .aborted = {},
                            .producers = producers_.lasts(),
                            .first_dirty = first_dirty,
                            .end = end,
                            .truncations = truncations_};
    TRY_ASSIGN(source.aborted, aborted_transactions(segments_.begin()->first, end));
    for (auto at = segments_.begin(); at != limit; ++at) {
        Segment& segment = *at->second;
        TRY_ASSIGN(const auto indexes, segment.index_bytes());
        TRY_ASSIGN(const auto modified, segment.modified());
        TRY_ASSIGN(auto file, segment.file());
        source.segments.push_back({.base = at->first,
                                   .end = std::next(at)->first,
                                   .file = std::move(file),
                                   .size = segment.size(),
                                   .offset_index_bytes = indexes.first,
                                   .time_index_bytes = indexes.second,
                                   .modified = modified});
    }
    return std::optional(std::move(source));
}

bool Log::still_holds(const CleanedGroup& group) const {
    const auto same = [this](const SourceSegment& source) {
        const auto at = segments_.find(source.base);
        return at != segments_.end() && std::next(at) != segments_.end() &&
               std::next(at)->first == source.end && at->second->is_file(source.file) &&
               at->second->size() == source.size;
    };
    return group.truncations == truncations_ && std::ranges::all_of(group.replaced, same);
}

Result<bool> Log::swap_in(CleanedGroup& group) {
    INVARIANT(!group.fresh.empty() && group.fresh.front()->base() == group.replaced.front().base,
              "{}: {} segments replace {}", partition_, group.fresh.size(), group.replaced.size());
    INVARIANT(group.fresh.back()->next_offset() <= group.replaced.back().end, "{} reaches {} of {}",
              partition_, group.fresh.back()->next_offset(), group.replaced.back().end);
    TRY(finish_swap());
    if (!still_holds(group)) {
        return false;
    }
    folder_unsynced_ = true;
    // The last comes first: as long as one is .cleaned, an open takes none of those behind it.
    for (auto& fresh : std::views::reverse(group.fresh)) {
        TRY(fresh->rename(swap_suffix));
    }
    // From here on an open completes it, and so does this log, whatever fails.
    for (const auto& source : group.replaced) {
        swap_.old.push_back(std::move(segments_.extract(source.base).mapped()));
        swap_.replaced.push_back(source.base);
    }
    for (auto& segment : std::exchange(group.fresh, {})) {
        segment->set_config(config_);
        swap_.fresh.push_back(segment->base());
        segments_.emplace(segment->base(), std::move(segment));
    }
    count_bytes();
    TRY(finish_swap());
    return true;
}

/// What fails waits for the next attempt: before another compaction, which would take the same
/// names, and before segments are removed, behind or below which what was replaced would be found.
Result<void> Log::finish_swap() {
    folder_unsynced_ = folder_unsynced_ || !swap_.replaced.empty();
    while (!swap_.old.empty()) {
        TRY(swap_.old.front()->mark_deleted());
        deleted_.push_back(std::move(swap_.old.front()));
        swap_.old.erase(swap_.old.begin());
    }
    for (; !swap_.fresh.empty(); swap_.fresh.erase(swap_.fresh.begin())) {
        TRY(segments_.at(swap_.fresh.front())->rename({}));
    }
    for (; !swap_.replaced.empty(); swap_.replaced.pop_back()) {
        const Offset base = swap_.replaced.back();
        TRY(segments_.contains(base) ? Result<void>() : remove_snapshots(base, base + 1));
    }
    return {};
}

}  // namespace barnabas::log
