// What a cluster knows, how it finds its way back, and how it ends.
#include "client/cluster/cluster.h"
#include "unit/client/cluster/asking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Cluster, SharesMetadataRequestsAndSendsOneAtATime) {
    ClusterWorld world(2);
    std::vector<Time> times;
    world.special = [&](int, const Asked& asked) -> std::optional<Reaction> {
        if (!asked.is<MetadataRequest>()) {
            return std::nullopt;
        }
        times.push_back(asked.when);
        wire::MetadataResponse response;
        response.brokers = {{.node_id = 1, .host = "kafka-1", .port = port},
                            {.node_id = 2, .host = "kafka-2", .port = port}};
        auto reaction = answer(asked, response);
        reaction.after = 20ms;
        return reaction;
    };
    EXPECT_EQ(refresh(world), "done");
    const auto before = metadata_requests(world, 2);
    int done = 0;
    for (int i = 0; i < 50; ++i) {
        world.shard().post([&world, &done, i] {
            auto count = [](Cluster& cluster, std::string topic, int* ended) -> awaitable<void> {
                EXPECT_EQ(co_await refreshed(cluster, {topic}, 60s), "done");
                EXPECT_NE(cluster.metadata().topic(topic), nullptr);
                ++*ended;
            };
            runtime::spawn(world.shard(), count(world.cluster(), fmt::format("t{}", i % 5), &done));
        });
    }
    ASSERT_TRUE(world.run_until([&] { return done == 50; }));
    EXPECT_LE(metadata_requests(world, 2) - before, 3U);
    for (std::size_t i = 1; i < times.size(); ++i) {
        EXPECT_GE(times[i] - times[i - 1], 20ms) << "before the answer to the last one";
    }
}

TEST(Cluster, BeginsWithOneRequest) {
    ClusterWorld world(1);
    const Time began = world.now();
    EXPECT_EQ(refresh(world), "done");
    EXPECT_LT(world.now() - began, 50ms);
    EXPECT_EQ(metadata_requests(world, 1), 1U);
}

TEST(Cluster, RefreshesMetadataWhenItIsOld) {
    ClusterWorld world(1);
    world.config.metadata_age_max = 20s;
    EXPECT_EQ(refresh(world), "done");
    const auto before = metadata_requests(world, 1);
    world.simulation().run_for(70s);
    EXPECT_EQ(metadata_requests(world, 1) - before, 3U);
}

TEST(Cluster, GivesUpOnMetadataWithTheLastCause) {
    ClusterWorld world(1);
    world.config.bootstrap = {{.host = "nowhere", .port = 1}};
    EXPECT_THAT(refresh(world, {}, 5s),
                AllOf(HasSubstr("REQUEST_TIMED_OUT: no metadata of the cluster within 5000 ms; "
                                "bootstrap server nowhere:1: ")));
    EXPECT_THAT(asked_of(world, Target::controller(), 5s), HasSubstr("no metadata of the cluster"));
}

TEST(Cluster, ToldOfNoBrokerKeepsAsking) {
    ClusterWorld world(1);
    int lies = 3;
    world.special = [&](int, const Asked& asked) -> std::optional<Reaction> {
        if (asked.is<MetadataRequest>() && lies-- > 0) {
            return answer(asked, wire::MetadataResponse{.cluster_id = "empty"});
        }
        return std::nullopt;
    };
    EXPECT_EQ(refresh(world), "done");
    EXPECT_EQ(metadata_requests(world, 1), 4U);
}

TEST(Cluster, FindsItsWayBackThroughTheBootstrapServers) {
    struct Row {
        bool rebootstrap;
        std::string found;
    };
    for (const Row& row : {Row{true, "3"}, Row{false, "no metadata of the cluster within"}}) {
        ClusterWorld world(3);
        world.special = list_groups();
        world.config.rebootstrap = row.rebootstrap;
        world.config.bootstrap = {ClusterWorld::address(1)};
        world.told = {{2, ClusterWorld::address(2)}};
        EXPECT_EQ(refresh(world), "done");
        EXPECT_EQ(asked_of_one(world, 2), "2");
        // The one broker that is known goes for good; where the bootstrap server leads has changed.
        world.told = {{3, ClusterWorld::address(3)}};
        world.broker(2).stop_listening();
        world.broker(2).hang_up();
        EXPECT_THAT(asked_of(world, Target::broker(BrokerId{3}), 30s), HasSubstr(row.found));
    }
}

TEST(Cluster, StartsAnewWhenTheClusterSaysSo) {
    ClusterWorld world(3);
    world.special = list_groups();
    world.told = {{2, ClusterWorld::address(2)}};
    EXPECT_EQ(refresh(world), "done");
    world.special = [&](int broker, const Asked& asked) -> std::optional<Reaction> {
        if (asked.is<MetadataRequest>() && broker == 2) {
            return answer(asked, wire::MetadataResponse{.error_code = static_cast<std::int16_t>(
                                                            ErrorCode::rebootstrap_required)});
        }
        return list_groups()(broker, asked);
    };
    world.told = {{3, ClusterWorld::address(3)}};
    EXPECT_EQ(asked_of(world, Target::broker(BrokerId{3}), 30s), "3");
}

/// The broker that answers for metadata goes on naming broker 2, whose address belongs to another
/// cluster by now: only the bootstrap server knows better.
TEST(Cluster, StartsAnewWhenABrokerIsNotTheOneThatWasMeant) {
    struct Row {
        bool rebootstrap;
        bool check;
        std::string as_2;  // of who is asked as broker 2
        std::string as_3;
    };
    const std::string unknown = "the cluster has no broker 3 now; it has 1, 2";
    for (const Row& row : {Row{true, true, "BROKER_NOT_AVAILABLE", "3"},
                           Row{true, false, "2", unknown}, Row{false, true, "2", unknown}}) {
        SCOPED_TRACE(fmt::format("{} {}", row.rebootstrap, row.check));
        ClusterWorld world(3);
        world.config.bootstrap = {ClusterWorld::address(3)};
        world.config.rebootstrap = row.rebootstrap;
        world.config.check_cluster = row.check;
        world.special = [&](int broker, const Asked& asked) -> std::optional<Reaction> {
            wire::MetadataResponse stale;
            stale.brokers = {{.node_id = 1, .host = "kafka-1", .port = port},
                             {.node_id = 2, .host = "kafka-2", .port = port}};
            stale.cluster_id = "a-cluster";
            return asked.is<MetadataRequest>() && broker == 1 ? answer(asked, stale)
                                                              : list_groups()(broker, asked);
        };
        world.told = {{1, ClusterWorld::address(1)}, {2, ClusterWorld::address(2)}};
        EXPECT_EQ(refresh(world), "done");
        EXPECT_EQ(asked_of_one(world, 1), "1");
        EXPECT_EQ(refresh(world), "done");  // from broker 1, which is connected
        world.clusters = {{2, "another"}, {3, "another"}};
        world.told = {{3, ClusterWorld::address(3)}};
        if (row.check && row.rebootstrap) {
            EXPECT_THAT(asked_of_one(world, 2), HasSubstr("at this address is another broker"));
        }
        EXPECT_THAT(asked_of(world, Target::broker(BrokerId{3}), 5s), HasSubstr(row.as_3));
        EXPECT_THAT(asked_of_one(world, 2), ::testing::StartsWith(row.as_2));
    }
}

TEST(Cluster, LeavesABootstrapServerThatWantsAnother) {
    ClusterWorld world(2);
    world.config.bootstrap = {ClusterWorld::address(1), ClusterWorld::address(2)};
    world.told.erase(1);
    world.special = [&](int broker, const Asked& asked) -> std::optional<Reaction> {
        if (asked.is<MetadataRequest>() && broker == 1) {
            return answer(asked, wire::MetadataResponse{.error_code = static_cast<std::int16_t>(
                                                            ErrorCode::rebootstrap_required)});
        }
        return list_groups()(broker, asked);
    };
    EXPECT_EQ(asked_of(world, Target::broker(BrokerId{2}), 30s), "2");
}

TEST(Cluster, FollowsABrokerThatMoves) {
    ClusterWorld world(3);
    world.special = list_groups();
    world.told = {{1, ClusterWorld::address(1)}, {2, ClusterWorld::address(2)}};
    EXPECT_EQ(refresh(world), "done");
    EXPECT_EQ(asked_of_one(world, 2), "2");
    world.told[2] = ClusterWorld::address(3);
    EXPECT_EQ(refresh(world), "done");
    EXPECT_EQ(asked_of_one(world, 2), "2");
    EXPECT_EQ(world.broker(3).count<ListGroupsRequest>(), 1U);
    ASSERT_TRUE(world.run_until([&] { return world.broker(2).open() == 0; }));
}

TEST(Cluster, FollowsABrokerThatMovesWhileItIsBeingConnectedTo) {
    ClusterWorld world(3);
    world.special = list_groups();
    world.told = {{1, ClusterWorld::address(1)}, {2, ClusterWorld::address(2)}};
    EXPECT_EQ(refresh(world), "done");
    world.simulation().network().isolate("kafka-2");
    std::vector<std::string> said;
    world.shard().post([&] {
        auto asking = ask(world.cluster(), Target::broker(BrokerId{2}), 600s);
        runtime::spawn(world.shard(), note(std::move(asking), &said));
    });
    world.simulation().run_for(1s);
    EXPECT_TRUE(said.empty());
    world.told[2] = ClusterWorld::address(3);
    EXPECT_EQ(refresh(world), "done");
    ASSERT_TRUE(world.run_until([&] { return !said.empty(); }, 5s));
    EXPECT_EQ(said.front(), "2");
}

// --- the end -------------------------------------------------------------------------------------

TEST(Cluster, AnswersEveryCallWhenItCloses) {
    ClusterWorld world(2);
    EXPECT_EQ(refresh(world), "done");
    world.special = [](int, const Asked&) { return Reaction{}; };
    world.simulation().network().isolate("kafka-2");
    std::vector<std::string> said;
    world.shard().post([&] {
        auto& cluster = world.cluster();
        runtime::spawn(world.shard(), note(ask_one(cluster, BrokerId{1}, {}), &said));
        runtime::spawn(world.shard(), note(ask_one(cluster, BrokerId{2}, {}), &said));
        runtime::spawn(world.shard(), note(ask(cluster, Target::controller(), 600s), &said));
        runtime::spawn(world.shard(), note(ask(cluster, Target::any(), 600s), &said));
        runtime::spawn(world.shard(), note(refreshed(cluster, {"t"}, 600s), &said));
    });
    world.simulation().run_for(1s);
    EXPECT_TRUE(said.empty());
    const Time began = world.now();
    EXPECT_TRUE(world.close());
    EXPECT_LT(world.now() - began, 1s) << "it does not wait for what connects";
    ASSERT_EQ(said.size(), 5U);
    for (const auto& each : said) {
        EXPECT_THAT(each, HasSubstr("the client is being closed"));
    }
}

/// Whatever the network does, each call ends by its deadline, and all goes well once it is quiet.
TEST(Cluster, SurvivesAnyWeather) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        ClusterWorld world(3, seed);
        world.config.request_timeout = 2s;
        world.config.connection_setup_timeout = 1s;
        world.config.connection_setup_timeout_max = 2s;
        auto& random = world.simulation().random();
        world.special = [&](int broker, const Asked& asked) -> std::optional<Reaction> {
            if (random.below(10) == 0) {
                return Reaction{.hang_up = true};
            }
            auto reaction = list_groups()(broker, asked);
            if (reaction && random.below(10) == 0) {
                reaction->bytes.resize(random.below(reaction->bytes.size()));
            }
            return reaction;
        };
        constexpr int calls = 60;
        int ended = 0;
        const auto call = [](ClusterWorld& in, Target target, int* count) -> awaitable<void> {
            const Time began = in.now();
            const auto said = co_await ask(in.cluster(), target, 20s);
            EXPECT_LE(in.now() - began, 20s + 5s) << said;
            ++*count;
        };
        for (int i = 0; i < calls; ++i) {
            const Target targets[] = {Target::any(), Target::controller(),
                                      Target::broker(BrokerId{1 + i % 3}),
                                      Target::group_coordinator(fmt::format("g{}", i % 4))};
            const Target target = targets[random.below(4)];
            world.shard().post(
                [&, target] { runtime::spawn(world.shard(), call(world, target, &ended)); });
            const auto name = fmt::format("kafka-{}", 1 + random.below(3));
            switch (random.below(6)) {
                case 0:
                    world.simulation().network().cut("client", name);
                    break;
                case 1:
                    world.simulation().network().partition("client", name);
                    break;
                case 2:
                    world.simulation().network().heal();
                    break;
                case 3:
                    world.controller = 1 + static_cast<std::int32_t>(random.below(3));
                    world.coordinator = 1 + static_cast<std::int32_t>(random.below(3));
                    break;
                default:
                    break;
            }
            static_cast<void>(world.cluster());
            world.simulation().run_for(300ms);
        }
        world.simulation().network().heal();
        EXPECT_TRUE(world.run_until([&] { return ended == calls; }, 60s)) << ended;
        world.special = list_groups();
        for (int id = 1; id <= 3; ++id) {
            EXPECT_EQ(asked_of(world, Target::broker(BrokerId{id}), 60s), std::to_string(id));
        }
    }
}

}  // namespace
}  // namespace barnabas::client
