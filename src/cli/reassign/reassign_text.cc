#include "cli/reassign/reassign_text.h"

#include "base/json_text.h"

#include <algorithm>
#include <vector>

namespace barnabas::cli {
namespace {

std::string joined_lines(const std::vector<std::string>& parts) {
    return fmt::format("{}", fmt::join(parts, "\n"));
}

std::string brokers_text(const Replicas& brokers) {
    return fmt::format("{}", fmt::join(brokers, ","));
}

std::string brokers_json(const Replicas& brokers) {
    return fmt::format("[{}]", fmt::join(brokers, ","));
}

JsonLine partition_line(const TopicPartition& partition) {
    JsonLine line;
    line.add("topic", partition.topic).add("partition", partition.partition.get());
    return line;
}

std::string state_text(const TopicPartition& partition, const ReassignmentState& state) {
    if (!state.done) {
        return fmt::format("Reassignment of partition {} is still in progress.", partition);
    }
    if (state.current == state.target) {
        return fmt::format("Reassignment of partition {} is completed.", partition);
    }
    return fmt::format(
        "There is no active reassignment of partition {}, but replica set is {} rather than {}.",
        partition, brokers_text(state.current), brokers_text(state.target));
}

std::string move_text(const admin::TopicPartitionReplica& replica, const LogDirMoveState& state) {
    using enum LogDirMoveState::Kind;
    const TopicPartition partition{.topic = replica.topic, .partition = replica.partition};
    switch (state.kind) {
        case no_log_dir:
            return fmt::format(
                "Partition {} is not found in any live log dir on broker {}. There is likely an "
                "offline log directory on the broker.",
                partition, replica.broker);
        case active:
            return state.target == state.future
                       ? fmt::format("Reassignment of replica {} is still in progress.",
                                     replica_name(replica))
                       : fmt::format(
                             "Partition {} on broker {} is being moved to log dir {} instead of "
                             "{}.",
                             partition, replica.broker, state.future, state.target);
        case cancelled:
            return fmt::format(
                "Partition {} on broker {} is not being moved from log dir {} to {}.", partition,
                replica.broker, state.current, state.target);
        case completed:
            break;
    }
    return fmt::format("Reassignment of replica {} completed successfully.", replica_name(replica));
}

std::string_view move_word(LogDirMoveState::Kind kind) {
    using enum LogDirMoveState::Kind;
    switch (kind) {
        case no_log_dir:
            return "no-log-dir";
        case active:
            return "in-progress";
        case cancelled:
            return "not-moving";
        case completed:
            break;
    }
    return "completed";
}

std::string move_json(const admin::TopicPartitionReplica& replica, const LogDirMoveState& state) {
    auto line = partition_line({.topic = replica.topic, .partition = replica.partition});
    line.add("broker", replica.broker.get())
        .add("targetLogDir", state.target)
        .add("state", move_word(state.kind));
    if (!state.current.empty()) {
        line.add("currentLogDir", state.current);
    }
    if (!state.future.empty()) {
        line.add("futureLogDir", state.future);
    }
    return line.text();
}

/// In the order of their brokers.
template <class Say>
std::string of_each_move(const LogDirMoveStates& states, Say say) {
    ReplicaDirs replicas;
    for (const auto& [replica, state] : states) {
        replicas.emplace(replica, state.target);
    }
    std::vector<std::string> said;
    for (const auto& replica : by_broker(replicas)) {
        said.push_back(say(replica, states.at(replica)));
    }
    return joined_lines(said);
}

}  // namespace

std::string states_text(const ReassignmentStates& states) {
    std::vector<std::string> said{"Status of partition reassignment:"};
    for (const auto& [partition, state] : states) {
        said.push_back(state_text(partition, state));
    }
    return joined_lines(said);
}

std::string states_json(const ReassignmentStates& states) {
    std::vector<std::string> said;
    for (const auto& [partition, state] : states) {
        said.push_back(partition_line(partition)
                           .add_json("replicas", brokers_json(state.current))
                           .add_json("targetReplicas", brokers_json(state.target))
                           .add("inProgress", !state.done)
                           .add("completed", state.done && state.current == state.target)
                           .text());
    }
    return joined_lines(said);
}

std::string moves_text(const LogDirMoveStates& states) {
    return of_each_move(states, &move_text);
}

std::string moves_json(const LogDirMoveStates& states) {
    return of_each_move(states, &move_json);
}

std::string reassignments_text(const Reassignments& reassignments) {
    if (reassignments.empty()) {
        return "No partition reassignments found.";
    }
    std::vector<std::string> said{"Current partition reassignments:"};
    for (const auto& [partition, reassignment] : reassignments) {
        auto line =
            fmt::format("{}: replicas: {}.", partition, brokers_text(reassignment.replicas));
        if (!reassignment.adding_replicas.empty()) {
            line += fmt::format(" adding: {}.", brokers_text(reassignment.adding_replicas));
        }
        if (!reassignment.removing_replicas.empty()) {
            line += fmt::format(" removing: {}.", brokers_text(reassignment.removing_replicas));
        }
        said.push_back(std::move(line));
    }
    return joined_lines(said);
}

std::string reassignments_json(const Reassignments& reassignments) {
    std::vector<std::string> said;
    for (const auto& [partition, reassignment] : reassignments) {
        said.push_back(
            partition_line(partition)
                .add_json("replicas", brokers_json(reassignment.replicas))
                .add_json("addingReplicas", brokers_json(reassignment.adding_replicas))
                .add_json("removingReplicas", brokers_json(reassignment.removing_replicas))
                .text());
    }
    return joined_lines(said);
}

std::string rollback_text(const Assignment& current, const ReplicaDirs& log_dirs) {
    return fmt::format(
        "Current partition replica assignment\n\n{}\n\nSave this to use as the "
        "--reassignment-json-file option during rollback",
        reassignment_json(current, log_dirs));
}

std::string partition_done_json(const TopicPartition& partition, std::string_view member) {
    return partition_line(partition).add(member, true).text();
}

std::string partition_failed_json(const TopicPartition& partition, const Error& error) {
    return partition_line(partition)
        .add("error", error_name(error.code))
        .add("message", error.message)
        .text();
}

}  // namespace barnabas::cli
