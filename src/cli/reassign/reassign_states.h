#pragma once

#include "cli/reassign/assignment.h"
#include "cli/reassign/throttles.h"
#include <barnabas/admin.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// How far a reassignment of one partition is.
struct ReassignmentState {
    Replicas current;  ///< empty: there is no such partition
    Replicas target;
    bool done = false;  ///< nothing is under way; whether it is at the target is another matter

    friend bool operator==(const ReassignmentState&, const ReassignmentState&) = default;
};
using ReassignmentStates = std::map<TopicPartition, ReassignmentState>;

/// `there`: the replicas of the partitions that are there, of those topics that were asked for.
[[nodiscard]] ReassignmentStates reassignment_states(const WantedReassignment& wanted,
                                                     const Reassignments& under_way,
                                                     const Assignment& there);

/// How far a replica's way to another directory of its broker is.
struct LogDirMoveState {
    enum class Kind : std::int8_t {
        no_log_dir,  ///< the broker does not say where it is
        active,
        cancelled,  ///< it is elsewhere and stays there
        completed,
    };

    Kind kind = Kind::no_log_dir;
    std::string target;
    std::string current;  ///< of active and cancelled ones
    std::string future;   ///< of active ones: where it is on its way to

    /// It stays where it is.
    [[nodiscard]] bool done() const { return kind == Kind::cancelled || kind == Kind::completed; }

    friend bool operator==(const LogDirMoveState&, const LogDirMoveState&) = default;
};
using LogDirMoveStates = std::map<admin::TopicPartitionReplica, LogDirMoveState>;

[[nodiscard]] LogDirMoveState log_dir_move_state(const admin::ReplicaLogDirInfo& info,
                                                 const std::string& target);

/// Those that are under way, and the directories that they come from: what cancelling goes back to.
[[nodiscard]] ReplicaDirs active_moves(const LogDirMoveStates& states);

}  // namespace barnabas::cli
