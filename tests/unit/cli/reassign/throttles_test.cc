#include "cli/reassign/throttles.h"

#include "unit/cli/reassign/builders.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

std::set<BrokerId> ids(std::initializer_list<std::int32_t> numbers) {
    std::set<BrokerId> brokers;
    for (const auto number : numbers) {
        brokers.emplace(number);
    }
    return brokers;
}

/// t-0 goes from 1,2 to 2,3; t-10 is on its way from 1 to 2 and shall go to 3; u-0 stays on 1;
/// w-0 is on its way from 4 to 5, and nobody asks for it.
PartitionMoves moves() {
    const Reassignments under_way{
        {part("t", 10),
         {.replicas = on({1, 2}), .adding_replicas = on({2}), .removing_replicas = on({1})}},
        {part("w", 0),
         {.replicas = on({4, 5}), .adding_replicas = on({5}), .removing_replicas = on({4})}}};
    const Assignment wanted{
        {part("t", 0), on({2, 3})}, {part("t", 10), on({3})}, {part("u", 0), on({1})}};
    const Assignment current{
        {part("t", 0), on({1, 2})}, {part("t", 10), on({1, 2})}, {part("u", 0), on({1})}};
    return moves_of(under_way, wanted, current);
}

TEST(Throttles, MovesHaveSourcesAndDestinations) {
    EXPECT_EQ(moves(), (PartitionMoves{{part("t", 0), {ids({1, 2}), ids({3})}},
                                       {part("t", 10), {ids({1}), ids({3})}},
                                       {part("u", 0), {ids({1}), {}}},
                                       {part("w", 0), {ids({4}), ids({5})}}}));
}

std::string text(const ConfigChanges& changes) {
    std::string said;
    for (const auto& [resource, operations] : changes) {
        said += std::string(admin::to_text(resource.type)) + " " + resource.name;
        for (const auto& operation : operations) {
            said += " " + operation.name;
            if (operation.type == admin::AlterConfigOpType::delete_) {
                EXPECT_FALSE(operation.value);
                said += "-";
            } else {
                said += "=" + operation.value.value_or("nothing");
            }
        }
        said += "\n";
    }
    return said;
}

TEST(Throttles, AreConfigurationsOfTopicsAndBrokers) {
    EXPECT_EQ(text(topic_throttles(moves())),
              "TOPIC t leader.replication.throttled.replicas=0:1,0:2,10:1 "
              "follower.replication.throttled.replicas=0:3,10:3\n"
              "TOPIC u leader.replication.throttled.replicas=0:1 "
              "follower.replication.throttled.replicas=\n"
              "TOPIC w leader.replication.throttled.replicas=0:4 "
              "follower.replication.throttled.replicas=0:5\n");
    std::string brokers;
    for (const auto* id : {"1", "2", "3", "4", "5"}) {
        brokers += std::string("BROKER ") + id +
                   " leader.replication.throttled.rate=7 follower.replication.throttled.rate=7\n";
    }
    EXPECT_EQ(text(broker_throttles(moves(), 7)), brokers);
    EXPECT_EQ(text(log_dir_throttles(ids({2}), 9)),
              "BROKER 2 replica.alter.log.dirs.io.max.bytes.per.second=9\n");
}

TEST(Throttles, AreTakenAway) {
    EXPECT_EQ(text(without_broker_throttles(ids({1}))),
              "BROKER 1 leader.replication.throttled.rate- follower.replication.throttled.rate- "
              "replica.alter.log.dirs.io.max.bytes.per.second-\n");
    EXPECT_EQ(text(without_topic_throttles({"t"})),
              "TOPIC t leader.replication.throttled.replicas- "
              "follower.replication.throttled.replicas-\n");
}

}  // namespace
}  // namespace barnabas::cli
