#include "metadata/cluster_state.h"
#include "metadata/embedded_store.h"
#include "metadata/layout.h"
#include "support/store_calls.h"
#include "support/vectors.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace barnabas::metadata {
namespace {

using boost::json::object;

class TreeOfKafka : public ::testing::TestWithParam<const char*> {
protected:
    [[nodiscard]] static std::vector<object> nodes() {
        return testing::data_lines(std::string("zookeeper/") + GetParam());
    }
};

std::string value_of(const object& node) {
    return node.at("value").is_null() ? "" : std::string(node.at("value").as_string());
}

/// A node decoded and encoded again; nothing where the layout does not model it.
std::optional<Result<std::string>> again(const std::string& path, const std::string& json) {
    const auto encoded = [](auto node) -> Result<std::string> {
        return node ? Result<std::string>(encode(*node)) : std::unexpected(node.error());
    };
    if (path.starts_with("/brokers/ids/")) {
        return encoded(decode_broker(path, json));
    }
    if (path.starts_with("/brokers/topics/") && path.ends_with("/state")) {
        return encoded(decode_partition_state(path, json));
    }
    if (path.starts_with("/brokers/topics/") && path.find('/', 16) == std::string::npos) {
        return encoded(decode_topic(path, json));
    }
    if (path == paths::controller) {
        return encoded(decode_controller(path, json));
    }
    if (path == paths::producer_id_block) {
        return encoded(decode_producer_id_block(path, json));
    }
    if (path == paths::cluster_id) {
        const auto id = decode_cluster_id(path, json);
        return id ? Result<std::string>(encode_cluster_id(*id)) : std::unexpected(id.error());
    }
    if (path == paths::feature) {
        return Result<std::string>(encode_no_features());
    }
    return std::nullopt;
}

TEST_P(TreeOfKafka, NodesAreWrittenAsKafkaWritesThem) {
    int seen = 0;
    for (const object& node : nodes()) {
        const std::string path(node.at("path").as_string());
        const std::string json = value_of(node);
        if (const auto written = again(path, json)) {
            ASSERT_TRUE(*written) << written->error().message;
            EXPECT_EQ(**written, json) << path;
            ++seen;
        }
    }
    EXPECT_GT(seen, 15);
}

/// Java's order of the names is none: compared without it.
TEST_P(TreeOfKafka, ConfigurationsHoldTheSameValues) {
    for (const object& node : nodes()) {
        const std::string path(node.at("path").as_string());
        const std::string json = value_of(node);
        if ((path.starts_with(paths::topic_configs) || path.starts_with(paths::broker_configs)) &&
            !json.empty()) {
            const auto config = decode_config(path, json);
            ASSERT_TRUE(config) << config.error().message;
            EXPECT_EQ(boost::json::parse(encode_config(*config)), boost::json::parse(json)) << path;
        }
    }
}

TEST_P(TreeOfKafka, LoadsAsACluster) {
    const auto store = make_memory_store();
    std::map<std::string, std::string> by_path;  // parents before children
    for (const object& node : nodes()) {
        by_path.emplace(node.at("path").as_string(), value_of(node));
    }
    by_path.erase("/");
    for (const auto& [path, value] : by_path) {
        ASSERT_TRUE(create(*store, {path, value})) << path;
    }
    std::optional<Result<ClusterState>> loaded;
    load_cluster_state(*store,
                       [&loaded](Result<ClusterState> state) { loaded = std::move(state); });
    ASSERT_TRUE(loaded && *loaded) << loaded->error().message;
    const ClusterState& state = **loaded;
    EXPECT_EQ(state.cluster_id, "rZQdamc5SGCpiru8TZL5wA");
    EXPECT_EQ(state.broker_configs.at(BrokerId(2)), (ConfigMap{{"log.cleaner.threads", "2"}}));
    EXPECT_EQ(state.default_broker_configs, (ConfigMap{{"message.max.bytes", "2000000"}}));
    const StoredTopic& plain = state.topics.at("plain");
    EXPECT_EQ(plain.configs.at("retention.ms"), "3600000");
    EXPECT_EQ(plain.node.partitions.size(), 3U);
    EXPECT_TRUE(plain.states[0] && plain.states[1] && plain.states[2]);
    const bool steady = std::string_view(GetParam()) == "steady";
    EXPECT_EQ(state.brokers.size(), steady ? 3U : 2U);
    EXPECT_EQ(state.controller->broker, steady ? BrokerId(3) : BrokerId(1));
    EXPECT_EQ(state.controller_epoch, steady ? 1 : 2);
}

TEST_P(TreeOfKafka, CopyEqualsTheOriginalWhereThatIsThere) {
    std::ifstream file(std::string(BARNABAS_TEST_DATA) + "/../../../shared/zookeeper/" +
                       GetParam() + ".jsonl");
    if (!file) {
        return;
    }
    std::vector<object> originals;
    for (std::string line; std::getline(file, line);) {
        originals.push_back(boost::json::parse(line).as_object());
    }
    EXPECT_TRUE(nodes() == originals);
}

INSTANTIATE_TEST_SUITE_P(Samples, TreeOfKafka,
                         ::testing::Values("steady", "pending", "broker-3-down"));

}  // namespace
}  // namespace barnabas::metadata
