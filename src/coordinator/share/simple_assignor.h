#pragma once

#include "base/uuid.h"
#include "coordinator/consumer/assignment.h"

#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// The name of the only assignor that share groups have.
inline constexpr std::string_view simple_assignor_name = "simple";

/// What the assignor sees of a share group. Pointers outlive the call.
struct SimpleInput {
    struct Member {
        const std::vector<Uuid>* topics = nullptr;  // sorted; those that exist
        const Assignment* current = nullptr;        // what it was to have so far
    };

    std::vector<Member> members;  // in the order of their ids
    Assignment assignable;        // of topics that somebody subscribes to: what may be assigned
};

/// Shares partitions out among members (KIP-932, Kafka's SimpleAssignor): several members may have
/// one partition, which they read side by side. For each member of the input, in its order.
///   - Every assignable partition of a subscribed topic has a member.
///   - Each partition has as many members as it takes for nobody to have nothing: ceil(members /
///     partitions), give or take where that does not come out even.
///   - The numbers of partitions that two members have differ by one at most, as far as members
///     need not have one partition twice.
///   - What a member had it keeps where that allows it.
/// Where all subscribe to the same topics all their partitions are counted together, else each
/// topic is shared out among its own subscribers.
/// Alike for alike input. Kafka's own choice among equals follows from the order of hash tables.
[[nodiscard]] std::vector<Assignment> assign_simple(const SimpleInput& input);

}  // namespace barnabas::coordinator
