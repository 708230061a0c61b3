#pragma once

#include "cli/reassign/reassign_states.h"

#include <string>
#include <string_view>

namespace barnabas::cli {

// What kafka-reassign-partitions prints, without the last line's end; and the same as JSON, an
// object a line.

/// "Status of partition reassignment:" and a line for each partition.
[[nodiscard]] std::string states_text(const ReassignmentStates& states);
[[nodiscard]] std::string states_json(const ReassignmentStates& states);

/// A line for each replica; empty where none was to move.
[[nodiscard]] std::string moves_text(const LogDirMoveStates& states);
[[nodiscard]] std::string moves_json(const LogDirMoveStates& states);

/// "t-0: replicas: 1,2. adding: 2." for each.
[[nodiscard]] std::string reassignments_text(const Reassignments& reassignments);
[[nodiscard]] std::string reassignments_json(const Reassignments& reassignments);

/// What is there before a reassignment begins, to go back to.
[[nodiscard]] std::string rollback_text(const Assignment& current, const ReplicaDirs& log_dirs);

/// {"topic":"t","partition":0} with what `member` says of it: "started":true.
[[nodiscard]] std::string partition_done_json(const TopicPartition& partition,
                                              std::string_view member);
[[nodiscard]] std::string partition_failed_json(const TopicPartition& partition,
                                                const Error& error);

}  // namespace barnabas::cli
