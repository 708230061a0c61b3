#include "cli/reassign/reassign_states.h"

namespace barnabas::cli {

ReassignmentStates reassignment_states(const WantedReassignment& wanted,
                                       const Reassignments& under_way, const Assignment& there) {
    ReassignmentStates states;
    for (const auto& [partition, target] : wanted.partitions) {
        ReassignmentState state{.current = {}, .target = target, .done = true};
        if (const auto active = under_way.find(partition); active != under_way.end()) {
            state.current = active->second.replicas;
            state.done = false;
        } else if (const auto found = there.find(partition); found != there.end()) {
            state.current = found->second;
        }
        states.insert_or_assign(partition, std::move(state));
    }
    return states;
}

LogDirMoveState log_dir_move_state(const admin::ReplicaLogDirInfo& info,
                                   const std::string& target) {
    using enum LogDirMoveState::Kind;
    if (!info.current) {
        return {.kind = no_log_dir, .target = target, .current = {}, .future = {}};
    }
    const auto& current = info.current->log_dir;
    if (info.future) {
        return {
            .kind = active, .target = target, .current = current, .future = info.future->log_dir};
    }
    if (current == target) {
        return {.kind = completed, .target = target, .current = {}, .future = {}};
    }
    return {.kind = cancelled, .target = target, .current = current, .future = {}};
}

ReplicaDirs active_moves(const LogDirMoveStates& states) {
    ReplicaDirs active;
    for (const auto& [replica, state] : states) {
        if (state.kind == LogDirMoveState::Kind::active) {
            active.emplace(replica, state.current);
        }
    }
    return active;
}

}  // namespace barnabas::cli
