#pragma once

#include "base/error_code.h"
#include "coordinator/classic/classic_group.h"
#include "coordinator/outcome.h"
#include "wire/messages/join_group.h"
#include "wire/messages/sync_group.h"

#include <cstdint>
#include <optional>
#include <string>

namespace barnabas::coordinator {

// What members are told. Before version 7 of JoinGroup no protocol is "", since then it is null
// (org.apache.kafka.common.requests.JoinGroupResponse).

[[nodiscard]] wire::JoinGroupResponse join_refused(ErrorCode error, std::string member,
                                                   std::int16_t version);

/// The member is in the group's generation; who leads it is told who is in it.
/// `skip_assignment`: the leader is to assign nothing, for the generation is stable (KIP-814).
void tell_generation(const ClassicGroup& group, const ClassicGroupMember& member, ClassicWait wait,
                     bool skip_assignment, Decisions& out);
/// The same, as if `leader` led: the member does not take itself for it.
void tell_generation_led_by(std::string leader, const ClassicGroup& group,
                            const ClassicGroupMember& member, ClassicWait wait, Decisions& out);

[[nodiscard]] wire::SyncGroupResponse sync_refused(ErrorCode error);
void tell_assignment(const ClassicGroup& group, const ClassicGroupMember& member, Ticket ticket,
                     Decisions& out);

}  // namespace barnabas::coordinator
