#include "cli/topics/topics_command.h"
#include "cli/topics/topics_options.h"
#include "cli/topics/topics_text.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

constexpr auto* to = " --bootstrap-server h:1";

TEST(Topics, OptionsGoTogetherAsInKafka) {
    const std::pair<std::string, std::string> rows[] = {
        {"--list", ""},
        {"--list --describe",
         "Command must include exactly one action: --list, --describe, --create, --alter or "
         "--delete"},
        {"--topic t",
         "Command must include exactly one action: --list, --describe, --create, --alter or "
         "--delete"},
        {"--create", "Missing required argument \"[topic]\""},
        {"--create --topic t", ""},
        {"--create --topic t --partitions x", "Cannot parse argument 'x' of option partitions"},
        {"--create --topic t --replica-assignment 0 --partitions 1",
         "Option \"[replica-assignment]\" can't be used with option \"[partitions]\""},
        {"--create --topic t --if-exists",
         "Option \"[if-exists]\" can't be used with option \"[create]\""},
        {"--alter --topic t", "Missing required argument \"[partitions]\""},
        {"--alter --topic t --partitions 3", ""},
        {"--alter --topic t --config a=b",
         "Option combination \"[[bootstrap-server], [config]]\" can't be used with option "
         "\"[alter]\" (To alter topic configurations, the kafka-configs tool can be used.)"},
        {"--describe --if-exists", "--topic or --topic-id is required to describe a topic"},
        {"--describe --topics-with-overrides --unavailable-partitions",
         "Option \"[unavailable-partitions]\" can't be used with option "
         "\"[topics-with-overrides]\""},
        {"--delete --topic t --exclude-internal",
         "Option \"[exclude-internal]\" can't be used with option \"[delete]\""},
        {"--list --under-min-isr-partitions",
         "Option \"[under-min-isr-partitions]\" can't be used with option \"[list]\""},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(complaint(topics_syntax, line + to, check_topics), want) << line;
    }
    EXPECT_EQ(complaint(topics_syntax, "--list", check_topics),
              "--bootstrap-server must be specified");
}

TEST(Topics, ReplicaAssignmentsAreOneListForEachPartition) {
    const auto read = parse_replica_assignment("0:1,1:2");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, (std::map<PartitionId, std::vector<BrokerId>>{
                         {PartitionId(0), {BrokerId(0), BrokerId(1)}},
                         {PartitionId(1), {BrokerId(1), BrokerId(2)}}}));
    const std::pair<std::string, std::string> wrong[] = {
        {"0:0", "Partition replica lists may not contain duplicate entries: 0"},
        {"0:1,2", "Partition 1 has different replication factor: [2]"},
        {"a", "For input string: \"a\""},
    };
    for (const auto& [text, want] : wrong) {
        EXPECT_EQ(sentence(parse_replica_assignment(text)), want) << text;
    }
}

TEST(Topics, NewTopicsAreRead) {
    const auto read = parsed(topics_syntax,
                             "--create --topic t --partitions 3 --replication-factor 2 --config "
                             "a=b --config c=d=e");
    const auto topic = new_topic(*read);
    ASSERT_TRUE(topic) << topic.error().message;
    EXPECT_EQ(topic->name, "t");
    EXPECT_EQ(topic->partitions, 3);
    EXPECT_EQ(topic->replication_factor, 2);
    EXPECT_EQ(topic->configs.at("c"), "d=e");
    const std::pair<std::string, std::string> wrong[] = {
        {"--replication-factor 0", "The replication factor must be between 1 and 32767 inclusive"},
        {"--partitions 0", "The partitions must be greater than 0"},
        {"--config a",
         "requirement failed: Invalid topic config: all configs to be added must be in the format "
         "\"key=val\"."},
    };
    for (const auto& [words, want] : wrong) {
        const auto options = parsed(topics_syntax, "--create --topic t " + words);
        EXPECT_EQ(sentence(new_topic(*options)), want) << words;
    }
}

DescribedTopic described() {
    admin::PartitionDescription partition{
        .partition = PartitionId(0),
        .leader = admin::Node{.id = BrokerId(1)},
        .leader_epoch = LeaderEpoch(4),
        .replicas = {admin::Node{.id = BrokerId(1)}, admin::Node{.id = BrokerId(2)}},
        .isr = {admin::Node{.id = BrokerId(1)}},
        .eligible_leader_replicas = {},
        .last_known_elr = {},
        .offline_replicas = {},
    };
    DescribedTopic result;
    result.topic.name = "orders";
    result.topic.partitions = {partition};
    result.config.entries = {
        {.name = "min.insync.replicas",
         .value = "2",
         .source = admin::ConfigSource::dynamic_topic_config},
        {.name = "retention.ms", .value = "7", .source = admin::ConfigSource::default_config},
        {.name = "segment.bytes",
         .value = "9",
         .source = admin::ConfigSource::static_broker_config},
    };
    return result;
}

TEST(Topics, AreDescribedAsKafkaDoes) {
    auto one = described();
    EXPECT_EQ(topic_line(one),
              "Topic: orders\tPartitionCount: 1\tReplicationFactor: 2\tConfigs: "
              "min.insync.replicas=2,segment.bytes=9");
    one.topic.id = *Uuid::parse("MkTTnDN9QPGIqGlqRTHhdw");
    EXPECT_EQ(topic_line(one),
              "Topic: orders\tTopicId: MkTTnDN9QPGIqGlqRTHhdw\tPartitionCount: "
              "1\tReplicationFactor: 2\tConfigs: min.insync.replicas=2,segment.bytes=9");
    auto& partition = one.topic.partitions.front();
    EXPECT_EQ(partition_line(one, partition),
              "\tTopic: orders\tPartition: 0\tLeader: 1\tReplicas: 1,2\tIsr: 1\tElr: "
              "N/A\tLastKnownElr: N/A");
    partition.leader.reset();
    partition.eligible_leader_replicas = {admin::Node{.id = BrokerId(2)}};
    partition.last_known_elr.emplace();
    EXPECT_EQ(partition_line(one, partition),
              "\tTopic: orders\tPartition: 0\tLeader: none\tReplicas: 1,2\tIsr: 1\tElr: "
              "2\tLastKnownElr: ");
    EXPECT_EQ(one.min_isr(), 2U);
    EXPECT_TRUE(one.has_overrides());
    EXPECT_NE(partition_json(one, partition).find("\"leader\":null"), std::string::npos);
    EXPECT_NE(topic_json(one).find("\"configs\":{\"min.insync.replicas\":\"2\""),
              std::string::npos);
}

TEST(Topics, AReassignmentUnderWayDoesNotCount) {
    auto one = described();
    const auto& partition = one.topic.partitions.front();
    one.reassignments[PartitionId(0)] = {.replicas = {BrokerId(1), BrokerId(2), BrokerId(3)},
                                         .adding_replicas = {BrokerId(2)},
                                         .removing_replicas = {BrokerId(3)}};
    EXPECT_EQ(one.replication_factor(partition), 2U);
    EXPECT_NE(partition_line(one, partition).find("\tAdding Replicas: 2\tRemoving Replicas: 3"),
              std::string::npos);
    // It is over meanwhile: neither comes nor goes any of the replicas.
    one.reassignments[PartitionId(0)] = {
        .replicas = {BrokerId(7)}, .adding_replicas = {BrokerId(7)}, .removing_replicas = {}};
    EXPECT_EQ(one.replication_factor(partition), 2U);
}

}  // namespace
}  // namespace barnabas::cli
