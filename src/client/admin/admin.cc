#include "client/admin/plans.h"
#include "client/admin/shell.h"
#include "client/client_log.h"
#include "client/config/admin_config.h"
#include "client/loop.h"
#include <barnabas/admin.h>

#include <atomic>
#include <utility>

namespace barnabas {

namespace api = client::admin_api;

/// Hands plans to the shell, which lives on the loop.
class Admin::Impl {
public:
    Impl(client::AdminConfig config, std::shared_ptr<EventLoop> loop, admin::ErrorWords words)
        : config_(std::move(config)),
          words_(words),
          loop_(std::move(loop)),
          at_(client::Loop::of(*loop_)) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl();

    /// `set`: what the configuration was parsed from.
    Result<void> open(const ClientConfig& set);

    /// Those of the next call.
    [[nodiscard]] api::Settings settings();
    [[nodiscard]] const client::AdminConfig& config() const { return config_; }

    template <class T>
    Future<T> start(api::Plan<T> plan, std::optional<Duration> timeout);
    Future<void> close(Duration timeout);

private:
    client::AdminConfig config_;
    admin::ErrorWords words_;
    std::shared_ptr<EventLoop> loop_;
    client::Loop at_;
    std::shared_ptr<api::Shell> shell_;
    std::atomic<std::uint64_t> calls_ = 0;
};

Result<void> Admin::Impl::open(const ClientConfig& set) {
    auto make = [this, &set] {
        const Logger log = client::log_of(at_.log, "admin client", config_.common.client_id);
        client::warn_of_config(log, client::admin_definition(), set);
        shell_ = std::make_shared<api::Shell>(
            client::Cluster::Ports{.shard = *at_.shard, .log = log}, config_, words_);
        calls_ = at_.shard->random().next();
    };
    return client::run_and_wait(at_, std::move(make));
}

Admin::Impl::~Impl() {
    if (shell_ == nullptr) {
        return;
    }
    // What is under way has to end on the loop, which therefore stays that long.
    auto end = [shell = std::move(shell_), loop = loop_] { return shell->close(Duration{0}); };
    auto closed = client::start(at_, std::move(end));
    if (!at_.thread->is_current()) {
        ignore(closed.get(), "an error says that the loop is over, and all with it");
    }
}

api::Settings Admin::Impl::settings() {
    // The golden ratio's multiples are spread evenly, so that calls that began together part.
    constexpr std::uint64_t step = 0x9e3779b97f4a7c15;
    constexpr double range = 18446744073709551616.0;  // 2^64
    const auto position = calls_.fetch_add(step, std::memory_order_relaxed);
    return {.request_timeout = config_.common.request_timeout,
            .retry_backoff = config_.common.retry_backoff,
            .retry_backoff_max = config_.common.retry_backoff_max,
            .retries = config_.retries,
            .spread = static_cast<double>(position) / range};
}

template <class T>
Future<T> Admin::Impl::start(api::Plan<T> plan, std::optional<Duration> timeout) {
    Promise<T> promise(at_.thread);
    auto future = promise.future();
    auto finish = [owed = std::move(promise),
                   result = std::move(plan.result)](Result<void> carried_out) mutable {
        owed.set(carried_out ? result() : Result<T>(std::unexpected(carried_out.error())));
    };
    std::move_only_function<void()> task = [shell = shell_, operation = std::move(plan.operation),
                                            how_long =
                                                timeout.value_or(config_.default_api_timeout),
                                            then = std::move(finish)]() mutable {
        shell->submit(std::move(operation), how_long, std::move(then));
    };
    // Where the loop is over the task goes, and its promise says so.
    static_cast<void>(at_.thread->post(task));
    return future;
}

Future<void> Admin::Impl::close(Duration timeout) {
    auto end = [shell = shell_, timeout] { return shell->close(timeout); };
    return client::start(at_, std::move(end));
}

Result<Admin> Admin::create(ClientConfig config, std::shared_ptr<EventLoop> loop,
                            admin::ErrorWords words) {
    TRY_ASSIGN(auto parsed, client::parse_admin_config(config));
    TRY_ASSIGN(auto own, client::loop_or_new(std::move(loop)));
    auto impl = std::make_unique<Impl>(std::move(parsed), std::move(own), words);
    TRY(impl->open(config));
    return Admin(std::move(impl));
}

Admin::Admin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::Admin(Admin&& other) noexcept = default;
Admin& Admin::operator=(Admin&& other) noexcept = default;
Admin::~Admin() = default;

Future<void> Admin::close(std::optional<Duration> timeout) {
    return impl_->close(timeout.value_or(impl_->config().default_api_timeout));
}

Future<admin::Outcomes<std::string, admin::CreatedTopic>> Admin::create_topics(
    std::vector<admin::NewTopic> topics, admin::CreateTopicsOptions options) {
    return impl_->start(api::create_topics_plan(topics, options, impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<std::string>> Admin::delete_topics(std::set<std::string> names,
                                                          admin::DeleteTopicsOptions options) {
    return impl_->start(api::delete_topics_plan(std::move(names), options, impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<TopicId>> Admin::delete_topics_by_id(std::set<TopicId> ids,
                                                            admin::DeleteTopicsOptions options) {
    return impl_->start(api::delete_topics_by_id_plan(std::move(ids), options, impl_->settings()),
                        options.timeout);
}

Future<std::map<std::string, admin::TopicListing>> Admin::list_topics(
    admin::ListTopicsOptions options) {
    return impl_->start(api::list_topics_plan(options, impl_->settings()), options.timeout);
}

Future<admin::Outcomes<std::string, admin::TopicDescription>> Admin::describe_topics(
    std::set<std::string> names, admin::DescribeTopicsOptions options) {
    return impl_->start(api::describe_topics_plan(std::move(names), options, impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<TopicId, admin::TopicDescription>> Admin::describe_topics_by_id(
    std::set<TopicId> ids, admin::DescribeTopicsOptions options) {
    return impl_->start(api::describe_topics_by_id_plan(std::move(ids), options, impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<std::string>> Admin::create_partitions(
    std::map<std::string, admin::NewPartitions> topics, admin::CreatePartitionsOptions options) {
    return impl_->start(api::create_partitions_plan(std::move(topics), options, impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<TopicPartition, admin::ListedOffset>> Admin::list_offsets(
    std::map<TopicPartition, admin::OffsetSpec> partitions, admin::ListOffsetsOptions options) {
    return impl_->start(api::list_offsets_plan(std::move(partitions), options, impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<TopicPartition, admin::DeletedRecords>> Admin::delete_records(
    std::map<TopicPartition, Offset> before, admin::AdminOptions options) {
    return impl_->start(api::delete_records_plan(std::move(before), impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<admin::ConfigResource, admin::Config>> Admin::describe_configs(
    std::set<admin::ConfigResource> resources, admin::DescribeConfigsOptions options) {
    return impl_->start(
        api::describe_configs_plan(std::move(resources), options, impl_->settings()),
        options.timeout);
}

Future<admin::Outcomes<admin::ConfigResource>> Admin::incremental_alter_configs(
    std::map<admin::ConfigResource, std::vector<admin::AlterConfigOp>> changes,
    admin::AlterConfigsOptions options) {
    return impl_->start(
        api::incremental_alter_configs_plan(std::move(changes), options, impl_->settings()),
        options.timeout);
}

Future<std::vector<admin::ConfigResource>> Admin::list_config_resources(
    std::set<admin::ConfigResourceType> types, admin::AdminOptions options) {
    return impl_->start(api::list_config_resources_plan(types, impl_->settings()), options.timeout);
}

Future<admin::ClusterDescription> Admin::describe_cluster(admin::DescribeClusterOptions options) {
    return impl_->start(api::describe_cluster_plan(options, impl_->settings()), options.timeout);
}

Future<admin::Outcomes<BrokerId, admin::BrokerApiVersions>> Admin::api_versions(
    std::set<BrokerId> brokers, admin::AdminOptions options) {
    return impl_->start(api::api_versions_plan(std::move(brokers), impl_->settings()),
                        options.timeout);
}

Future<admin::FeatureMetadata> Admin::describe_features(admin::DescribeFeaturesOptions options) {
    return impl_->start(api::describe_features_plan(options, impl_->settings()), options.timeout);
}

Future<admin::Outcomes<std::string>> Admin::update_features(
    std::map<std::string, admin::FeatureUpdate> updates, admin::UpdateFeaturesOptions options) {
    return impl_->start(api::update_features_plan(std::move(updates), options, impl_->settings()),
                        options.timeout);
}

Future<admin::GroupListings> Admin::list_groups(admin::ListGroupsOptions options) {
    return impl_->start(api::list_groups_plan(options, impl_->settings()), options.timeout);
}

Future<admin::Outcomes<std::string>> Admin::delete_groups(std::set<std::string> group_ids,
                                                          admin::AdminOptions options) {
    return impl_->start(api::delete_groups_plan(std::move(group_ids), impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<std::string, admin::ConsumerGroupDescription>>
Admin::describe_consumer_groups(std::set<std::string> group_ids,
                                admin::DescribeGroupsOptions options) {
    return impl_->start(
        api::describe_consumer_groups_plan(std::move(group_ids), options, impl_->settings()),
        options.timeout);
}

Future<admin::Outcomes<std::string, admin::ClassicGroupDescription>> Admin::describe_classic_groups(
    std::set<std::string> group_ids, admin::DescribeGroupsOptions options) {
    return impl_->start(
        api::describe_classic_groups_plan(std::move(group_ids), options, impl_->settings()),
        options.timeout);
}

Future<
    admin::Outcomes<std::string, admin::Outcomes<TopicPartition, std::optional<OffsetAndMetadata>>>>
Admin::list_consumer_group_offsets(std::map<std::string, admin::GroupOffsetsSpec> groups,
                                   admin::ListConsumerGroupOffsetsOptions options) {
    return impl_->start(
        api::list_consumer_group_offsets_plan(std::move(groups), options, impl_->settings()),
        options.timeout);
}

Future<admin::Outcomes<TopicPartition>> Admin::alter_consumer_group_offsets(
    std::string group_id, std::map<TopicPartition, OffsetAndMetadata> offsets,
    admin::AdminOptions options) {
    return impl_->start(api::alter_consumer_group_offsets_plan(
                            std::move(group_id), std::move(offsets), impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<TopicPartition>> Admin::delete_consumer_group_offsets(
    std::string group_id, std::set<TopicPartition> partitions, admin::AdminOptions options) {
    return impl_->start(api::delete_consumer_group_offsets_plan(
                            std::move(group_id), std::move(partitions), impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<admin::MemberToRemove>> Admin::remove_members_from_consumer_group(
    std::string group_id, admin::RemoveMembersOptions options) {
    return impl_->start(api::remove_members_plan(std::move(group_id), options, impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<std::string, admin::ShareGroupDescription>> Admin::describe_share_groups(
    std::set<std::string> group_ids, admin::DescribeGroupsOptions options) {
    return impl_->start(
        api::describe_share_groups_plan(std::move(group_ids), options, impl_->settings()),
        options.timeout);
}

Future<admin::Outcomes<std::string,
                       admin::Outcomes<TopicPartition, std::optional<admin::SharePartitionOffset>>>>
Admin::list_share_group_offsets(std::map<std::string, admin::GroupOffsetsSpec> groups,
                                admin::AdminOptions options) {
    return impl_->start(api::list_share_group_offsets_plan(std::move(groups), impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<TopicPartition>> Admin::alter_share_group_offsets(
    std::string group_id, std::map<TopicPartition, Offset> start_offsets,
    admin::AdminOptions options) {
    return impl_->start(api::alter_share_group_offsets_plan(
                            std::move(group_id), std::move(start_offsets), impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<std::string>> Admin::delete_share_group_offsets(
    std::string group_id, std::set<std::string> topics, admin::AdminOptions options) {
    return impl_->start(api::delete_share_group_offsets_plan(std::move(group_id), std::move(topics),
                                                             impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<BrokerId, std::vector<admin::TransactionListing>>> Admin::list_transactions(
    admin::ListTransactionsOptions options) {
    return impl_->start(api::list_transactions_plan(options, impl_->settings()), options.timeout);
}

Future<admin::Outcomes<std::string, admin::TransactionDescription>> Admin::describe_transactions(
    std::set<std::string> transactional_ids, admin::AdminOptions options) {
    return impl_->start(
        api::describe_transactions_plan(std::move(transactional_ids), impl_->settings()),
        options.timeout);
}

Future<admin::Outcomes<TopicPartition, std::vector<admin::ProducerState>>>
Admin::describe_producers(std::set<TopicPartition> partitions,
                          admin::DescribeProducersOptions options) {
    return impl_->start(
        api::describe_producers_plan(std::move(partitions), options, impl_->settings()),
        options.timeout);
}

Future<void> Admin::abort_transaction(admin::AbortTransactionSpec spec,
                                      admin::AdminOptions options) {
    return impl_->start(api::abort_transaction_plan(spec, impl_->settings()), options.timeout);
}

Future<admin::Outcomes<std::string, admin::FencedProducer>> Admin::fence_producers(
    std::set<std::string> transactional_ids, admin::AdminOptions options) {
    const Duration patience = options.timeout.value_or(impl_->config().common.request_timeout);
    return impl_->start(
        api::fence_producers_plan(std::move(transactional_ids), patience, impl_->settings()),
        options.timeout);
}

Future<void> Admin::force_terminate_transaction(std::string transactional_id,
                                                admin::AdminOptions options) {
    const Duration patience = options.timeout.value_or(impl_->config().common.request_timeout);
    auto fenced = api::fence_producers_plan({transactional_id}, patience, impl_->settings());
    auto result = [read = std::move(fenced.result),
                   id = std::move(transactional_id)]() mutable -> Result<void> {
        TRY_ASSIGN(auto outcomes, read());
        TRY(std::move(outcomes.at(id)));
        return {};
    };
    return impl_->start(
        api::Plan<void>{.operation = std::move(fenced.operation), .result = std::move(result)},
        options.timeout);
}

Future<admin::Outcomes<BrokerId, std::map<std::string, admin::LogDirDescription>>>
Admin::describe_log_dirs(std::set<BrokerId> brokers, admin::AdminOptions options) {
    return impl_->start(api::describe_log_dirs_plan(std::move(brokers), impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<admin::TopicPartitionReplica, admin::ReplicaLogDirInfo>>
Admin::describe_replica_log_dirs(std::set<admin::TopicPartitionReplica> replicas,
                                 admin::AdminOptions options) {
    return impl_->start(api::describe_replica_log_dirs_plan(std::move(replicas), impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<admin::TopicPartitionReplica>> Admin::alter_replica_log_dirs(
    std::map<admin::TopicPartitionReplica, std::string> log_dirs, admin::AdminOptions options) {
    return impl_->start(api::alter_replica_log_dirs_plan(std::move(log_dirs), impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<TopicPartition>> Admin::elect_leaders(
    admin::ElectionType type, std::optional<std::set<TopicPartition>> partitions,
    admin::AdminOptions options) {
    return impl_->start(api::elect_leaders_plan(type, partitions, impl_->settings()),
                        options.timeout);
}

Future<admin::Outcomes<TopicPartition>> Admin::alter_partition_reassignments(
    std::map<TopicPartition, admin::NewPartitionReassignment> reassignments,
    admin::AlterPartitionReassignmentsOptions options) {
    return impl_->start(api::alter_partition_reassignments_plan(std::move(reassignments), options,
                                                                impl_->settings()),
                        options.timeout);
}

Future<std::map<TopicPartition, admin::PartitionReassignment>> Admin::list_partition_reassignments(
    std::optional<std::set<TopicPartition>> partitions, admin::AdminOptions options) {
    return impl_->start(api::list_partition_reassignments_plan(partitions, impl_->settings()),
                        options.timeout);
}

}  // namespace barnabas
