// long: one test for each call, in the order in which they change the broker
// Every call of the admin client against a real broker, Barnabas or Apache Kafka: once as it is
// meant, and with the errors that both answer alike. tests/interop/test_cpp_admin.py starts the
// broker (BARNABAS_BOOTSTRAP names it) and makes what other clients have to make:
// - topic "records": 2 partitions, in partition 0 ten records with timestamps 1000, 1001, ...
// - group "live": a static member "i-1" of the classic protocol that reads "records"
// - transactional id "open": a transaction with one record in "pending"-0 that is going on

#include "client_calls.h"
#include <barnabas/admin.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace barnabas {
namespace {

using namespace admin;
using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::MatchesRegex;
using testing::Not;

Admin make_admin(ClientConfig more = {}) {
    more.emplace("bootstrap.servers", bootstrap());
    more.emplace("default.api.timeout.ms", "20000");
    auto made = Admin::create(std::move(more));
    if (!made) {
        throw std::runtime_error(made.error().message);
    }
    return std::move(*made);
}

template <class T>
ErrorCode code_of(const Result<T>& result) {
    return result ? ErrorCode::none : result.error().code;
}

TopicPartition partition(std::string topic, std::int32_t number) {
    return {std::move(topic), PartitionId{number}};
}

/// What was changed shows a moment later on Apache Kafka: asks until it does.
template <class Check>
bool eventually(Check check) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
    while (!check()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

class ClientAdmin : public testing::Test {
protected:
    /// A topic of its own name.
    std::string topic(const std::string& name, std::int32_t partitions = 1) {
        const auto made = good(admin.create_topics({{.name = name, .partitions = partitions}}));
        good(Result<CreatedTopic>(made.at(name)));
        EXPECT_TRUE(has_partitions(name, static_cast<std::size_t>(partitions)));
        return name;
    }
    bool has_partitions(const std::string& name, std::size_t count) {
        return eventually([&] {
            const auto described = good(admin.describe_topics({name}));
            return described.at(name) && described.at(name)->partitions.size() == count;
        });
    }
    /// The value that a configuration has, or "nothing".
    std::string config(const ConfigResource& resource, std::string_view name) {
        const auto described = good(admin.describe_configs({resource}));
        const auto& config = described.at(resource);
        const auto* entry = config ? config->find(name) : nullptr;
        return entry != nullptr ? entry->value.value_or("nothing") : "nothing";
    }
    BrokerId broker() { return good(admin.describe_cluster()).brokers.at(0).id; }

    Admin admin = make_admin();
};

TEST_F(ClientAdmin, TopicsAreMadeDescribedAndDeleted) {
    const NewTopic wanted{
        .name = "made", .partitions = 3, .configs = {{"cleanup.policy", "compact"}}};
    const auto validated = good(admin.create_topics({wanted}, {.validate_only = true}));
    ASSERT_TRUE(validated.at("made")) << validated.at("made").error().message;
    EXPECT_THAT(good(admin.list_topics()), Not(Contains(Key("made"))));

    const auto made = good(admin.create_topics({wanted}));
    ASSERT_TRUE(made.at("made")) << made.at("made").error().message;
    EXPECT_EQ(made.at("made")->partitions, 3);
    EXPECT_EQ(made.at("made")->replication_factor, 1);
    ASSERT_TRUE(made.at("made")->config);
    EXPECT_EQ(made.at("made")->config->find("cleanup.policy")->value, "compact");
    const TopicId id = made.at("made")->id;
    EXPECT_FALSE(id.is_zero());
    ASSERT_TRUE(has_partitions("made", 3));
    EXPECT_EQ(good(admin.list_topics()).at("made").id, id);

    const auto described =
        good(admin.describe_topics({"made", "nobody"}, {.include_authorized_operations = true}));
    ASSERT_TRUE(described.at("made"));
    const auto& topic = *described.at("made");
    EXPECT_EQ(topic.id, id);
    ASSERT_EQ(topic.partitions.size(), 3U);
    EXPECT_EQ(topic.partitions[2].leader->id, broker());
    EXPECT_GT(topic.partitions[2].leader->port, 0);
    EXPECT_EQ(topic.partitions[2].isr.size(), 1U);
    ASSERT_TRUE(topic.authorized_operations);
    EXPECT_TRUE(topic.authorized_operations->contains(AclOperation::describe_configs));
    EXPECT_EQ(code_of(described.at("nobody")), ErrorCode::unknown_topic_or_partition);

    const auto by_id = good(admin.describe_topics_by_id({id, TopicId{{1, 2, 3}}}));
    EXPECT_EQ(by_id.at(id)->name, "made");
    EXPECT_EQ(code_of(by_id.at(TopicId{{1, 2, 3}})), ErrorCode::unknown_topic_id);

    const auto gone = good(admin.delete_topics({"made", "nobody"}));
    EXPECT_TRUE(gone.at("made"));
    EXPECT_EQ(code_of(gone.at("nobody")), ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(code_of(good(admin.delete_topics_by_id({TopicId{{1, 2, 3}}})).begin()->second),
              ErrorCode::unknown_topic_id);
}

TEST_F(ClientAdmin, ManyPartitionsAreDescribedPageByPage) {
    topic("wide", 25);
    topic("narrow", 2);
    const auto described =
        good(admin.describe_topics({"narrow", "wide"}, {.partitions_per_response_max = 7}));
    ASSERT_TRUE(described.at("wide")) << described.at("wide").error().message;
    const auto& partitions = described.at("wide")->partitions;
    ASSERT_EQ(partitions.size(), 25U);
    for (std::int32_t i = 0; i < 25; ++i) {
        EXPECT_EQ(partitions[static_cast<std::size_t>(i)].partition, PartitionId{i});
    }
    EXPECT_EQ(described.at("narrow")->partitions.size(), 2U);
}

struct BadTopic {
    NewTopic topic;
    ErrorCode want;
};

TEST_F(ClientAdmin, TopicsThatCannotBeAreRefusedEachForItself) {
    topic("there");
    const BadTopic rows[] = {
        {{.name = "there"}, ErrorCode::topic_already_exists},
        {{.name = "a/b"}, ErrorCode::invalid_topic_exception},
        {{.name = "none", .partitions = 0}, ErrorCode::invalid_partitions},
        {{.name = "many", .replication_factor = 3}, ErrorCode::invalid_replication_factor},
        {{.name = "odd", .configs = {{"no.such.config", "1"}}}, ErrorCode::invalid_config},
        {{.name = "worse", .configs = {{"retention.ms", "soon"}}}, ErrorCode::invalid_config},
        {{.name = "far", .assignments = {{PartitionId{0}, {BrokerId{77}}}}},
         ErrorCode::invalid_replica_assignment}};
    std::vector<NewTopic> topics;
    for (const auto& row : rows) {
        topics.push_back(row.topic);
    }
    topics.push_back({.name = "fine"});
    const auto made = good(admin.create_topics(topics));
    for (const auto& row : rows) {
        EXPECT_EQ(code_of(made.at(row.topic.name)), row.want)
            << row.topic.name << ": " << made.at(row.topic.name).error().message;
        EXPECT_FALSE(made.at(row.topic.name).error().message.empty());
    }
    EXPECT_TRUE(made.at("fine"));
}

TEST_F(ClientAdmin, TopicsGetMorePartitions) {
    topic("growing", 2);
    const auto tried =
        good(admin.create_partitions({{"growing", {.total_count = 5}}}, {.validate_only = true}));
    EXPECT_TRUE(tried.at("growing"));
    const auto grown = good(
        admin.create_partitions({{"growing", {.total_count = 4}}, {"nobody", {.total_count = 4}}}));
    EXPECT_TRUE(grown.at("growing"));
    EXPECT_EQ(code_of(grown.at("nobody")), ErrorCode::unknown_topic_or_partition);
    EXPECT_TRUE(has_partitions("growing", 4));
    const auto shrunk = good(admin.create_partitions({{"growing", {.total_count = 1}}}));
    EXPECT_EQ(code_of(shrunk.at("growing")), ErrorCode::invalid_partitions);
}

struct OffsetRow {
    OffsetSpec spec;
    std::int64_t want;
};

TEST_F(ClientAdmin, OffsetsAreFoundByEndAndByTime) {
    const auto records = partition("records", 0);
    const OffsetRow rows[] = {{OffsetSpec::earliest(), 0},
                              {OffsetSpec::latest(), 10},
                              {OffsetSpec::max_timestamp(), 9},
                              {OffsetSpec::earliest_local(), 0},
                              {OffsetSpec::for_timestamp(Timestamp{1004}), 4},
                              {OffsetSpec::for_timestamp(Timestamp{5'000'000}), -1}};
    for (const auto& row : rows) {
        const auto found = good(admin.list_offsets({{records, row.spec}}));
        ASSERT_TRUE(found.at(records)) << found.at(records).error().message;
        EXPECT_EQ(found.at(records)->offset, Offset{row.want}) << row.spec.wire_value();
    }
    const auto open = partition("pending", 0);
    const auto committed = good(admin.list_offsets(
        {{open, OffsetSpec::latest()}}, {.isolation_level = IsolationLevel::read_committed}));
    EXPECT_EQ(committed.at(open)->offset, Offset{0});
    EXPECT_EQ(good(admin.list_offsets({{open, OffsetSpec::latest()}})).at(open)->offset, Offset{1});
}

TEST_F(ClientAdmin, WhatHasNoLeaderIsTheErrorWhenTheTimeIsOver) {
    const auto nobody = partition("nobody", 0);
    const auto beyond = partition("records", 99);
    const auto found = good(admin.list_offsets(
        {{nobody, OffsetSpec::latest()}, {beyond, OffsetSpec::latest()}}, {.timeout = 1s}));
    EXPECT_EQ(code_of(found.at(nobody)), ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(code_of(found.at(beyond)), ErrorCode::unknown_topic_or_partition);
}

TEST_F(ClientAdmin, RecordsAreDeletedUpToAnOffset) {
    const auto all = partition("cut", 0);
    const auto far = partition("cut", 1);
    const auto cut = good(admin.delete_records({{all, Offset{3}}, {far, Offset{4711}}}));
    ASSERT_TRUE(cut.at(all)) << cut.at(all).error().message;
    EXPECT_EQ(cut.at(all)->low_watermark, Offset{3});
    EXPECT_EQ(code_of(cut.at(far)), ErrorCode::offset_out_of_range);
    EXPECT_EQ(good(admin.delete_records({{all, delete_all_records}})).at(all)->low_watermark,
              Offset{10});
}

TEST_F(ClientAdmin, ConfigurationsOfTopicsAreDescribedAndChanged) {
    topic("configured");
    const ConfigResource there{ConfigResourceType::topic, "configured"};
    using enum AlterConfigOpType;
    const auto changed = good(admin.incremental_alter_configs(
        {{there, {{set, "retention.ms", "60000"}, {append, "cleanup.policy", "compact"}}}}));
    ASSERT_TRUE(changed.at(there)) << changed.at(there).error().message;
    ASSERT_TRUE(eventually([&] { return config(there, "retention.ms") == "60000"; }));
    const auto described = good(
        admin.describe_configs({there}, {.include_synonyms = true, .include_documentation = true}));
    const auto* retention = described.at(there)->find("retention.ms");
    ASSERT_NE(retention, nullptr);
    EXPECT_EQ(retention->value, "60000");
    EXPECT_EQ(retention->source, ConfigSource::dynamic_topic_config);
    EXPECT_EQ(retention->type, admin::ConfigType::long_);
    EXPECT_FALSE(retention->synonyms.empty());
    EXPECT_FALSE(retention->documentation.value_or("").empty());
    EXPECT_EQ(described.at(there)->find("cleanup.policy")->value, "delete,compact");
    EXPECT_TRUE(described.at(there)->find("segment.bytes")->is_default());

    ASSERT_TRUE(
        good(admin.incremental_alter_configs({{there, {{delete_, "retention.ms"}}}})).at(there));
    EXPECT_TRUE(eventually([&] { return config(there, "retention.ms") != "60000"; }));
}

TEST_F(ClientAdmin, ConfigurationsThatCannotBeAreRefused) {
    topic("refusing");
    const ConfigResource there{ConfigResourceType::topic, "refusing"};
    const ConfigResource nobody{ConfigResourceType::topic, "nobody"};
    using enum AlterConfigOpType;
    const auto changed = good(admin.incremental_alter_configs(
        {{there, {{set, "retention.ms", "soon"}}}, {nobody, {{set, "retention.ms", "1"}}}}));
    EXPECT_EQ(code_of(changed.at(there)), ErrorCode::invalid_config);
    EXPECT_EQ(code_of(changed.at(nobody)), ErrorCode::unknown_topic_or_partition);
    const auto validated = good(admin.incremental_alter_configs(
        {{there, {{set, "retention.ms", "123456"}}}}, {.validate_only = true}));
    EXPECT_TRUE(validated.at(there));
    const auto described = good(admin.describe_configs({there, nobody}));
    EXPECT_NE(described.at(there)->find("retention.ms")->value, "123456");
    EXPECT_EQ(code_of(described.at(nobody)), ErrorCode::unknown_topic_or_partition);
}

TEST_F(ClientAdmin, ConfigurationsOfBrokersAndGroupsAreDescribedAndChanged) {
    const ConfigResource one{ConfigResourceType::broker, fmt::format("{}", broker())};
    const ConfigResource every{ConfigResourceType::broker, ""};
    const ConfigResource group{ConfigResourceType::group, "configured"};
    using enum AlterConfigOpType;
    const auto changed = good(admin.incremental_alter_configs(
        {{every, {{set, "log.retention.ms", "7000000"}}},
         {group, {{set, "consumer.session.timeout.ms", "50000"}}}}));
    ASSERT_TRUE(changed.at(every)) << changed.at(every).error().message;
    ASSERT_TRUE(changed.at(group)) << changed.at(group).error().message;
    ASSERT_TRUE(eventually([&] {
        return config(one, "log.retention.ms") == "7000000" &&
               config(group, "consumer.session.timeout.ms") == "50000";
    }));
    const auto described = good(admin.describe_configs({one, every, group}));
    EXPECT_EQ(described.at(every)->find("log.retention.ms")->value, "7000000");
    EXPECT_EQ(described.at(one)->find("log.retention.ms")->source,
              ConfigSource::dynamic_default_broker_config);
    EXPECT_EQ(described.at(group)->find("consumer.session.timeout.ms")->value, "50000");

    const auto listed = good(admin.list_config_resources({ConfigResourceType::group}));
    EXPECT_THAT(listed, Contains(group));
    EXPECT_THAT(good(admin.list_config_resources({})), Contains(one));

    ASSERT_TRUE(good(admin.incremental_alter_configs({{every, {{delete_, "log.retention.ms"}}}}))
                    .at(every));
}

TEST_F(ClientAdmin, TheClusterIsDescribed) {
    const auto cluster = good(admin.describe_cluster({.include_authorized_operations = true}));
    EXPECT_FALSE(cluster.cluster_id.empty());
    ASSERT_EQ(cluster.brokers.size(), 1U);
    EXPECT_FALSE(cluster.brokers[0].fenced);
    ASSERT_TRUE(cluster.controller);
    EXPECT_EQ(cluster.controller->id, cluster.brokers[0].id);
    ASSERT_TRUE(cluster.authorized_operations);
    EXPECT_TRUE(cluster.authorized_operations->contains(AclOperation::alter));
    EXPECT_EQ(good(admin.describe_cluster({.include_fenced_brokers = true})).brokers.size(), 1U);

    const auto versions = good(admin.api_versions());
    ASSERT_TRUE(versions.at(cluster.brokers[0].id));
    const auto& apis = versions.at(cluster.brokers[0].id)->apis;
    EXPECT_EQ(apis.front().name, "Produce");
    EXPECT_EQ(apis.front().usable, apis.front().version_max);
    EXPECT_EQ(good(admin.api_versions({cluster.brokers[0].id})).size(), 1U);
}

TEST_F(ClientAdmin, FeaturesAreDescribedAndOneThatIsNotThereCannotChange) {
    const auto features = good(admin.describe_features());
    EXPECT_THAT(features.supported, Contains(Key("group.version")));
    EXPECT_THAT(features.finalized, Contains(Key("transaction.version")));
    const auto updated =
        good(admin.update_features({{"no.such.feature", {.version_max_level = 1}}}));
    EXPECT_THAT(code_of(updated.at("no.such.feature")),
                AnyOf(ErrorCode::invalid_update_version, ErrorCode::feature_update_failed,
                      ErrorCode::invalid_request));
    const auto level = features.finalized.at("group.version").version_max;
    const auto same = good(admin.update_features({{"group.version", {.version_max_level = level}}},
                                                 {.validate_only = true}));
    EXPECT_TRUE(same.at("group.version")) << same.at("group.version").error().message;
}

TEST_F(ClientAdmin, GroupsAreListedAndDescribed) {
    const auto listed = good(admin.list_groups(ListGroupsOptions::for_consumer_groups()));
    EXPECT_TRUE(listed.errors.empty());
    const auto live = std::ranges::find(listed.groups, "live", &GroupListing::id);
    ASSERT_NE(live, listed.groups.end());
    EXPECT_EQ(live->state, GroupState::stable);
    EXPECT_EQ(live->type, GroupType::classic);
    EXPECT_EQ(live->protocol, "consumer");
    EXPECT_TRUE(good(admin.list_groups({.states = {GroupState::dead}})).groups.empty());

    const auto described = good(admin.describe_consumer_groups(
        {"live", "nobody"}, {.include_authorized_operations = true}));
    ASSERT_TRUE(described.at("live")) << described.at("live").error().message;
    const auto& group = *described.at("live");
    EXPECT_EQ(group.type, GroupType::classic);
    EXPECT_EQ(group.partition_assignor, "range");
    EXPECT_EQ(group.coordinator->id, broker());
    EXPECT_TRUE(group.authorized_operations->contains(AclOperation::read));
    ASSERT_EQ(group.members.size(), 1U);
    EXPECT_EQ(group.members[0].group_instance_id, "i-1");
    EXPECT_EQ(group.members[0].assignment,
              (std::set{partition("records", 0), partition("records", 1)}));
    EXPECT_EQ(code_of(described.at("nobody")), ErrorCode::group_id_not_found);

    const auto classic = good(admin.describe_classic_groups({"live"}));
    EXPECT_EQ(classic.at("live")->protocol, "consumer");
    EXPECT_EQ(classic.at("live")->members.size(), 1U);
}

TEST_F(ClientAdmin, OffsetsOfGroupsAreAlteredListedAndDeleted) {
    topic("committed", 2);
    const auto zero = partition("committed", 0);
    const auto one = partition("committed", 1);
    const auto altered = good(admin.alter_consumer_group_offsets(
        "simple", {{zero, {.offset = Offset{3}, .leader_epoch = LeaderEpoch{0}, .metadata = "m"}},
                   {partition("nobody", 0), {.offset = Offset{1}}}}));
    EXPECT_TRUE(altered.at(zero));
    EXPECT_EQ(code_of(altered.at(partition("nobody", 0))), ErrorCode::unknown_topic_or_partition);

    const auto listed = good(admin.list_consumer_group_offsets(
        {{"simple", {}}, {"nobody", {}}, {"live", {.partitions = {{one}}}}},
        {.require_stable = true}));
    ASSERT_TRUE(listed.at("simple"));
    EXPECT_EQ(listed.at("simple")->at(zero)->value().offset, Offset{3});
    EXPECT_EQ(listed.at("simple")->at(zero)->value().metadata, "m");
    ASSERT_TRUE(listed.at("live"));
    EXPECT_EQ(*listed.at("live")->at(one), std::nullopt);
    ASSERT_TRUE(listed.at("nobody"));
    EXPECT_TRUE(listed.at("nobody")->empty());

    const auto groups = good(admin.list_groups()).groups;
    const auto simple = std::ranges::find(groups, "simple", &GroupListing::id);
    ASSERT_NE(simple, groups.end());
    EXPECT_TRUE(simple->is_simple_consumer_group());
    EXPECT_TRUE(good(admin.describe_consumer_groups({"simple"})).at("simple")->is_simple);

    EXPECT_TRUE(good(admin.delete_consumer_group_offsets("simple", {zero})).at(zero));
    const auto refused = good(admin.delete_consumer_group_offsets("nobody", {zero}));
    EXPECT_EQ(code_of(refused.at(zero)), ErrorCode::group_id_not_found);
    const auto read = partition("records", 0);
    EXPECT_EQ(code_of(good(admin.delete_consumer_group_offsets("live", {read})).at(read)),
              ErrorCode::group_subscribed_to_topic);
}

TEST_F(ClientAdmin, GroupsAreDeletedUnlessSomebodyIsInThem) {
    topic("leaving");
    ASSERT_TRUE(good(admin.alter_consumer_group_offsets(
                         "left", {{partition("leaving", 0), {.offset = Offset{0}}}}))
                    .begin()
                    ->second);
    const auto deleted = good(admin.delete_groups({"left", "nobody", "live"}));
    EXPECT_TRUE(deleted.at("left"));
    EXPECT_EQ(code_of(deleted.at("nobody")), ErrorCode::group_id_not_found);
    EXPECT_EQ(code_of(deleted.at("live")), ErrorCode::non_empty_group);
}

TEST_F(ClientAdmin, MembersAreRemoved) {
    const MemberToRemove nobody{.group_instance_id = "nobody"};
    const auto refused =
        good(admin.remove_members_from_consumer_group("removing", {.members = {nobody}}));
    EXPECT_EQ(code_of(refused.at(nobody)), ErrorCode::unknown_member_id);
    const auto removed =
        good(admin.remove_members_from_consumer_group("removing", {.reason = "a test"}));
    ASSERT_EQ(removed.size(), 1U);
    EXPECT_EQ(removed.begin()->first.group_instance_id, "i-2");
    EXPECT_TRUE(removed.begin()->second);
    EXPECT_EQ(code_of(admin.remove_members_from_consumer_group("nobody", {}).get()),
              ErrorCode::group_id_not_found);
}

TEST_F(ClientAdmin, ShareGroupsHaveOffsets) {
    topic("shared");
    const auto zero = partition("shared", 0);
    // Apache Kafka's coordinator hears of the topic later than who describes it.
    ASSERT_TRUE(eventually([&] {
        const auto altered = good(admin.alter_share_group_offsets("sharing", {{zero, Offset{0}}}));
        return altered.at(zero).has_value();
    }));
    const auto described = good(admin.describe_share_groups({"sharing", "nobody"}));
    ASSERT_TRUE(described.at("sharing")) << described.at("sharing").error().message;
    EXPECT_EQ(described.at("sharing")->state, GroupState::empty);
    EXPECT_EQ(code_of(described.at("nobody")), ErrorCode::group_id_not_found);
    const auto listing = good(admin.list_groups(ListGroupsOptions::for_share_groups()));
    ASSERT_EQ(listing.groups.size(), 1U);
    EXPECT_EQ(listing.groups[0].type, GroupType::share);

    const auto offsets = good(admin.list_share_group_offsets({{"sharing", {}}, {"nobody", {}}}));
    ASSERT_TRUE(offsets.at("sharing")) << offsets.at("sharing").error().message;
    EXPECT_EQ(offsets.at("sharing")->at(zero)->value().start_offset, Offset{0});
    // Apache Kafka answers with no offsets where there is no group.
    const auto& nobody = offsets.at("nobody");
    EXPECT_TRUE(nobody ? nobody->empty() : code_of(nobody) == ErrorCode::group_id_not_found);

    const auto deleted = good(admin.delete_share_group_offsets("sharing", {"shared"}));
    EXPECT_TRUE(deleted.at("shared"));
    EXPECT_TRUE(good(admin.delete_groups({"sharing"})).at("sharing"));
}

TEST_F(ClientAdmin, TransactionsAreListedDescribedAndAborted) {
    const auto listed = good(admin.list_transactions({.states = {TransactionState::ongoing}}));
    const auto& of_broker = listed.at(broker());
    ASSERT_TRUE(of_broker);
    ASSERT_EQ(of_broker->size(), 1U);
    EXPECT_EQ(of_broker->at(0).transactional_id, "open");
    const auto others = good(admin.list_transactions({.transactional_id_pattern = "x.*"}));
    EXPECT_TRUE(others.at(broker())->empty());
    const auto longer = good(admin.list_transactions({.duration_min = 1h}));
    EXPECT_TRUE(longer.at(broker())->empty());

    const auto described = good(admin.describe_transactions({"open", "nobody"}));
    ASSERT_TRUE(described.at("open"));
    EXPECT_EQ(described.at("open")->state, TransactionState::ongoing);
    EXPECT_EQ(described.at("open")->partitions, std::set{partition("pending", 0)});
    EXPECT_TRUE(described.at("open")->started);
    EXPECT_EQ(code_of(described.at("nobody")), ErrorCode::transactional_id_not_found);

    const auto pending = partition("pending", 0);
    const auto producers = good(admin.describe_producers({pending}));
    ASSERT_TRUE(producers.at(pending));
    ASSERT_EQ(producers.at(pending)->size(), 1U);
    const auto& producer = producers.at(pending)->at(0);
    EXPECT_EQ(producer.producer_id, described.at("open")->producer_id);
    EXPECT_EQ(producer.current_transaction_start_offset, Offset{0});
    EXPECT_EQ(good(admin.describe_producers({pending}, {.broker = broker()})).size(), 1U);

    const auto fenced = good(admin.fence_producers({"open", "fresh"}));
    ASSERT_TRUE(fenced.at("open")) << fenced.at("open").error().message;
    EXPECT_EQ(fenced.at("open")->producer_id, producer.producer_id);
    EXPECT_TRUE(fenced.at("fresh"));
    EXPECT_EQ(good(admin.describe_transactions({"open"})).at("open")->partitions.size(), 0U);
    EXPECT_EQ(code_of(admin.force_terminate_transaction("fresh").get()), ErrorCode::none);

    const AbortTransactionSpec stale{.partition = pending,
                                     .producer_id = producer.producer_id,
                                     .producer_epoch = ProducerEpoch{0},
                                     .coordinator_epoch = -1};
    EXPECT_NE(code_of(admin.abort_transaction(stale).get()), ErrorCode::none);
}

TEST_F(ClientAdmin, LogDirectoriesAreDescribedAndReplicasMoved) {
    topic("placed");
    const BrokerId id = broker();
    const auto described = good(admin.describe_log_dirs({id}));
    ASSERT_TRUE(described.at(id));
    ASSERT_EQ(described.at(id)->size(), 2U) << "the broker has two";
    const TopicPartitionReplica replica{"placed", PartitionId{0}, id};
    const TopicPartitionReplica nobody{"nobody", PartitionId{0}, id};
    const auto places = good(admin.describe_replica_log_dirs({replica, nobody}));
    ASSERT_TRUE(places.at(replica)->current);
    const auto from = places.at(replica)->current->log_dir;
    EXPECT_FALSE(places.at(nobody)->current);
    const auto& dirs = *described.at(id);
    const auto to = dirs.begin()->first == from ? dirs.rbegin()->first : dirs.begin()->first;
    EXPECT_TRUE(dirs.at(to).state);
    EXPECT_GT(dirs.at(to).total_bytes.value_or(0), 0);

    const auto moved = good(admin.alter_replica_log_dirs({{replica, to}}));
    ASSERT_TRUE(moved.at(replica)) << moved.at(replica).error().message;
    const auto refused = good(admin.alter_replica_log_dirs({{replica, "/no/such/directory"}}));
    EXPECT_EQ(code_of(refused.at(replica)), ErrorCode::log_dir_not_found);
    const TopicPartitionReplica away{"placed", PartitionId{0}, BrokerId{77}};
    const auto lost = good(admin.alter_replica_log_dirs({{away, to}}, {.timeout = 2s}));
    EXPECT_EQ(code_of(lost.at(away)), ErrorCode::broker_not_available);
}

TEST_F(ClientAdmin, LeadersAreElectedWhereOneIsNeeded) {
    topic("led");
    const auto led = partition("led", 0);
    const auto nobodys = partition("nobody", 0);
    for (const auto type : {ElectionType::preferred, ElectionType::unclean}) {
        const auto elected = good(admin.elect_leaders(type, std::set{led, nobodys}));
        EXPECT_EQ(code_of(elected.at(led)), ErrorCode::election_not_needed);
        EXPECT_EQ(code_of(elected.at(nobodys)), ErrorCode::unknown_topic_or_partition);
        EXPECT_THAT(good(admin.elect_leaders(type, std::nullopt)), Not(Contains(Key(led))));
    }
}

TEST_F(ClientAdmin, ReplicasAreReassignedToBrokersThatAreThere) {
    topic("assigned");
    const auto one = partition("assigned", 0);
    const auto outcome = [&](NewPartitionReassignment brokers, bool any_factor = true) {
        return code_of(
            good(admin.alter_partition_reassignments(
                     {{one, std::move(brokers)}}, {.allow_replication_factor_change = any_factor}))
                .at(one));
    };
    using Brokers = std::vector<BrokerId>;
    EXPECT_EQ(outcome(Brokers{broker()}), ErrorCode::none);
    EXPECT_EQ(outcome(Brokers{broker()}, false), ErrorCode::none);
    EXPECT_EQ(outcome(std::nullopt), ErrorCode::no_reassignment_in_progress);
    for (const auto& wrong :
         {Brokers{}, Brokers{BrokerId{77}}, Brokers{BrokerId{-1}}, Brokers{broker(), broker()}}) {
        EXPECT_EQ(outcome(wrong), ErrorCode::invalid_replica_assignment);
    }
    EXPECT_TRUE(good(admin.list_partition_reassignments()).empty());
    EXPECT_TRUE(good(admin.list_partition_reassignments(std::set{one})).empty());
}

TEST_F(ClientAdmin, CallsWaitTogetherAndEndWithTheClient) {
    auto topics = admin.list_topics();
    auto cluster = admin.describe_cluster();
    EXPECT_TRUE(cluster.get());
    EXPECT_TRUE(topics.get());
    good(admin.close(5s));
    const auto late = admin.list_topics().get();
    ASSERT_FALSE(late);
    EXPECT_THAT(late.error().message, HasSubstr("closed"));
    good(admin.close());
}

TEST(ClientAdminAlone, SaysThatNobodyAnswersAndInTime) {
    ClientConfig config{{"bootstrap.servers", "127.0.0.1:1"}};
    auto admin = Admin::create(std::move(config));
    ASSERT_TRUE(admin) << admin.error().message;
    const auto listed = admin->list_topics({.timeout = 500ms}).get();
    ASSERT_FALSE(listed);
    EXPECT_EQ(listed.error().code, ErrorCode::request_timed_out);
    EXPECT_THAT(listed.error().message, HasSubstr("127.0.0.1:1"));
}

/// What a refusal ends with: which answer of which broker it is, and after how long.
std::string source_pattern(const std::string& api) {
    return fmt::format(R"(.* \({} v[0-9]+ to broker [0-9]+ \([^ ]+:[0-9]+\), )"
                       R"(answered after [0-9]+ ms\))",
                       api);
}

TEST_F(ClientAdmin, RefusalsSayTheBrokerTheApiAndHowLong) {
    topic("said", 1);
    const auto refused = good(admin.create_topics({{.name = "said"}})).at("said");
    ASSERT_EQ(code_of(refused), ErrorCode::topic_already_exists);
    EXPECT_THAT(refused.error().message, MatchesRegex(source_pattern("CreateTopics")));

    const auto deleted = good(admin.delete_groups({"nobody"})).at("nobody");
    ASSERT_EQ(code_of(deleted), ErrorCode::group_id_not_found);
    EXPECT_THAT(deleted.error().message, MatchesRegex(source_pattern("DeleteGroups")));

    const auto said = partition("said", 0);
    const auto cut = good(admin.delete_records({{said, Offset{7}}})).at(said);
    ASSERT_EQ(code_of(cut), ErrorCode::offset_out_of_range);
    EXPECT_THAT(cut.error().message, MatchesRegex(source_pattern("DeleteRecords")));

    const auto missing = partition("missing", 0);
    const auto late =
        good(admin.list_offsets({{missing, OffsetSpec::latest()}}, {.timeout = 500ms})).at(missing);
    ASSERT_EQ(code_of(late), ErrorCode::unknown_topic_or_partition);
    EXPECT_THAT(late.error().message, MatchesRegex(source_pattern("Metadata")));
}

TEST_F(ClientAdmin, WhoPrintsWhatKafkasToolsPrintGetsTheBrokersSentenceAlone) {
    topic("told", 1);
    auto plain =
        good(Admin::create({{"bootstrap.servers", bootstrap()}}, nullptr, ErrorWords::as_told));
    const auto refused = good(plain.create_topics({{.name = "told"}})).at("told");
    ASSERT_EQ(code_of(refused), ErrorCode::topic_already_exists);
    EXPECT_THAT(refused.error().message,
                AllOf(HasSubstr("already exists"), Not(HasSubstr("broker"))));
}

TEST(ClientAdminAlone, SharesALoopAndGoesWhileACallIsUnderWay) {
    const auto loop = EventLoop::start();
    ASSERT_TRUE(loop);
    Future<ClusterDescription> pending;
    {
        auto admin = Admin::create({{"bootstrap.servers", "127.0.0.1:1"}}, *loop);
        auto other = Admin::create({{"bootstrap.servers", bootstrap()}}, *loop);
        ASSERT_TRUE(admin);
        ASSERT_TRUE(other);
        pending = admin->describe_cluster();
        EXPECT_TRUE(other->describe_cluster().get());
    }
    EXPECT_FALSE(pending.get()) << "the client went before there was an answer";
}

TEST(ClientAdminAlone, AFutureMayGoOnAndDestroyTheClient) {
    auto admin = std::make_unique<Admin>(make_admin());
    std::promise<bool> seen;
    auto done = seen.get_future();
    admin->describe_cluster().then([&admin, &seen](Result<ClusterDescription> cluster) {
        admin.reset();
        seen.set_value(cluster.has_value());
    });
    EXPECT_TRUE(done.get());
}

}  // namespace
}  // namespace barnabas
