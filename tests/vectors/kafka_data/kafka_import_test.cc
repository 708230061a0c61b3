// What a stopped Kafka broker's directories say of its topics and settings.
#include "log/kafka_import.h"

#include "runtime/real/posix_disk.h"
#include "support/archive.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

KafkaDirectoryContents read(std::string_view archive, const std::vector<std::string>& names) {
    testing::TemporaryDirectory folder;
    testing::unpack_archive(archive, folder.path());
    runtime::PosixDisk disk;
    std::vector<runtime::Path> directories;
    for (const auto& name : names) {
        directories.push_back(folder.path() / name);
    }
    auto contents = read_kafka_directories(disk, directories, {});
    EXPECT_TRUE(contents) << contents.error().message;
    return contents ? *contents : KafkaDirectoryContents{};
}

std::vector<std::string> names_of(const KafkaDirectoryContents& contents) {
    std::vector<std::string> names;
    for (const auto& [name, topic] : contents.topics) {
        names.push_back(fmt::format("{}:{}", name, topic.partitions.size()));
    }
    return names;
}

class KraftImport : public ::testing::TestWithParam<const char*> {};

TEST_P(KraftImport, TakesTopicsAndSettingsFromTheMetadataLog) {
    const auto contents = read(fmt::format("kafka-data/kafka-4.4-{}", GetParam()), {"data"});
    EXPECT_TRUE(contents.has_metadata_log);
    EXPECT_EQ(contents.identity.node, BrokerId{1});
    EXPECT_EQ(contents.identity.cluster_id, "QeVNXTHcTPSzbAQ1AX5f7w");
    EXPECT_TRUE(contents.strays.empty());
    EXPECT_EQ(
        names_of(contents),
        (std::vector<std::string>{"__consumer_offsets:2", "__transaction_state:2", "append-time:1",
                                  "codecs:1", "compacted:1", "empty:2", "plain:3", "rolled:1",
                                  "transactional:2", "truncated-head:1"}));
    EXPECT_EQ(contents.default_broker_configs, (ConfigMap{{"min.insync.replicas", "1"}}));
    EXPECT_EQ(contents.broker_configs, ConfigMap{});
    EXPECT_EQ(contents.next_producer_id, ProducerId{1000});
    EXPECT_EQ(contents.topics.at("compacted").configs,
              (ConfigMap{{"cleanup.policy", "compact"},
                         {"delete.retention.ms", "86400000"},
                         {"min.cleanable.dirty.ratio", "0.01"},
                         {"segment.bytes", "1048576"}}));
    EXPECT_EQ(contents.topics.at("append-time").configs,
              (ConfigMap{{"message.timestamp.type", "LogAppendTime"}}));
    EXPECT_EQ(contents.topics.at("plain").configs, ConfigMap{});
    EXPECT_EQ(contents.topics.at("plain").id, Uuid::parse("aJRHiaPnQjK_RVsqayEU9Q"));
    // The orderly stop ended the leader's epoch.
    EXPECT_EQ(contents.topics.at("plain").partitions.at(PartitionId{2}),
              LeaderEpoch{GetParam() == std::string_view("clean") ? 1 : 0});
}

INSTANTIATE_TEST_SUITE_P(Kafka44, KraftImport, ::testing::Values("clean", "crashed"),
                         [](const auto& row) { return row.param; });

TEST(KafkaImport, FindsTheMetadataLogInADirectoryOfItsOwn) {
    testing::TemporaryDirectory folder;
    testing::unpack_archive("kafka-data/kafka-4.4-clean", folder.path());
    runtime::PosixDisk disk;
    const runtime::Path data = folder.path() / "data";
    const runtime::Path apart = folder.path() / "metadata";
    ASSERT_TRUE(disk.create_directories(apart));
    ASSERT_TRUE(disk.rename(data / "__cluster_metadata-0", apart / "__cluster_metadata-0"));
    const auto identity = disk.read_text(data / "meta.properties");
    ASSERT_TRUE(identity && disk.replace_text(apart / "meta.properties", *identity));

    const std::vector directories{data};
    const auto without = read_kafka_directories(disk, directories, {});
    ASSERT_TRUE(without) << without.error().message;
    EXPECT_FALSE(without->has_metadata_log);
    const auto contents = read_kafka_directories(disk, directories, {}, apart);
    ASSERT_TRUE(contents) << contents.error().message;
    EXPECT_TRUE(contents->has_metadata_log);
    EXPECT_EQ(contents->topics.at("append-time").configs,
              (ConfigMap{{"message.timestamp.type", "LogAppendTime"}}));
    EXPECT_EQ(contents->next_producer_id, ProducerId{1000});

    ASSERT_TRUE(disk.replace_text(apart / "meta.properties",
                                  "version=1\nnode.id=2\ncluster.id=QeVNXTHcTPSzbAQ1AX5f7w\n"));
    const auto another = read_kafka_directories(disk, directories, {}, apart);
    ASSERT_FALSE(another) << "that is another broker's";
    EXPECT_EQ(another.error().code, ErrorCode::invalid_config);
}

TEST(KafkaImport, TakesTopicsOfAZooKeeperBrokerFromItsFolders) {
    const auto contents = read("kafka-data/kafka-3.9-clean", {"d2-a", "d2-b"});
    EXPECT_FALSE(contents.has_metadata_log);
    EXPECT_EQ(contents.identity.node, BrokerId{2});
    EXPECT_EQ(contents.identity.cluster_id, "rZQdamc5SGCpiru8TZL5wA");
    EXPECT_EQ(names_of(contents),
              (std::vector<std::string>{"__consumer_offsets:3", "__transaction_state:2", "codecs:1",
                                        "plain:3", "transactional:1"}));
    EXPECT_EQ(contents.topics.at("transactional").partitions.at(PartitionId{0}), LeaderEpoch{2});
    EXPECT_EQ(contents.topics.at("codecs").id, Uuid::parse("_idHsIhyQ6mkfaEjEJNMbg"));
}

// It is done once: a partition that was left out would be in no topic for ever.
TEST(KafkaImport, SaysWhichFileItCannotReadAndWhatToDo) {
    for (const auto* name : {"partition.metadata", "leader-epoch-checkpoint"}) {
        testing::TemporaryDirectory folder;
        testing::unpack_archive("kafka-data/kafka-3.9-clean", folder.path());
        runtime::PosixDisk disk;
        const auto directory = folder.path() / "d2-a";
        const auto partition = directory / "codecs-0";
        const auto file =
            (disk.exists(partition) ? directory : folder.path() / "d2-b") / "codecs-0" / name;
        ASSERT_TRUE(disk.exists(file));
        ASSERT_TRUE(disk.remove(file) && disk.create_directories(file)) << "nobody can read that";
        const auto contents = read_kafka_directories(
            disk, std::vector{folder.path() / "d2-a", folder.path() / "d2-b"}, {});
        ASSERT_FALSE(contents);
        const auto& sentence = contents.error().message;
        for (const auto* part : {file.c_str(), "nothing has been taken over", "move the folder"}) {
            EXPECT_NE(sentence.find(part), std::string::npos) << sentence;
        }
    }
}

TEST(KafkaImport, RefusesDirectoriesOfTwoBrokers) {
    testing::TemporaryDirectory folder;
    testing::unpack_archive("kafka-data/kafka-3.9-clean", folder.path());
    testing::unpack_archive("kafka-data/kafka-3.9-crashed", folder.path());
    runtime::PosixDisk disk;
    const std::vector<runtime::Path> directories{folder.path() / "d2-a", folder.path() / "d1-a"};
    const auto contents = read_kafka_directories(disk, directories, {});
    ASSERT_FALSE(contents);
    EXPECT_EQ(contents.error().code, ErrorCode::invalid_config);
}

}  // namespace
}  // namespace barnabas::log
