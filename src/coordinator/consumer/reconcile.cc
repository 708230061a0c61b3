#include "coordinator/consumer/reconcile.h"

#include <algorithm>
#include <utility>

namespace barnabas::coordinator {
namespace {

/// What a member has against what it should have.
struct Difference {
    Holding kept;
    Holding surplus;
    Holding free;  // of the target, and nobody has it
    bool waits_for_others = false;
};

/// A member that does not say what it owns may own everything.
bool may_own_any(const std::optional<Assignment>& owned, const Holding& of) {
    return !owned || std::ranges::any_of(of, [&owned](const auto& topic) {
        return std::ranges::any_of(topic.second, [&](const HeldPartition& held) {
            return contains(*owned, topic.first, held.partition);
        });
    });
}

/// Topics that it does not subscribe to any more are not its own, whatever the target says, which
/// may be older than the subscription.
bool should_have(const Reconciliation& step, const Uuid& topic, std::int32_t partition) {
    return contains(step.target, topic, partition) && step.subscribed(topic);
}

Difference difference(const Reconciliation& step) {
    Difference result;
    for (const auto& [topic, partitions] : step.member.assigned) {
        for (const HeldPartition& held : partitions) {
            hold(should_have(step, topic, held.partition) ? result.kept : result.surplus, topic,
                 held);
        }
    }
    for (const auto& [topic, partitions] : step.target) {
        if (!step.subscribed(topic)) {
            continue;
        }
        for (const std::int32_t partition : partitions) {
            if (find_held(result.kept, topic, partition) != nullptr) {
                continue;
            }
            if (step.held_by_others(topic, partition)) {
                result.waits_for_others = true;
            } else {
                hold(result.free, topic, {.partition = partition, .epoch = step.target_epoch});
            }
        }
    }
    return result;
}

void move_to_epoch(ConsumerMember& member, std::int32_t epoch) {
    if (member.epoch != epoch) {
        member.previous_epoch = member.epoch;
        member.epoch = epoch;
    }
}

/// Towards the target, with `epoch` as long as something is to be revoked first.
ConsumerMember advance(const Reconciliation& step, std::int32_t epoch) {
    ConsumerMember next = step.member;
    Difference parts = difference(step);
    next.assigned = std::move(parts.kept);
    if (!parts.surplus.empty() && may_own_any(step.owned, parts.surplus)) {
        next.state = MemberState::unrevoked_partitions;
        next.revoking = std::move(parts.surplus);
        move_to_epoch(next, epoch);
        return next;
    }
    for (const auto& [topic, partitions] : parts.free) {
        for (const HeldPartition& partition : partitions) {
            hold(next.assigned, topic, partition);
        }
    }
    next.revoking.clear();
    next.state = parts.waits_for_others ? MemberState::unreleased_partitions : MemberState::stable;
    move_to_epoch(next, step.target_epoch);
    return next;
}

/// Its subscription has become smaller before there is a target for it: what is of other topics
/// goes at once.
ConsumerMember shrink(const Reconciliation& step) {
    ConsumerMember next = step.member;
    const auto is_of_others = [&step](const auto& topic) { return !step.subscribed(topic.first); };
    Holding surplus;
    for (const auto& topic : next.assigned) {
        if (is_of_others(topic)) {
            surplus.insert(topic);
        }
    }
    if (surplus.empty()) {
        return next;
    }
    std::erase_if(next.assigned, is_of_others);
    for (const auto& [topic, partitions] : next.revoking) {
        for (const HeldPartition& held : partitions) {
            hold(surplus, topic, held);
        }
    }
    if (may_own_any(step.owned, surplus)) {
        next.state = MemberState::unrevoked_partitions;
        next.revoking = std::move(surplus);
    }
    return next;
}

}  // namespace

Result<ConsumerMember> reconcile(const Reconciliation& step) {
    const ConsumerMember& member = step.member;
    switch (member.state) {
        case MemberState::stable:
            if (member.epoch != step.target_epoch) {
                return advance(step, member.epoch);
            }
            return step.subscription_changed ? shrink(step) : member;
        case MemberState::unrevoked_partitions:
            if (may_own_any(step.owned, member.revoking)) {
                return step.subscription_changed ? shrink(step) : member;
            }
            // It may be here because of its subscription, with no newer target yet.
            return advance(step, std::min(member.epoch + 1, step.target_epoch));
        case MemberState::unreleased_partitions:
            return advance(step, member.epoch);
        case MemberState::unknown:
            if (!step.owned || !step.owned->empty()) {
                return fail(ErrorCode::fenced_member_epoch,
                            "The state of member {} was stored by a newer coordinator and is not "
                            "known here. The member must abandon all its partitions and rejoin.",
                            member.id);
            }
            return advance(step, step.target_epoch);
    }
    return member;
}

}  // namespace barnabas::coordinator
