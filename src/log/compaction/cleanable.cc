#include "log/compaction/cleanable.h"

#include "base/invariant.h"

#include <algorithm>
#include <limits>
#include <span>

namespace barnabas::log {
namespace {

/// The sealed segments from the one that holds `offset` on.
std::span<const SegmentAge> sealed_from(const LogFacts& facts, Offset offset) {
    const std::span all(facts.segments);
    const auto sealed = all.first(all.size() - 1);
    auto at = std::ranges::upper_bound(sealed, offset, {}, &SegmentAge::base);
    if (at != sealed.begin()) {
        --at;
    }
    const bool in_active = offset >= all.back().base;
    return in_active ? sealed.last(0)
                     : sealed.subspan(static_cast<std::size_t>(at - sealed.begin()));
}

Offset first_dirty(const LogFacts& facts, const LogConfig& config, std::optional<Offset> checkpoint,
                   std::string& invalid) {
    const Offset at = checkpoint.value_or(facts.log_start);
    if (at < facts.log_start) {
        // With deletion the log's start moves on by itself.
        if (!config.cleanup_delete) {
            invalid = fmt::format("it was compacted up to {}, but begins at {}: from there on", at,
                                  facts.log_start);
        }
        return facts.log_start;
    }
    if (at > facts.log_end) {
        invalid = fmt::format(
            "it was compacted up to {}, but ends at {}: all of it is compacted again from {} on",
            at, facts.log_end, facts.log_start);
        return facts.log_start;
    }
    return at;
}

/// The base of the first segment with records that are younger than min.compaction.lag.ms.
std::optional<Offset> first_too_young(std::span<const SegmentAge> dirty, const LogConfig& config,
                                      Timestamp now) {
    if (config.min_compaction_lag_ms <= 0) {
        return std::nullopt;
    }
    const auto young = std::ranges::find_if(dirty, [&](const SegmentAge& segment) {
        return segment.newest > now - config.min_compaction_lag_ms;
    });
    return young == dirty.end() ? std::nullopt : std::optional(young->base);
}

std::int64_t overdue_ms(std::span<const SegmentAge> dirty, const LogConfig& config, Timestamp now) {
    Timestamp oldest{std::numeric_limits<std::int64_t>::max()};
    for (const auto& segment : dirty) {
        oldest = segment.first.get() > 0 ? std::min(oldest, segment.first) : oldest;
    }
    const Timestamp kept = now - std::max<std::int64_t>(config.max_compaction_lag_ms, 0);
    return oldest < kept ? kept - oldest : 0;
}

}  // namespace

double Cleanable::ratio() const {
    return total_bytes() == 0
               ? 0
               : static_cast<double>(dirty_bytes) / static_cast<double>(total_bytes());
}

Cleanable find_cleanable(const LogFacts& facts, const LogConfig& config,
                         std::optional<Offset> checkpoint, Timestamp now) {
    INVARIANT(!facts.segments.empty(), "a log without segments");
    Cleanable found;
    found.first_dirty = first_dirty(facts, config, checkpoint, found.invalid);
    const auto dirty = sealed_from(facts, found.first_dirty);
    Offset limit = std::min(facts.last_stable, facts.segments.back().base);
    limit = std::min(limit, first_too_young(dirty, config, now).value_or(limit));
    limit = std::max(limit, found.first_dirty);
    const auto behind = sealed_from(facts, limit);
    found.end = behind.empty() ? facts.segments.back().base : behind.front().base;
    const Offset first_segment = dirty.empty() ? found.end : dirty.front().base;
    for (const auto& segment : facts.segments) {
        found.clean_bytes += segment.base < found.first_dirty ? segment.size : 0;
        found.dirty_bytes +=
            segment.base >= first_segment && segment.base < found.end ? segment.size : 0;
    }
    found.overdue_ms = overdue_ms(dirty, config, now);
    return found;
}

}  // namespace barnabas::log
