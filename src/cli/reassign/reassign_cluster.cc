#include "cli/reassign/reassign_cluster.h"

#include "cli/common/java_errors.h"

#include <algorithm>
#include <utility>

namespace barnabas::cli {
namespace {

/// As Java tells of a call's exception: its class and its sentence.
template <class T>
Result<T> as_java(Result<T> asked) {
    if (!asked) {
        return std::unexpected(Error{asked.error().code, java_text(asked.error())});
    }
    return asked;
}

void add_partitions(const admin::TopicDescription& topic, Assignment& assignment) {
    for (const auto& partition : topic.partitions) {
        auto& replicas = assignment[{.topic = topic.name, .partition = partition.partition}];
        for (const auto& node : partition.replicas) {
            replicas.push_back(node.id);
        }
    }
}

}  // namespace

Result<Reassignments> ReassignCluster::reassignments(std::optional<std::set<TopicPartition>> of) {
    return as_java(admin_.list_partition_reassignments(std::move(of)).get());
}

Result<Assignment> ReassignCluster::assignment_of_topics(const std::set<std::string>& topics) {
    TRY_ASSIGN(auto described, as_java(admin_.describe_topics(topics).get()));
    Assignment assignment;
    for (auto& [name, topic] : described) {
        if (!topic && topic.error().code == ErrorCode::unknown_topic_or_partition) {
            return as_java<Assignment>(fail(topic.error().code, "Topic {} not found.", name));
        }
        TRY_ASSIGN(const auto found, as_java(std::move(topic)));
        add_partitions(found, assignment);
    }
    return assignment;
}

Result<Assignment> ReassignCluster::assignment_of(const Assignment& partitions) {
    std::set<std::string> topics;
    for (const auto& [partition, replicas] : partitions) {
        topics.insert(partition.topic);
    }
    TRY_ASSIGN(auto there, assignment_of_topics(topics));
    std::vector<TopicPartition> missing;
    for (const auto& [partition, replicas] : partitions) {
        if (!there.contains(partition)) {
            missing.push_back(partition);
        }
    }
    if (!missing.empty()) {
        return as_java<Assignment>(fail(ErrorCode::unknown_topic_or_partition,
                                        "Unable to find partition: {}", fmt::join(missing, ", ")));
    }
    std::erase_if(there, [&](const auto& one) { return !partitions.contains(one.first); });
    return there;
}

Result<Assignment> ReassignCluster::assignment_of_those_there(const std::set<std::string>& topics) {
    if (topics.empty()) {
        return Assignment();
    }
    TRY_ASSIGN(auto described, as_java(admin_.describe_topics(topics).get()));
    Assignment assignment;
    for (auto& [name, topic] : described) {
        if (!topic && topic.error().code == ErrorCode::unknown_topic_or_partition) {
            continue;
        }
        TRY_ASSIGN(const auto found, as_java(std::move(topic)));
        add_partitions(found, assignment);
    }
    return assignment;
}

Result<ReassignCluster::Brokers> ReassignCluster::brokers() {
    TRY_ASSIGN(auto cluster, as_java(admin_.describe_cluster().get()));
    return std::move(cluster.brokers);
}

Result<ReplicaDirs> ReassignCluster::log_dirs(const Assignment& assignment,
                                              const Brokers& brokers) {
    std::set<admin::TopicPartitionReplica> asked;
    for (const auto& [partition, replicas] : assignment) {
        for (const auto broker : replicas) {
            if (std::ranges::find(brokers, broker, &admin::Node::id) != brokers.end()) {
                asked.insert(
                    {.topic = partition.topic, .partition = partition.partition, .broker = broker});
            }
        }
    }
    ReplicaDirs found;
    if (asked.empty()) {
        return found;
    }
    TRY_ASSIGN(auto places, as_java(admin_.describe_replica_log_dirs(std::move(asked)).get()));
    for (auto& [replica, place] : places) {
        TRY_ASSIGN(const auto info, as_java(std::move(place)));
        if (info.current) {
            found.emplace(replica, info.current->log_dir);
        }
    }
    return found;
}

Result<std::map<TopicPartition, Error>> ReassignCluster::reassign(
    std::map<TopicPartition, admin::NewPartitionReassignment> wanted, bool factor_may_change) {
    TRY_ASSIGN(
        const auto outcomes,
        as_java(admin_
                    .alter_partition_reassignments(
                        std::move(wanted), {.allow_replication_factor_change = factor_may_change})
                    .get()));
    std::map<TopicPartition, Error> errors;
    for (const auto& [partition, outcome] : outcomes) {
        if (!outcome) {
            errors.emplace(partition, outcome.error());
        }
    }
    return errors;
}

Result<void> ReassignCluster::change_configs(ConfigChanges changes) {
    if (changes.empty()) {
        return {};
    }
    TRY_ASSIGN(const auto outcomes,
               as_java(admin_.incremental_alter_configs(std::move(changes)).get()));
    return as_java(admin::all(outcomes));
}

Result<LogDirMoveStates> ReassignCluster::log_dir_moves(const ReplicaDirs& targets) {
    LogDirMoveStates states;
    if (targets.empty()) {
        return states;
    }
    std::set<admin::TopicPartitionReplica> replicas;
    for (const auto& [replica, target] : targets) {
        replicas.insert(replica);
    }
    TRY_ASSIGN(auto places, as_java(admin_.describe_replica_log_dirs(std::move(replicas)).get()));
    for (auto& [replica, place] : places) {
        TRY_ASSIGN(const auto info, as_java(std::move(place)));
        states.emplace(replica, log_dir_move_state(info, targets.at(replica)));
    }
    return states;
}

Result<std::set<admin::TopicPartitionReplica>> ReassignCluster::move_log_dirs(
    const ReplicaDirs& targets) {
    TRY_ASSIGN(const auto outcomes, as_java(admin_.alter_replica_log_dirs(targets).get()));
    std::set<admin::TopicPartitionReplica> moving;
    for (const auto& [replica, outcome] : outcomes) {
        if (outcome) {
            moving.insert(replica);
        } else if (outcome.error().code != ErrorCode::replica_not_available) {
            return fail(outcome.error().code, "Failed to alter dir for {}\nCaused by: {}",
                        replica_name(replica), java_text(outcome.error()));
        }
    }
    return moving;
}

}  // namespace barnabas::cli
