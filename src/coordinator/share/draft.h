#pragma once

#include "coordinator/consumer/topics_view.h"
#include "coordinator/record.h"
#include "coordinator/share/share_group.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

/// A share group as it will be when a decision's records are applied: the group that there is, with
/// a member changed or new, or a member gone. Nothing is copied: it lives as long as a decision.
struct ShareDraft {
    const ShareGroup& group;
    const ShareMember* changed = nullptr;  // in place of the one with its id, if there is one
    std::string_view gone{};               // a member's id; empty: none

    /// In the order of their ids.
    void each_member(const std::function<void(const ShareMember&)>& visit) const;
    [[nodiscard]] std::size_t member_count() const;
    /// The names of all topics that somebody subscribes to, whether they exist or not.
    [[nodiscard]] std::set<std::string, std::less<>> topics() const;
};

/// A group's new target assignment, and what stores it: a record for each member whose target
/// differs from its stored one, then the epoch (TargetAssignmentBuilder).
struct ShareTarget {
    ShareGroup::Targets members;
    Records records;
};
/// Only initialized partitions of topics that exist are assigned.
[[nodiscard]] ShareTarget compute_share_target(const ShareDraft& draft, const TopicsView& topics,
                                               std::int32_t epoch, Timestamp when);

/// Whether partitions were initialized, or went, since the target was computed, as far as the
/// draft's members subscribe to them (initializedAssignmentPending).
[[nodiscard]] bool is_assignment_outdated(const ShareDraft& draft, const TopicsView& topics);

/// Partitions that somebody subscribes to and that have no state, without those that were asked for
/// after `asked_before` and are not answered yet (subscribedTopicsChangeMap).
[[nodiscard]] SharePartitions::Topics uninitialized(const ShareDraft& draft,
                                                    const TopicsView& topics, Time asked_before);

}  // namespace barnabas::coordinator
