#pragma once

#include "base/time.h"
#include "coordinator/consumer/assignment.h"
#include "coordinator/consumer/config.h"
#include "coordinator/consumer/subscriptions.h"
#include "coordinator/record.h"

#include <cstdint>
#include <map>
#include <string>

namespace barnabas::coordinator {

/// A group's new target assignment, and what stores it: a record for each member whose target
/// differs from its stored one, then the epoch (TargetAssignmentBuilder).
struct TargetAssignment {
    std::map<std::string, Assignment, std::less<>> members;
    Records records;
};

struct TargetRequest {
    const GroupDraft& draft;
    const TopicsView& topics;
    AssignorKind assignor = AssignorKind::uniform;
    std::int32_t epoch = 0;
    Timestamp when{};
    /// A static member's new id and the one that it had: it goes on with what that one had.
    std::string_view replacing{};
};

[[nodiscard]] TargetAssignment compute_target(const TargetRequest& request);

/// The one that most members ask for; that of the configuration's first where none is asked for or
/// as many ask for others (ConsumerGroup.computePreferredServerAssignor).
[[nodiscard]] AssignorKind preferred_assignor(const GroupDraft& draft,
                                              const ConsumerGroupConfig& config);

}  // namespace barnabas::coordinator
