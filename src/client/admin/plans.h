#pragma once

#include "client/admin/operation.h"
#include <barnabas/admin/cluster.h>
#include <barnabas/admin/configs.h>
#include <barnabas/admin/groups.h>
#include <barnabas/admin/log_dirs.h>
#include <barnabas/admin/offsets.h>
#include <barnabas/admin/options.h>
#include <barnabas/admin/replicas.h>
#include <barnabas/admin/topics.h>
#include <barnabas/admin/transactions.h>
#include <barnabas/offset_and_metadata.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace barnabas::client::admin_api {

// Every call of the admin client as a Plan: what it sends, to whom, and what it makes of the
// answers, without I/O. The names are those of barnabas::Admin; the timeout among the options is
// not theirs to keep, it is the operation's deadline.

using admin::Outcomes;

Plan<Outcomes<std::string, admin::CreatedTopic>> create_topics_plan(
    const std::vector<admin::NewTopic>& topics, const admin::CreateTopicsOptions& options,
    const Settings& settings);
Plan<Outcomes<std::string>> delete_topics_plan(std::set<std::string> names,
                                               const admin::DeleteTopicsOptions& options,
                                               const Settings& settings);
Plan<Outcomes<TopicId>> delete_topics_by_id_plan(std::set<TopicId> ids,
                                                 const admin::DeleteTopicsOptions& options,
                                                 const Settings& settings);
Plan<Outcomes<std::string>> create_partitions_plan(
    std::map<std::string, admin::NewPartitions> topics,
    const admin::CreatePartitionsOptions& options, const Settings& settings);

Plan<std::map<std::string, admin::TopicListing>> list_topics_plan(
    const admin::ListTopicsOptions& options, const Settings& settings);
Plan<Outcomes<std::string, admin::TopicDescription>> describe_topics_plan(
    std::set<std::string> names, const admin::DescribeTopicsOptions& options,
    const Settings& settings);
Plan<Outcomes<TopicId, admin::TopicDescription>> describe_topics_by_id_plan(
    std::set<TopicId> ids, const admin::DescribeTopicsOptions& options, const Settings& settings);

Plan<Outcomes<TopicPartition, admin::ListedOffset>> list_offsets_plan(
    std::map<TopicPartition, admin::OffsetSpec> partitions,
    const admin::ListOffsetsOptions& options, const Settings& settings);
Plan<Outcomes<TopicPartition, admin::DeletedRecords>> delete_records_plan(
    std::map<TopicPartition, Offset> before, const Settings& settings);

Plan<Outcomes<admin::ConfigResource, admin::Config>> describe_configs_plan(
    std::set<admin::ConfigResource> resources, const admin::DescribeConfigsOptions& options,
    const Settings& settings);
Plan<Outcomes<admin::ConfigResource>> incremental_alter_configs_plan(
    std::map<admin::ConfigResource, std::vector<admin::AlterConfigOp>> changes,
    const admin::AlterConfigsOptions& options, const Settings& settings);
Plan<std::vector<admin::ConfigResource>> list_config_resources_plan(
    const std::set<admin::ConfigResourceType>& types, const Settings& settings);

Plan<admin::ClusterDescription> describe_cluster_plan(const admin::DescribeClusterOptions& options,
                                                      const Settings& settings);
/// The brokers that the cluster has now, by id.
Plan<std::vector<admin::Node>> list_brokers_plan(const Settings& settings);
Plan<Outcomes<BrokerId, admin::BrokerApiVersions>> api_versions_plan(std::set<BrokerId> brokers,
                                                                     const Settings& settings);
Plan<admin::FeatureMetadata> describe_features_plan(const admin::DescribeFeaturesOptions& options,
                                                    const Settings& settings);
Plan<Outcomes<std::string>> update_features_plan(
    std::map<std::string, admin::FeatureUpdate> updates,
    const admin::UpdateFeaturesOptions& options, const Settings& settings);

Plan<admin::GroupListings> list_groups_plan(const admin::ListGroupsOptions& options,
                                            const Settings& settings);
Plan<Outcomes<std::string>> delete_groups_plan(std::set<std::string> ids, const Settings& settings);
Plan<Outcomes<std::string, admin::ConsumerGroupDescription>> describe_consumer_groups_plan(
    std::set<std::string> ids, const admin::DescribeGroupsOptions& options,
    const Settings& settings);
Plan<Outcomes<std::string, admin::ClassicGroupDescription>> describe_classic_groups_plan(
    std::set<std::string> ids, const admin::DescribeGroupsOptions& options,
    const Settings& settings);

using GroupOffsets = Outcomes<TopicPartition, std::optional<OffsetAndMetadata>>;
Plan<Outcomes<std::string, GroupOffsets>> list_consumer_group_offsets_plan(
    std::map<std::string, admin::GroupOffsetsSpec> groups,
    const admin::ListConsumerGroupOffsetsOptions& options, const Settings& settings);
Plan<Outcomes<TopicPartition>> alter_consumer_group_offsets_plan(
    std::string group_id, std::map<TopicPartition, OffsetAndMetadata> offsets,
    const Settings& settings);
Plan<Outcomes<TopicPartition>> delete_consumer_group_offsets_plan(
    std::string group_id, std::set<TopicPartition> partitions, const Settings& settings);
Plan<Outcomes<admin::MemberToRemove>> remove_members_plan(
    std::string group_id, const admin::RemoveMembersOptions& options, const Settings& settings);

Plan<Outcomes<std::string, admin::ShareGroupDescription>> describe_share_groups_plan(
    std::set<std::string> ids, const admin::DescribeGroupsOptions& options,
    const Settings& settings);
using ShareGroupOffsets = Outcomes<TopicPartition, std::optional<admin::SharePartitionOffset>>;
Plan<Outcomes<std::string, ShareGroupOffsets>> list_share_group_offsets_plan(
    std::map<std::string, admin::GroupOffsetsSpec> groups, const Settings& settings);
Plan<Outcomes<TopicPartition>> alter_share_group_offsets_plan(
    std::string group_id, std::map<TopicPartition, Offset> start_offsets, const Settings& settings);
Plan<Outcomes<std::string>> delete_share_group_offsets_plan(std::string group_id,
                                                            std::set<std::string> topics,
                                                            const Settings& settings);

Plan<Outcomes<BrokerId, std::vector<admin::TransactionListing>>> list_transactions_plan(
    const admin::ListTransactionsOptions& options, const Settings& settings);
Plan<Outcomes<std::string, admin::TransactionDescription>> describe_transactions_plan(
    std::set<std::string> ids, const Settings& settings);
Plan<Outcomes<TopicPartition, std::vector<admin::ProducerState>>> describe_producers_plan(
    std::set<TopicPartition> partitions, const admin::DescribeProducersOptions& options,
    const Settings& settings);
Plan<void> abort_transaction_plan(const admin::AbortTransactionSpec& spec,
                                  const Settings& settings);
/// `timeout`: how long the coordinator may take.
Plan<Outcomes<std::string, admin::FencedProducer>> fence_producers_plan(std::set<std::string> ids,
                                                                        Duration timeout,
                                                                        const Settings& settings);

using LogDirs = std::map<std::string, admin::LogDirDescription>;
Plan<Outcomes<BrokerId, LogDirs>> describe_log_dirs_plan(std::set<BrokerId> brokers,
                                                         const Settings& settings);
Plan<Outcomes<admin::TopicPartitionReplica, admin::ReplicaLogDirInfo>>
describe_replica_log_dirs_plan(std::set<admin::TopicPartitionReplica> replicas,
                               const Settings& settings);
Plan<Outcomes<admin::TopicPartitionReplica>> alter_replica_log_dirs_plan(
    std::map<admin::TopicPartitionReplica, std::string> log_dirs, const Settings& settings);

Plan<Outcomes<TopicPartition>> elect_leaders_plan(
    admin::ElectionType type, const std::optional<std::set<TopicPartition>>& partitions,
    const Settings& settings);
Plan<Outcomes<TopicPartition>> alter_partition_reassignments_plan(
    std::map<TopicPartition, admin::NewPartitionReassignment> reassignments,
    const admin::AlterPartitionReassignmentsOptions& options, const Settings& settings);
using Reassignments = std::map<TopicPartition, admin::PartitionReassignment>;
Plan<Reassignments> list_partition_reassignments_plan(
    const std::optional<std::set<TopicPartition>>& partitions, const Settings& settings);

}  // namespace barnabas::client::admin_api
