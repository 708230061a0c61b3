// What is wanted stands in the comments and tests of Kafka's AdminUtils.
#include "cli/reassign/placement.h"

#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

#include <set>

namespace barnabas::cli {
namespace {

std::vector<PlacementBroker> brokers(std::int32_t from, std::int32_t count) {
    std::vector<PlacementBroker> made;
    for (std::int32_t id = from; id < from + count; ++id) {
        made.push_back({.id = BrokerId{id}, .rack = {}});
    }
    return made;
}

/// 0 rack1, 1 rack3, 2 rack3, 3 rack2, 4 rack2, 5 rack1.
std::vector<PlacementBroker> in_racks() {
    auto made = brokers(0, 6);
    const std::string racks[] = {"rack1", "rack3", "rack3", "rack2", "rack2", "rack1"};
    for (std::size_t i = 0; i < made.size(); ++i) {
        made[i].rack = racks[i];
    }
    return made;
}

std::vector<std::int32_t> numbers(const Replicas& replicas) {
    std::vector<std::int32_t> ids;
    for (const auto replica : replicas) {
        ids.push_back(replica.get());
    }
    return ids;
}

using Ids = std::vector<std::int32_t>;

TEST(Placement, GoesRoundTheBrokers) {
    const auto placed = place_replicas(brokers(0, 5), 10, 3, {.first = 0, .shift = 0});
    ASSERT_TRUE(placed);
    const Ids want[] = {{0, 1, 2}, {1, 2, 3}, {2, 3, 4}, {3, 4, 0}, {4, 0, 1},
                        {0, 2, 3}, {1, 3, 4}, {2, 4, 0}, {3, 0, 1}, {4, 1, 2}};
    ASSERT_EQ(placed->size(), std::size(want));
    for (std::size_t i = 0; i < std::size(want); ++i) {
        EXPECT_EQ(numbers((*placed)[i]), want[i]) << i;
    }
}

TEST(Placement, BeginsWhereItIsTold) {
    const auto placed = place_replicas(brokers(1, 3), 2, 2, {.first = 2, .shift = 1});
    ASSERT_TRUE(placed);
    EXPECT_EQ(numbers((*placed)[0]), (Ids{3, 2}));
    EXPECT_EQ(numbers((*placed)[1]), (Ids{1, 3}));
    const auto alone = place_replicas(brokers(1, 1), 3, 1, {});
    ASSERT_TRUE(alone);
    EXPECT_EQ(*alone, std::vector<Replicas>(3, Replicas{BrokerId{1}}));
}

TEST(Placement, AlternatesBetweenRacks) {
    Ids order;
    for (const auto& broker : alternate_racks(in_racks())) {
        order.push_back(broker.id.get());
    }
    EXPECT_EQ(order, (Ids{0, 3, 1, 5, 4, 2}));
    const auto placed = place_replicas(in_racks(), 7, 3, {.first = 0, .shift = 0});
    ASSERT_TRUE(placed);
    const Ids want[] = {{0, 3, 1}, {3, 1, 5}, {1, 5, 4}, {5, 4, 2},
                        {4, 2, 0}, {2, 0, 3}, {0, 4, 2}};
    for (std::size_t i = 0; i < std::size(want); ++i) {
        EXPECT_EQ(numbers((*placed)[i]), want[i]) << i;
    }
}

/// More replicas than racks, and racks of unequal size: no broker twice, no rack without one.
TEST(Placement, NeedsEveryRackAndNoBrokerTwice) {
    auto uneven = in_racks();
    uneven[1].rack = "rack1";
    uneven[2].rack = "rack1";
    for (std::size_t first = 0; first < 6; ++first) {
        for (std::size_t shift = 0; shift < 6; ++shift) {
            const auto placed = place_replicas(uneven, 13, 4, {.first = first, .shift = shift});
            ASSERT_TRUE(placed);
            for (const auto& replicas : *placed) {
                const std::set<BrokerId> once(replicas.begin(), replicas.end());
                EXPECT_EQ(once.size(), 4U);
                std::set<std::string> racks;
                for (const auto broker : replicas) {
                    racks.insert(*uneven[static_cast<std::size_t>(broker.get())].rack);
                }
                EXPECT_EQ(racks.size(), 2U);
            }
        }
    }
}

TEST(Placement, RefusesWhatCannotBe) {
    EXPECT_EQ(sentence(place_replicas(brokers(1, 1), 1, 2, {})),
              "The target replication factor of 2 cannot be reached because only 1 broker(s) are "
              "registered or some brokers have all their log directories cordoned.");
    EXPECT_EQ(sentence(place_replicas({}, 1, 1, {})),
              "All brokers are currently fenced, or have all their log directories cordoned.");
    EXPECT_EQ(sentence(place_replicas(brokers(1, 1), 1, 0, {})),
              "Invalid replication factor 0: the replication factor must be positive.");
    auto some = in_racks();
    some[3].rack.reset();
    EXPECT_EQ(sentence(place_replicas(some, 1, 1, {})),
              "Not all brokers have rack information for replica rack aware assignment.");
}

TEST(Placement, RacksCountWhereAllHaveOne) {
    std::vector<admin::ClusterDescription::Broker> cluster(3);
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        cluster[i].id = BrokerId{static_cast<std::int32_t>(i)};
    }
    cluster[0].rack = "a";
    cluster[1].rack = "b";
    const std::vector first_two{BrokerId{1}, BrokerId{0}, BrokerId{9}};
    const auto racks = placement_brokers(cluster, first_two, true);
    ASSERT_TRUE(racks);
    ASSERT_EQ(racks->size(), 2U) << "nobody knows 9";
    EXPECT_EQ(racks->at(0).rack, "a");
    const auto none = placement_brokers(cluster, first_two, false);
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->at(0).rack);
    const std::vector mixed{BrokerId{0}, BrokerId{2}};
    EXPECT_EQ(sentence(placement_brokers(cluster, mixed, true)),
              "Not all brokers have rack information. Add --disable-rack-aware in command line to "
              "make replica assignment without rack information.");
    EXPECT_TRUE(placement_brokers(cluster, mixed, false));
    EXPECT_TRUE(placement_brokers(cluster, {BrokerId{2}}, true)) << "none of them has one";
}

}  // namespace
}  // namespace barnabas::cli
