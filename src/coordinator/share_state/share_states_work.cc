// What nobody asks for: states of topics that are gone, snapshots of what is not written any more,
// and how far the log may be pruned (ShareCoordinatorService's periodic jobs).
#include "coordinator/share_state/share_states.h"

#include <algorithm>
#include <utility>

namespace barnabas::coordinator {
namespace {

/// A batch of own records has at most so many, and so many bytes unless one alone has more.
constexpr std::size_t records_at_once_max = 100;
constexpr std::size_t bytes_at_once_max = 256 << 10;
/// So many states are looked at in one step.
constexpr std::size_t looked_at_max = 1000;

}  // namespace

void ShareStates::topics_changed() {
    for (const auto& [id, count] : topics_) {
        if (!ports_.topics.name_of(id)) {
            gone_.insert(id);
        }
    }
}

Time ShareStates::next_due() const {
    if (!gone_.empty() || cold_from_) {
        return Time{};
    }
    const Time cold = states_.empty() ? never : cold_due_;
    const bool may_prune = redundant_before() && redundant_before() != pruned_;
    return std::min(cold, may_prune ? prune_due_ : never);
}

Result<void> ShareStates::work(Now now) {
    TRY(forget_gone(now));
    return snapshot_cold(now);
}

/// A topic at a time, and of that at most a batch.
Result<void> ShareStates::forget_gone(Now now) {
    if (gone_.empty()) {
        return {};
    }
    Records tombstones;
    for (const auto& [key, state] : states_) {
        if (tombstones.size() == records_at_once_max) {
            break;
        }
        if (gone_.contains(key.topic)) {
            tombstones.push_back(share_state_tombstone(key));
        }
    }
    const bool is_all = tombstones.size() < records_at_once_max;
    TRY(store(tombstones, now));
    if (is_all) {
        gone_.clear();
    }
    return {};
}

/// A round takes every state whose last snapshot is old, also one that had such a snapshot before:
/// the oldest snapshot holds up the pruning. Not if that is so of all of them: then nothing was
/// written since the last round.
Result<void> ShareStates::snapshot_cold(Now now) {
    if (!cold_from_) {
        if (now.steady < cold_due_) {
            return {};
        }
        const bool is_all_cold = std::ranges::all_of(states_, [](const auto& entry) {
            return entry.second.created != entry.second.written;
        });
        if (is_all_cold) {
            cold_due_ = now.steady + config_.cold_interval;
            return {};
        }
        cold_from_ = states_.begin()->first;
    }
    Records snapshots;
    std::size_t bytes = 0;
    std::size_t looked_at = 0;
    auto at = states_.lower_bound(*cold_from_);
    for (; at != states_.end() && ++looked_at <= looked_at_max; ++at) {
        if (at->second.written > now.wall - config_.cold_interval.count()) {
            continue;
        }
        ShareState cold = at->second;
        cold.snapshot_epoch = next_snapshot_epoch(cold);
        cold.written = now.wall;
        auto snapshot = share_snapshot_record(at->first, cold);
        bytes += snapshot.key.size() + snapshot.value->size();
        const bool is_full = snapshots.size() == records_at_once_max || bytes > bytes_at_once_max;
        if (is_full && !snapshots.empty()) {
            break;
        }
        snapshots.push_back(std::move(snapshot));
    }
    // What cannot be written now is in the next round again.
    if (at == states_.end()) {
        cold_from_.reset();
        cold_due_ = now.steady + config_.cold_interval;
    } else {
        cold_from_ = at->first;
    }
    return store(snapshots, now);
}

std::optional<Offset> ShareStates::redundant_before() const {
    return redundant_before_ && *redundant_before_ > Offset{0} ? redundant_before_ : std::nullopt;
}

std::optional<Offset> ShareStates::to_prune(Now now) const {
    if (now.steady < prune_due_ || redundant_before() == pruned_) {
        return std::nullopt;
    }
    return redundant_before();
}

void ShareStates::pruned(Offset before, Now now) {
    pruned_ = before;
    prune_due_ = now.steady + config_.prune_interval;
}

void ShareStates::not_pruned(Now now) {
    prune_due_ = now.steady + config_.prune_interval;
}

}  // namespace barnabas::coordinator
