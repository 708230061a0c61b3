#include "broker/leaders_and_replicas.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::broker {
namespace {

using Ids = std::vector<std::int32_t>;

constexpr BrokerId self{1};
constexpr BrokerId elsewhere{-1};

/// Broker 1 with topic "t": 0 is led, 1 is in a directory that is offline, 2 stayed with another
/// broker when the directories were taken over.
ClusterImage image() {
    auto topic = std::make_shared<TopicImage>();
    topic->name = "t";
    topic->id.bytes[15] = 1;
    topic->partitions = {
        {.leader = self, .replicas = {self}, .isr = {self}, .offline = {}, .why_offline = {}},
        {.leader = no_broker, .replicas = {self}, .isr = {}, .offline = {self}, .why_offline = {}},
        {.leader = no_broker,
         .replicas = {elsewhere},
         .isr = {},
         .offline = {elsewhere},
         .why_offline = {}}};
    ClusterImage made;
    made.brokers.push_back({.id = self, .rack = {}, .endpoints = {}});
    made.put_topic(std::move(topic));
    return made;
}

TopicPartition partition(std::string topic, std::int32_t number) {
    return {.topic = std::move(topic), .partition = PartitionId{number}};
}

TEST(LeadersAndReplicas, ElectionsAreNeededByNobodyOrCannotBe) {
    struct Row {
        TopicPartition of;
        ErrorCode preferred;
        ErrorCode unclean;
        std::string sentence;  // of both, or empty
    };
    using enum ErrorCode;
    const Row rows[] = {
        {partition("t", 0), election_not_needed, election_not_needed,
         "Leader election not needed for topic partition."},
        {partition("t", 1), preferred_leader_not_available, eligible_leaders_not_available, ""},
        {partition("t", 2), preferred_leader_not_available, eligible_leaders_not_available, ""},
        {partition("t", 3), unknown_topic_or_partition, unknown_topic_or_partition,
         "No such partition as t-3"},
        {partition("t", -1), unknown_topic_or_partition, unknown_topic_or_partition,
         "No such partition as t--1"},
        {partition("u", 0), unknown_topic_or_partition, unknown_topic_or_partition,
         "No such topic as u"},
    };
    const auto cluster = image();
    for (const auto& row : rows) {
        const auto preferred = why_no_election(cluster, ElectionType::preferred, row.of);
        const auto unclean = why_no_election(cluster, ElectionType::unclean, row.of);
        EXPECT_EQ(preferred.code, row.preferred) << row.of.topic << row.of.partition.get();
        EXPECT_EQ(unclean.code, row.unclean) << row.of.topic << row.of.partition.get();
        EXPECT_FALSE(preferred.message.empty());
        EXPECT_FALSE(unclean.message.empty());
        if (!row.sentence.empty()) {
            EXPECT_EQ(preferred.message, row.sentence);
            EXPECT_EQ(unclean.message, row.sentence);
        }
    }
}

TEST(LeadersAndReplicas, OnlyWhatIsThereCanBeReassigned) {
    struct Row {
        TopicPartition of;
        WantedReplicas wanted;
        ErrorCode want;
        std::string sentence;
    };
    using enum ErrorCode;
    const Row rows[] = {
        {partition("t", 0), {.brokers = Ids{1}}, none, ""},
        {partition("t", 1), {.brokers = Ids{1}}, none, ""},
        {partition("t", 0), {.brokers = Ids{1}, .factor_may_change = false}, none, ""},
        {partition("t", 0),
         {},
         no_reassignment_in_progress,
         "No partition reassignment is in progress."},
        {partition("t", 0),
         {.brokers = Ids{}},
         invalid_replica_assignment,
         "The manual partition assignment includes an empty replica list."},
        {partition("t", 0),
         {.brokers = Ids{2, 1, 3}},
         invalid_replica_assignment,
         "The manual partition assignment includes broker 2, but no such broker is registered."},
        {partition("t", 0),
         {.brokers = Ids{1, -1}},
         invalid_replica_assignment,
         "The manual partition assignment includes broker -1, but no such broker is registered."},
        {partition("t", 0),
         {.brokers = Ids{1, 1}},
         invalid_replica_assignment,
         "The manual partition assignment includes the broker 1 more than once."},
        {partition("t", 0),
         {.brokers = Ids{1, 1}, .factor_may_change = false},
         invalid_replica_assignment,
         "The manual partition assignment includes the broker 1 more than once."},
        {partition("t", 2),
         {.brokers = Ids{1}},
         invalid_replica_assignment,
         "t-2 is on brokers [-1], which are not in this cluster: there is nothing to copy to [1] "
         "from"},
        {partition("t", 3),
         {.brokers = Ids{1}},
         unknown_topic_or_partition,
         "Unable to find partition t:3."},
        {partition("u", 0), {}, unknown_topic_or_partition, "Unable to find a topic named u."},
    };
    const auto cluster = image();
    for (const auto& row : rows) {
        const auto checked = check_reassignment(cluster, row.of, row.wanted);
        EXPECT_EQ(checked ? none : checked.error().code, row.want) << row.sentence;
        EXPECT_EQ(checked ? "" : checked.error().message, row.sentence);
    }
}

TEST(LeadersAndReplicas, TheNumberOfReplicasMayBeKept) {
    auto topic = std::make_shared<TopicImage>();
    topic->name = "wide";
    topic->id.bytes[15] = 1;
    topic->partitions = {{.leader = no_broker,
                          .replicas = {BrokerId{2}, BrokerId{3}},
                          .isr = {},
                          .offline = {},
                          .why_offline = {}}};
    ClusterImage cluster;
    cluster.brokers.push_back({.id = self, .rack = {}, .endpoints = {}});
    cluster.put_topic(std::move(topic));
    const auto checked = check_reassignment(cluster, partition("wide", 0),
                                            {.brokers = Ids{1}, .factor_may_change = false});
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_replication_factor);
    EXPECT_EQ(checked.error().message, "The replication factor is changed from 2 to 1");
}

}  // namespace
}  // namespace barnabas::broker
