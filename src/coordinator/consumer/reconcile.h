#pragma once

#include "base/result.h"
#include "coordinator/consumer/assignment.h"
#include "coordinator/consumer/member.h"

#include <cstdint>
#include <functional>
#include <optional>

namespace barnabas::coordinator {

struct Reconciliation {
    const ConsumerMember& member;
    std::int32_t target_epoch = 0;
    const Assignment& target;
    bool subscription_changed = false;
    /// What the member says it owns; nothing: it does not say.
    const std::optional<Assignment>& owned;
    /// Whether the member subscribes to the topic, and whether others hold the partition.
    std::function<bool(const Uuid& topic)> subscribed;
    std::function<bool(const Uuid& topic, std::int32_t partition)> held_by_others;
};

/// The member's next step towards its target assignment (Kafka's CurrentAssignmentBuilder):
///   stable -> unrevoked: it has partitions that it should not have, and must say that it gave
///             them up; its epoch stays
///   unrevoked -> stable or unreleased: it has given them up; it has the target's epoch and what
///             is free of the target
///   unreleased -> stable: the rest of the target has become free
/// The same member if there is nothing to do. Always: what it is newly assigned nobody else holds.
/// fenced_member_epoch if its stored state is that of a newer coordinator and it still owns
/// partitions.
[[nodiscard]] Result<ConsumerMember> reconcile(const Reconciliation& step);

}  // namespace barnabas::coordinator
