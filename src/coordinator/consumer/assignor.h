#pragma once

#include "base/uuid.h"
#include "coordinator/consumer/assignment.h"
#include "coordinator/consumer/config.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// What an assignor sees of a group (Kafka's GroupSpec). Views and pointers outlive the call.
struct AssignorInput {
    struct Member {
        std::string_view id;
        std::optional<std::string_view> instance_id;
        /// Sorted; all in AssignorInput::partitions.
        const std::vector<Uuid>* topics = nullptr;
        /// What it has been assigned so far; no partition stands with two members.
        const Assignment* current = nullptr;
    };

    std::vector<Member> members;              // in the order of their ids
    std::map<Uuid, std::int32_t> partitions;  // of each topic that somebody subscribes to
    bool homogeneous = true;                  // all members subscribe to the same topics
};

/// For each member of the input, in its order. Each partition of a topic that somebody subscribes
/// to stands with exactly one of the topic's subscribers.
using AssignorOutput = std::vector<Assignment>;

/// Alike for alike input.
[[nodiscard]] AssignorOutput assign(AssignorKind kind, const AssignorInput& input);

}  // namespace barnabas::coordinator
