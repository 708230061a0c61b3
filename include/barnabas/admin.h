#pragma once

#include <barnabas/admin/cluster.h>
#include <barnabas/admin/configs.h>
#include <barnabas/admin/groups.h>
#include <barnabas/admin/log_dirs.h>
#include <barnabas/admin/offsets.h>
#include <barnabas/admin/options.h>
#include <barnabas/admin/replicas.h>
#include <barnabas/admin/topics.h>
#include <barnabas/admin/transactions.h>
#include <barnabas/client_config.h>
#include <barnabas/event_loop.h>
#include <barnabas/future.h>
#include <barnabas/offset_and_metadata.h>
#include <barnabas/result.h>
#include <barnabas/types.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace barnabas {

/// Looks after a cluster: topics, configurations, groups, transactions, log directories (Kafka's
/// org.apache.kafka.clients.admin.Admin).
///
/// Threads: any thread may call; the calls return at once, and what they answer comes on the event
/// loop. The client may be destroyed at any time: that closes it without waiting, and what is still
/// under way ends with an error.
/// Errors: a call answers Outcomes where it is about several things, with one Result for each; it
/// fails as a whole only where nothing can be asked. Requests go to the controller, to the group's
/// or transaction's coordinator, to the partitions' leaders or to every broker, as the API wants
/// it; whoever turns out to be the wrong one is looked for again, and what may be repeated is
/// repeated until the call's timeout. An API that the broker does not have is unsupported_version.
class Admin {
public:
    /// Knows Kafka's names of the admin client's configurations (bootstrap.servers is the one that
    /// must be there). Does not connect: the first call does. Errors: invalid_config. Without a
    /// loop it has one, and its thread, of its own.
    [[nodiscard]] static Result<Admin> create(
        ClientConfig config, std::shared_ptr<EventLoop> loop = nullptr,
        admin::ErrorWords words = admin::ErrorWords::with_source);

    Admin(Admin&& other) noexcept;
    Admin& operator=(Admin&& other) noexcept;
    Admin(const Admin&) = delete;
    Admin& operator=(const Admin&) = delete;
    ~Admin();

    /// Takes no more calls, lets those that are under way end until the timeout, and then ends
    /// them with an error. Closing twice is no error.
    Future<void> close(std::optional<Duration> timeout = std::nullopt);

    // Topics

    Future<admin::Outcomes<std::string, admin::CreatedTopic>> create_topics(
        std::vector<admin::NewTopic> topics, admin::CreateTopicsOptions options = {});
    Future<admin::Outcomes<std::string>> delete_topics(std::set<std::string> names,
                                                       admin::DeleteTopicsOptions options = {});
    Future<admin::Outcomes<TopicId>> delete_topics_by_id(std::set<TopicId> ids,
                                                         admin::DeleteTopicsOptions options = {});
    /// By name.
    Future<std::map<std::string, admin::TopicListing>> list_topics(
        admin::ListTopicsOptions options = {});
    Future<admin::Outcomes<std::string, admin::TopicDescription>> describe_topics(
        std::set<std::string> names, admin::DescribeTopicsOptions options = {});
    Future<admin::Outcomes<TopicId, admin::TopicDescription>> describe_topics_by_id(
        std::set<TopicId> ids, admin::DescribeTopicsOptions options = {});
    Future<admin::Outcomes<std::string>> create_partitions(
        std::map<std::string, admin::NewPartitions> topics,
        admin::CreatePartitionsOptions options = {});

    // Offsets and records

    Future<admin::Outcomes<TopicPartition, admin::ListedOffset>> list_offsets(
        std::map<TopicPartition, admin::OffsetSpec> partitions,
        admin::ListOffsetsOptions options = {});
    /// Deletes what is below each offset (delete_all_records: everything).
    Future<admin::Outcomes<TopicPartition, admin::DeletedRecords>> delete_records(
        std::map<TopicPartition, Offset> before, admin::AdminOptions options = {});

    // Configurations

    Future<admin::Outcomes<admin::ConfigResource, admin::Config>> describe_configs(
        std::set<admin::ConfigResource> resources, admin::DescribeConfigsOptions options = {});
    Future<admin::Outcomes<admin::ConfigResource>> incremental_alter_configs(
        std::map<admin::ConfigResource, std::vector<admin::AlterConfigOp>> changes,
        admin::AlterConfigsOptions options = {});
    /// What has configurations, of these types (none: of all that the broker knows).
    Future<std::vector<admin::ConfigResource>> list_config_resources(
        std::set<admin::ConfigResourceType> types, admin::AdminOptions options = {});

    // The cluster

    Future<admin::ClusterDescription> describe_cluster(admin::DescribeClusterOptions options = {});
    /// What each of these brokers serves (none: of all brokers).
    Future<admin::Outcomes<BrokerId, admin::BrokerApiVersions>> api_versions(
        std::set<BrokerId> brokers = {}, admin::AdminOptions options = {});
    Future<admin::FeatureMetadata> describe_features(admin::DescribeFeaturesOptions options = {});
    Future<admin::Outcomes<std::string>> update_features(
        std::map<std::string, admin::FeatureUpdate> updates,
        admin::UpdateFeaturesOptions options = {});

    // Groups of every kind

    Future<admin::GroupListings> list_groups(admin::ListGroupsOptions options = {});
    /// Groups of any type, share groups too; they must have no members.
    Future<admin::Outcomes<std::string>> delete_groups(std::set<std::string> group_ids,
                                                       admin::AdminOptions options = {});

    // Consumer groups. Kafka describes groups that it does not know as dead ones, and since 4.0
    // with GROUP_ID_NOT_FOUND: so does this.

    Future<admin::Outcomes<std::string, admin::ConsumerGroupDescription>> describe_consumer_groups(
        std::set<std::string> group_ids, admin::DescribeGroupsOptions options = {});
    Future<admin::Outcomes<std::string, admin::ClassicGroupDescription>> describe_classic_groups(
        std::set<std::string> group_ids, admin::DescribeGroupsOptions options = {});
    /// What each group has committed; a named partition without an offset has nothing.
    Future<admin::Outcomes<std::string,
                           admin::Outcomes<TopicPartition, std::optional<OffsetAndMetadata>>>>
    list_consumer_group_offsets(std::map<std::string, admin::GroupOffsetsSpec> groups,
                                admin::ListConsumerGroupOffsetsOptions options = {});
    Future<admin::Outcomes<TopicPartition>> alter_consumer_group_offsets(
        std::string group_id, std::map<TopicPartition, OffsetAndMetadata> offsets,
        admin::AdminOptions options = {});
    Future<admin::Outcomes<TopicPartition>> delete_consumer_group_offsets(
        std::string group_id, std::set<TopicPartition> partitions,
        admin::AdminOptions options = {});
    /// Without named members: everybody who is in the group when the call is carried out.
    Future<admin::Outcomes<admin::MemberToRemove>> remove_members_from_consumer_group(
        std::string group_id, admin::RemoveMembersOptions options = {});

    // Share groups

    Future<admin::Outcomes<std::string, admin::ShareGroupDescription>> describe_share_groups(
        std::set<std::string> group_ids, admin::DescribeGroupsOptions options = {});
    Future<admin::Outcomes<
        std::string, admin::Outcomes<TopicPartition, std::optional<admin::SharePartitionOffset>>>>
    list_share_group_offsets(std::map<std::string, admin::GroupOffsetsSpec> groups,
                             admin::AdminOptions options = {});
    Future<admin::Outcomes<TopicPartition>> alter_share_group_offsets(
        std::string group_id, std::map<TopicPartition, Offset> start_offsets,
        admin::AdminOptions options = {});
    Future<admin::Outcomes<std::string>> delete_share_group_offsets(
        std::string group_id, std::set<std::string> topics, admin::AdminOptions options = {});

    // Transactions

    /// By the broker that coordinates them.
    Future<admin::Outcomes<BrokerId, std::vector<admin::TransactionListing>>> list_transactions(
        admin::ListTransactionsOptions options = {});
    Future<admin::Outcomes<std::string, admin::TransactionDescription>> describe_transactions(
        std::set<std::string> transactional_ids, admin::AdminOptions options = {});
    Future<admin::Outcomes<TopicPartition, std::vector<admin::ProducerState>>> describe_producers(
        std::set<TopicPartition> partitions, admin::DescribeProducersOptions options = {});
    /// Writes the abort marker that a hanging transaction lacks in one partition.
    Future<void> abort_transaction(admin::AbortTransactionSpec spec,
                                   admin::AdminOptions options = {});
    /// Whoever produces with these ids is fenced, and its open transaction is aborted.
    Future<admin::Outcomes<std::string, admin::FencedProducer>> fence_producers(
        std::set<std::string> transactional_ids, admin::AdminOptions options = {});
    /// Ends the open transaction of one id, prepared ones too (KIP-939).
    Future<void> force_terminate_transaction(std::string transactional_id,
                                             admin::AdminOptions options = {});

    // Log directories

    /// By broker, the directories by path.
    Future<admin::Outcomes<BrokerId, std::map<std::string, admin::LogDirDescription>>>
    describe_log_dirs(std::set<BrokerId> brokers, admin::AdminOptions options = {});
    Future<admin::Outcomes<admin::TopicPartitionReplica, admin::ReplicaLogDirInfo>>
    describe_replica_log_dirs(std::set<admin::TopicPartitionReplica> replicas,
                              admin::AdminOptions options = {});
    /// Moves each replica to the directory of that path.
    Future<admin::Outcomes<admin::TopicPartitionReplica>> alter_replica_log_dirs(
        std::map<admin::TopicPartitionReplica, std::string> log_dirs,
        admin::AdminOptions options = {});

    // Replicas

    /// Without partitions: all of the cluster; then those that have the right leader already are
    /// not among the outcomes.
    Future<admin::Outcomes<TopicPartition>> elect_leaders(
        admin::ElectionType type, std::optional<std::set<TopicPartition>> partitions,
        admin::AdminOptions options = {});
    Future<admin::Outcomes<TopicPartition>> alter_partition_reassignments(
        std::map<TopicPartition, admin::NewPartitionReassignment> reassignments,
        admin::AlterPartitionReassignmentsOptions options = {});
    /// What is under way, of all partitions unless some are named.
    Future<std::map<TopicPartition, admin::PartitionReassignment>> list_partition_reassignments(
        std::optional<std::set<TopicPartition>> partitions = std::nullopt,
        admin::AdminOptions options = {});

private:
    class Impl;

    explicit Admin(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace barnabas
