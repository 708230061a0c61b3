#include "metadata/cluster_state.h"

#include "metadata/embedded_store.h"
#include "support/store_calls.h"

#include <gtest/gtest.h>

namespace barnabas::metadata {
namespace {

Result<ClusterState> load(Store& store) {
    return result_of<ClusterState>([&](auto done) { load_cluster_state(store, done); });
}

NewTopic two_partitions(std::string name) {
    const TopicId id = *Uuid::parse("ABEiM0RVZneImaq7zN3u_w");
    return {.name = std::move(name),
            .node = {.id = id,
                     .partitions = {{.replicas = {BrokerId(1)}},
                                    {.replicas = {BrokerId(2), BrokerId(1)}}}},
            .configs = {{"retention.ms", "5"}},
            .controller_epoch = 3};
}

TEST(ClusterState, AnEmptyTreeIsAnEmptyCluster) {
    const auto store = make_memory_store();
    const auto state = load(*store);
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(state->cluster_id, "");
    EXPECT_FALSE(state->controller);
    EXPECT_TRUE(state->topics.empty());
}

TEST(ClusterState, PreparingTwiceChangesNothing) {
    const auto store = make_memory_store();
    ASSERT_TRUE(create(*store, {"/brokers", ""}));
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(result_of<void>([&](auto done) { prepare_tree(*store, done); }));
    }
    for (const std::string_view path : base_paths()) {
        EXPECT_TRUE(get(*store, std::string(path))) << path;
    }
}

TEST(ClusterState, ACreatedTopicReadsBack) {
    const auto store = prepared_store();
    const NewTopic topic = two_partitions("t");
    ASSERT_TRUE(multi(*store, create_topic_ops(topic)));
    const auto state = load(*store);
    ASSERT_TRUE(state) << state.error().message;
    const StoredTopic& read = state->topics.at("t");
    EXPECT_EQ(read.node, topic.node);
    EXPECT_EQ(read.configs, topic.configs);
    EXPECT_EQ(read.states, stored(topic).states);
    EXPECT_EQ(read.states[1]->leader, BrokerId(2));
    EXPECT_EQ(read.states[1]->controller_epoch, 3);
    EXPECT_EQ(multi(*store, create_topic_ops(topic)).error().code, StoreErrorCode::node_exists);
}

TEST(ClusterState, ADeletedTopicLeavesNothing) {
    const auto store = prepared_store();
    const NewTopic topic = two_partitions("t");
    ASSERT_TRUE(multi(*store, create_topic_ops(topic)));
    ASSERT_TRUE(multi(*store, condemn_topic_ops("t")));
    EXPECT_EQ(multi(*store, condemn_topic_ops("t")).error().code, StoreErrorCode::node_exists);
    const auto state = load(*store);
    EXPECT_TRUE(state->topics.at("t").being_deleted);
    ASSERT_TRUE(multi(*store, delete_topic_ops("t", state->topics.at("t"))));
    EXPECT_TRUE(load(*store)->topics.empty());
    EXPECT_TRUE(children(*store, "/config/topics")->empty());
    EXPECT_TRUE(children(*store, "/admin/delete_topics")->empty());
    ASSERT_TRUE(multi(*store, create_topic_ops(topic)));
}

TEST(ClusterState, PartitionsAreAddedOnce) {
    const auto store = prepared_store();
    const NewTopic topic = two_partitions("t");
    ASSERT_TRUE(multi(*store, create_topic_ops(topic)));
    const auto ops = add_partitions_ops("t", stored(topic), {{.replicas = {BrokerId(5)}}}, 4);
    ASSERT_TRUE(multi(*store, ops));
    const auto state = load(*store);
    EXPECT_EQ(state->topics.at("t").node.partitions.size(), 3U);
    EXPECT_EQ(state->topics.at("t").states[2]->leader, BrokerId(5));
    EXPECT_EQ(multi(*store, ops).error().code, StoreErrorCode::bad_version);

    const auto after = with_partitions(stored(topic), {{.replicas = {BrokerId(5)}}}, 4);
    EXPECT_EQ(after.node, state->topics.at("t").node);
    EXPECT_EQ(after.states, state->topics.at("t").states);
    EXPECT_EQ(after.version, state->topics.at("t").version);
    EXPECT_TRUE(multi(*store, delete_topic_ops("t", after)));
    EXPECT_TRUE(load(*store)->topics.empty());
}

TEST(ClusterState, ConfigurationsAreReplacedWhole) {
    const auto store = prepared_store();
    ASSERT_TRUE(multi(*store, create_topic_ops(two_partitions("t"))));
    for (const ConfigMap& configs : {ConfigMap{{"a", "1"}}, ConfigMap{}}) {
        EXPECT_TRUE(
            result_of<void>([&](auto done) { set_topic_config(*store, "t", configs, done); }));
        EXPECT_TRUE(result_of<void>(
            [&](auto done) { set_broker_config(*store, BrokerId(2), configs, done); }));
        EXPECT_TRUE(result_of<void>(
            [&](auto done) { set_broker_config(*store, no_broker, configs, done); }));
        const auto state = load(*store);
        EXPECT_EQ(state->topics.at("t").configs, configs);
        EXPECT_EQ(state->broker_configs.at(BrokerId(2)), configs);
        EXPECT_EQ(state->default_broker_configs, configs);
    }
}

TEST(ClusterState, GroupsWithoutConfigurationsLeaveNothing) {
    const auto store = prepared_store();
    const auto set = [&store](const std::string& group, const ConfigMap& configs) {
        return result_of<void>([&](auto done) { set_group_config(*store, group, configs, done); });
    };
    EXPECT_TRUE(set("a/b", {{"x", "1"}}));
    EXPECT_TRUE(set("a/b", {{"y", "2"}}));
    EXPECT_TRUE(set("c", {{"x", "3"}}));
    EXPECT_TRUE(set("never", {}));
    auto groups = load(*store)->group_configs;
    EXPECT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups["a/b"], (ConfigMap{{"y", "2"}}));
    EXPECT_TRUE(set("a/b", {}));
    groups = load(*store)->group_configs;
    EXPECT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups["c"], (ConfigMap{{"x", "3"}}));
}

TEST(ClusterState, AnImportedClusterReadsBackAndIsTakenOverOnce) {
    const auto store = prepared_store();
    const ImportedCluster cluster{.cluster_id = "elsewhere",
                                  .topics = {two_partitions("a"), two_partitions("b")},
                                  .broker_configs = {{BrokerId(1), {{"log.cleaner.threads", "2"}}}},
                                  .default_broker_configs = {{"message.max.bytes", "7"}}};
    ASSERT_TRUE(multi(*store, import_ops(cluster)));
    const auto state = load(*store);
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(state->cluster_id, "elsewhere");
    EXPECT_EQ(state->topics.size(), 2U);
    EXPECT_EQ(state->broker_configs, cluster.broker_configs);
    EXPECT_EQ(state->default_broker_configs, cluster.default_broker_configs);
    EXPECT_EQ(multi(*store, import_ops(cluster)).error().code, StoreErrorCode::node_exists);
}

TEST(ClusterState, TheFirstClusterIdStays) {
    const auto store = prepared_store();
    for (const char* proposed : {"first", "second"}) {
        const auto id =
            result_of<std::string>([&](auto done) { ensure_cluster_id(*store, proposed, done); });
        EXPECT_EQ(*id, "first");
    }
    EXPECT_EQ(load(*store)->cluster_id, "first");
}

TEST(ClusterState, ProducerIdsAreHandedOutOnce) {
    const auto store = prepared_store();
    for (int i = 0; i < 3; ++i) {
        const auto block = result_of<ProducerIdBlock>(
            [&](auto done) { allocate_producer_ids(*store, BrokerId(i), ProducerId(0), done); });
        EXPECT_EQ(*block, (ProducerIdBlock{.broker = BrokerId(i),
                                           .first = ProducerId(i * 1000),
                                           .last = ProducerId(i * 1000 + 999)}));
    }
}

TEST(ClusterState, ProducerIdsBeginWhereItIsAskedFor) {
    struct Row {
        std::int64_t at_least;
        std::int64_t want;
    };
    const Row rows[] = {{5000, 5000}, {0, 6000}, {6500, 7000}, {8001, 8001}, {0, 9001}};
    const auto store = prepared_store();
    for (const auto& row : rows) {
        const auto block = result_of<ProducerIdBlock>([&](auto done) {
            allocate_producer_ids(*store, BrokerId(1), ProducerId(row.at_least), done);
        });
        ASSERT_TRUE(block) << block.error().message;
        EXPECT_EQ(block->first, ProducerId(row.want)) << "at least " << row.at_least;
    }
}

TEST(ClusterState, TheProducerIdsOfAnImportedClusterAreNotGivenOutAgain) {
    const auto store = prepared_store();
    const ImportedCluster cluster{.cluster_id = "elsewhere",
                                  .topics = {},
                                  .broker_configs = {},
                                  .default_broker_configs = {},
                                  .next_producer_id = ProducerId(3000)};
    ASSERT_TRUE(multi(*store, import_ops(cluster)));
    const auto block = result_of<ProducerIdBlock>(
        [&](auto done) { allocate_producer_ids(*store, BrokerId(1), ProducerId(0), done); });
    ASSERT_TRUE(block) << block.error().message;
    EXPECT_EQ(block->first, ProducerId(3000));
}

TEST(ClusterState, ADamagedNodeIsNamed) {
    const auto store = prepared_store();
    ASSERT_TRUE(create(*store, {"/brokers/topics/t", "{"}));
    const auto state = load(*store);
    ASSERT_FALSE(state);
    EXPECT_TRUE(state.error().message.contains("/brokers/topics/t")) << state.error().message;
}

}  // namespace
}  // namespace barnabas::metadata
