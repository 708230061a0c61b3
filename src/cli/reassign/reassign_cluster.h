#pragma once

#include "cli/framework/console.h"
#include "cli/reassign/placement.h"
#include "cli/reassign/reassign_states.h"
#include "cli/reassign/throttles.h"
#include <barnabas/admin.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::cli {

/// What reassign-partitions asks a cluster and tells it, over an admin client. Used by one thread;
/// calls wait. What the cluster refuses has the text of Java's exception, as Kafka's tool tells it
/// ("org.apache.kafka.common.errors.InvalidTopicException: ...").
class ReassignCluster {
public:
    using Brokers = std::vector<admin::ClusterDescription::Broker>;

    explicit ReassignCluster(Admin admin) : admin_(std::move(admin)) {}

    /// What is under way; of all partitions, or of these.
    Result<Reassignments> reassignments(std::optional<std::set<TopicPartition>> of = std::nullopt);

    /// Of every partition of these topics; one that is not there is an error.
    Result<Assignment> assignment_of_topics(const std::set<std::string>& topics);
    /// Of these partitions; one that is not there is an error.
    Result<Assignment> assignment_of(const Assignment& partitions);
    /// Of every partition of those topics that are there.
    Result<Assignment> assignment_of_those_there(const std::set<std::string>& topics);

    Result<Brokers> brokers();

    /// The directories that the replicas on `brokers` are in.
    Result<ReplicaDirs> log_dirs(const Assignment& assignment, const Brokers& brokers);

    /// The errors of partitions that are not reassigned; nothing: reassignments are cancelled.
    Result<std::map<TopicPartition, Error>> reassign(
        std::map<TopicPartition, admin::NewPartitionReassignment> wanted,
        bool factor_may_change = true);

    Result<void> change_configs(ConfigChanges changes);

    Result<LogDirMoveStates> log_dir_moves(const ReplicaDirs& targets);
    /// Those that begin to move, or are there already. Brokers that have not got a replica yet will
    /// perhaps have it later; another error is one of the whole.
    Result<std::set<admin::TopicPartitionReplica>> move_log_dirs(const ReplicaDirs& targets);

private:
    Admin admin_;
};

}  // namespace barnabas::cli
