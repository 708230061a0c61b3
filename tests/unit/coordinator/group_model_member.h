#pragma once

#include "coordinator/consumer/assignment.h"
#include "coordinator/group.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::coordinator::testing {

/// A consumer, as far as both protocols have it.
struct GroupModelMember {
    std::string group;
    std::optional<std::string> instance{};
    std::vector<std::string> names{};
    std::string id{};
    std::int32_t epoch = -1;  // or generation
    Assignment owned{};
    bool gone = false;    // its process has ended
    bool strays = false;  // it took over what the coordinator could not know of
};

/// The member as it commits, in an epoch that it may not be in. It outlives what is made.
inline Committer committer(const GroupModelMember& member, std::int32_t epoch,
                           std::int16_t version = 9) {
    return {.member_id = member.id,
            .instance_id =
                member.instance ? std::optional<std::string_view>(*member.instance) : std::nullopt,
            .generation_or_epoch = epoch,
            .version = version};
}
inline Committer committer(const GroupModelMember& member) {
    return committer(member, member.epoch);
}

}  // namespace barnabas::coordinator::testing
