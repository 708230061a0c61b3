#pragma once

#include "unit/coordinator/classic/classic_world.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// Every member of the group joins again and waits, then all sync: the group is stable. Their
/// assignment is their own id. The time of the initial rebalance passes, if it is one.
inline void settle(ClassicWorld& world, std::string_view id = "g") {
    auto& settled = world.group(id);
    std::vector<JoinSpec> again;
    for (const auto& [member_id, member] : settled.members()) {
        if (member.waits_for_join() || member.protocols().empty()) {
            continue;
        }
        JoinSpec spec{
            .group = std::string(id), .member = member_id, .instance = member.instance_id};
        spec.protocols.clear();
        spec.raw_metadata = true;
        for (const auto& protocol : member.protocols()) {
            spec.protocols.emplace_back(protocol.name, as_text(protocol.metadata->view()));
        }
        spec.type = member.protocol_type;
        spec.session_ms = member.session_timeout_ms;
        spec.rebalance_ms = member.rebalance_timeout_ms;
        again.push_back(std::move(spec));
    }
    for (const auto& spec : again) {
        world.join(spec);
    }
    if (settled.is_in_initial_rebalance()) {
        world.advance(world.config.initial_rebalance_delay);
        if (settled.is_in_initial_rebalance()) {
            world.advance(world.config.initial_rebalance_delay);
        }
    }
    ASSERT_EQ(settled.state_name(), "CompletingRebalance");
    std::vector<std::pair<std::string, std::string>> assignments;
    for (const auto& [member_id, member] : settled.members()) {
        assignments.emplace_back(member_id, member_id);
    }
    for (const auto& [member_id, unused] : assignments) {
        if (!settled.is_leader(member_id)) {
            world.sync(member_id, settled.generation());
        }
    }
    world.sync(*settled.leader(), settled.generation(), assignments);
    ASSERT_EQ(settled.state_name(), "Stable");
}

}  // namespace barnabas::coordinator::testing
