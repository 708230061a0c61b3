#include "metadata/layout.h"

#include <gtest/gtest.h>

namespace barnabas::metadata {
namespace {

TEST(Layout, PartitionsAreNumberedInOrder) {
    TopicNode node;
    for (int p = 0; p < 12; ++p) {
        node.partitions.push_back({.replicas = {BrokerId(1)}});
    }
    node.partitions[10].adding = {BrokerId(2)};
    const std::string json = encode(node);
    EXPECT_TRUE(json.starts_with(R"({"partitions":{"0":[1],"1":[1],"2":[1])")) << json;
    const auto back = decode_topic("/brokers/topics/t", json);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, node);
}

TEST(Layout, AGroupsIdMayHaveAnyByte) {
    std::string every;
    for (int c = 0; c < 256; ++c) {
        every += static_cast<char>(c);
    }
    const std::string ids[] = {
        "plain-Group_1.x",       ".", "..", "a/b", "%41", "50%", "%", "%zz", every,
        std::string(32'767, '/')};
    for (const std::string& id : ids) {
        const std::string path = paths::group_config(id);
        const std::string prefix = std::string(paths::group_configs) + "/";
        ASSERT_TRUE(path.starts_with(prefix));
        const std::string name = path.substr(prefix.size());
        EXPECT_EQ(name.find('/'), std::string::npos);
        EXPECT_TRUE(name != "." && name != "..");
        EXPECT_EQ(paths::group_of_node(name), id);
    }
    EXPECT_EQ(paths::group_config("plain-Group_1.x"), "/config/groups/plain-Group_1.x");
    EXPECT_EQ(paths::group_config("a/b *"), "/config/groups/a%2Fb%20%2A");
}

TEST(Layout, NamesThePathOfWhatItCannotRead) {
    const std::string_view bad[] = {"",
                                    "[]",
                                    "{",
                                    "null",
                                    "{}",
                                    R"({"partitions":[]})",
                                    R"({"partitions":{"0":1}})",
                                    R"({"partitions":{"0":["1"]}})",
                                    R"({"partitions":{"1":[1]}})",
                                    R"({"partitions":{"x":[1]}})",
                                    R"({"partitions":{"0":[1],"+0":[2]}})",
                                    R"({"partitions":{"0":[]}})",
                                    R"({"partitions":{"0":[4294967297]}})",
                                    R"({"partitions":{"0":[1]},"topic_id":"short"})"};
    for (const std::string_view json : bad) {
        const auto got = decode_topic("/brokers/topics/t", json);
        ASSERT_FALSE(got) << json;
        EXPECT_TRUE(got.error().message.starts_with("/brokers/topics/t does not hold"))
            << got.error().message;
    }
    EXPECT_FALSE(
        decode_partition_state("/p", R"({"leader":1,"leader_epoch":1,"controller_epoch":1})"));
    EXPECT_FALSE(decode_broker("/b", "{}"));
    EXPECT_FALSE(decode_broker("/b", R"({"listener_security_protocol_map":{},"endpoints":[1],)"
                                     R"("port":1,"jmx_port":-1,"timestamp":"1"})"));
    EXPECT_TRUE(decode_broker("/b", R"({"listener_security_protocol_map":{},"endpoints":["a"],)"
                                    R"("port":1,"jmx_port":-1,"timestamp":"1"})"));
    EXPECT_FALSE(decode_controller("/c", R"({"brokerid":99999999999,"timestamp":"1"})"));
    EXPECT_FALSE(
        decode_producer_id_block("/l", R"({"broker":1,"block_start":"x","block_end":"1"})"));
    EXPECT_FALSE(decode_config("/c", R"({"version":1,"config":{"a":1}})"));
    EXPECT_FALSE(decode_cluster_id("/i", R"({"id":1})"));
    EXPECT_FALSE(decode_controller_epoch("/e", "-1"));
}

TEST(Layout, ReadsWhatOlderVersionsLeaveOut) {
    const auto topic = decode_topic("/t", R"({"version":1,"partitions":{"0":[1,2]}})");
    ASSERT_TRUE(topic) << topic.error().message;
    EXPECT_TRUE(topic->id.is_zero());
    EXPECT_EQ(topic->partitions[0].replicas, (std::vector{BrokerId(1), BrokerId(2)}));
    EXPECT_EQ(*decode_config("/c", ""), ConfigMap{});
}

TEST(Layout, KeepsAnUncleanLeadersMark) {
    const PartitionStateNode node{.leader = BrokerId(1), .isr = {BrokerId(1)}, .recovering = true};
    EXPECT_EQ(*decode_partition_state("/p", encode(node)), node);
}

}  // namespace
}  // namespace barnabas::metadata
