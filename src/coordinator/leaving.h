#pragma once

#include "wire/messages/leave_group.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace barnabas::coordinator {

/// Since this version of LeaveGroup several members leave with a request (KIP-345).
inline constexpr std::int16_t leaves_several_since = 3;

/// Who leaves with a request of this version.
[[nodiscard]] inline std::vector<wire::LeaveGroupRequest::Member> leaving_members(
    const wire::LeaveGroupRequest& request, std::int16_t version) {
    if (version >= leaves_several_since) {
        return request.members;
    }
    wire::LeaveGroupRequest::Member one;
    one.member_id = request.member_id;
    return {std::move(one)};
}

}  // namespace barnabas::coordinator
