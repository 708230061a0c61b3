#include "client/cluster/cluster.h"

#include "unit/client/cluster/asking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Cluster, ReachesWhoeverIsMeant) {
    ClusterWorld world(3);
    world.special = list_groups();
    world.controller = 2;
    world.coordinator = 3;
    EXPECT_EQ(asked_of(world, Target::broker(BrokerId{3})), "3");
    EXPECT_EQ(asked_of(world, Target::controller()), "2");
    EXPECT_EQ(asked_of(world, Target::group_coordinator("g")), "3");
    EXPECT_EQ(asked_of(world, Target::transaction_coordinator("t")), "3");
    EXPECT_THAT(asked_of(world, Target::any()), ::testing::MatchesRegex("[123]"));
    EXPECT_EQ(asked_of_one(world, 1), "1");
    EXPECT_EQ(world.cluster().metadata().cluster_id(), "a-cluster");
    EXPECT_EQ(world.cluster().name_of(BrokerId{2}), "broker 2 (kafka-2:9092)");
    EXPECT_EQ(world.cluster().name_of(BrokerId{-1}), "bootstrap server kafka-1:9092");
    // Its own, the groups', and the first one's as bootstrap server.
    EXPECT_LE(world.broker(1).connections(), 2U);
    EXPECT_LE(world.broker(2).connections(), 1U);
    EXPECT_LE(world.broker(3).connections(), 2U);
}

TEST(Cluster, LetsNobodyWaitBehindAFetchOrAGroup) {
    ClusterWorld world(1);
    EXPECT_EQ(refresh(world), "done");
    // Answers to two of the lanes never come.
    std::set<std::size_t> stuck;
    world.special = [&](int broker, const Asked& asked) -> std::optional<Reaction> {
        if (asked.is<HeartbeatRequest>() || stuck.contains(asked.connection)) {
            stuck.insert(asked.connection);
            return Reaction{};
        }
        return list_groups()(broker, asked);
    };
    std::vector<std::string> said;
    world.shard().post([&] {
        Cluster& cluster = world.cluster();
        auto group = heartbeat(cluster, Target::group_coordinator("g"), 60s);
        runtime::spawn(world.shard(), note(fetch(cluster), &said));
        runtime::spawn(world.shard(), note(std::move(group), &said));
    });
    ASSERT_TRUE(world.run_until([&] { return stuck.size() == 2; }));
    const Time began = world.now();
    EXPECT_EQ(asked_of_one(world, 1), "1");
    EXPECT_LT(world.now() - began, 1s);
    EXPECT_TRUE(said.empty());
    EXPECT_TRUE(world.close());
    EXPECT_EQ(said.size(), 2U);
}

awaitable<std::string> numbered(Cluster& cluster, std::int32_t number) {
    HeartbeatRequest request;
    request.generation_id = number;
    const auto answered = co_await cluster.call(BrokerId{1}, std::move(request), CallOptions{});
    co_return text(answered);
}

/// One at each step of the loop, so between all that the connection's coming sets off.
TEST(Cluster, CallsDoNotPassEachOtherWhileTheirConnectionIsMade) {
    constexpr int calls = 400;
    constexpr int at_once_max = 20;
    for (const std::uint64_t seed : {11, 12, 13}) {
        ClusterWorld world(1, seed);
        std::vector<int> came;
        world.special = [&came](int, const Asked& asked) -> std::optional<Reaction> {
            if (!asked.is<HeartbeatRequest>()) {
                return std::nullopt;
            }
            came.push_back(asked.as<HeartbeatRequest>().generation_id);
            return answer(asked, HeartbeatResponse{});
        };
        EXPECT_EQ(refresh(world), "done");
        std::vector<std::string> said;
        int begun = 0;
        Time last{};
        int at_once = 0;
        const auto one_more = [&] {
            at_once = std::exchange(last, world.now()) == last ? at_once + 1 : 0;
            if (begun < calls && at_once < at_once_max) {
                world.shard().post([&, number = begun++] {
                    runtime::spawn(world.shard(), note(numbered(world.cluster(), number), &said));
                });
            }
            return said.size() == calls;
        };
        ASSERT_TRUE(world.run_until(one_more));
        EXPECT_THAT(said, ::testing::Each("1"));
        EXPECT_EQ(came.size(), std::size_t{calls});
        EXPECT_TRUE(std::ranges::is_sorted(came));
    }
}

TEST(Cluster, AsksForACoordinatorOnce) {
    ClusterWorld world(2);
    world.special = list_groups();
    world.coordinator = 2;
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(asked_of(world, Target::group_coordinator("g")), "2");
    }
    EXPECT_EQ(asked_of(world, Target::group_coordinator("h")), "2");
    const auto asked = world.broker(1).count<wire::FindCoordinatorRequest>() +
                       world.broker(2).count<wire::FindCoordinatorRequest>();
    EXPECT_EQ(asked, 2U);
}

TEST(Cluster, FollowsACoordinatorThatMoves) {
    ClusterWorld world(3);
    world.coordinator = 2;
    world.special = list_groups();
    EXPECT_EQ(asked_of(world, Target::group_coordinator("g")), "2");
    for (const ErrorCode code :
         {ErrorCode::not_coordinator, ErrorCode::coordinator_not_available}) {
        const int from = world.coordinator;
        world.special = list_groups({{from, code}});
        world.coordinator = from == 2 ? 3 : 2;
        EXPECT_EQ(asked_of(world, Target::group_coordinator("g")),
                  std::to_string(world.coordinator));
    }
    // Loading: the same one, later.
    int left = 3;
    world.special = [&](int broker, const Asked& asked) {
        const bool loading = asked.is<ListGroupsRequest>() && left-- > 0;
        return list_groups({{broker, loading ? ErrorCode::coordinator_load_in_progress
                                             : ErrorCode::none}})(broker, asked);
    };
    const auto before = world.broker(world.coordinator).count<ListGroupsRequest>();
    EXPECT_EQ(asked_of(world, Target::group_coordinator("g")), std::to_string(world.coordinator));
    EXPECT_EQ(world.broker(world.coordinator).count<ListGroupsRequest>(), before + 4);
}

TEST(Cluster, GivesUpOnACoordinatorThatIsNoneForEver) {
    ClusterWorld world(2);
    world.special = list_groups({{1, ErrorCode::not_coordinator}, {2, ErrorCode::not_coordinator}});
    const Time began = world.now();
    EXPECT_THAT(asked_of(world, Target::group_coordinator("g"), 5s),
                AllOf(HasSubstr("NOT_COORDINATOR: broker 1 (kafka-1:9092): ListGroups: "),
                      HasSubstr("given up after "), HasSubstr(" tries in "), HasSubstr("'g'")));
    EXPECT_LE(world.now() - began, 5s);
    // Looked up anew before each try: after 100, 200, 400, 800 ms, then a second each.
    const auto lookups = world.broker(1).count<wire::FindCoordinatorRequest>() +
                         world.broker(2).count<wire::FindCoordinatorRequest>();
    EXPECT_GE(lookups, 6U);
    EXPECT_LE(lookups, 10U);
}

TEST(Cluster, GoesToACoordinatorThatTheMetadataDoNotKnow) {
    ClusterWorld world(2);
    world.special = [&](int broker, const Asked& asked) -> std::optional<Reaction> {
        if (!asked.is<wire::FindCoordinatorRequest>()) {
            return list_groups()(broker, asked);
        }
        wire::FindCoordinatorResponse response;
        response.coordinators = {{.key = "g", .node_id = 2, .host = "kafka-2", .port = port}};
        return answer(asked, response);
    };
    world.told.erase(2);
    EXPECT_EQ(refresh(world), "done");
    EXPECT_EQ(asked_of(world, Target::group_coordinator("g")), "2");
    // And it is not forgotten with the next metadata, which do not name it either.
    EXPECT_EQ(refresh(world), "done");
    EXPECT_EQ(asked_of(world, Target::group_coordinator("g")), "2");
}

TEST(Cluster, DoesNotGoToACoordinatorThatCannotBe) {
    struct Row {
        std::int32_t id;
        std::string host;
        std::int32_t port;
    };
    for (const Row& row : {Row{-1, "kafka-1", 9092}, Row{1, "", 9092}, Row{1, "kafka-1", 0},
                           Row{1, "kafka-1", 65'536}, Row{1, "kafka-1", -9092}}) {
        SCOPED_TRACE(fmt::format("{} {}:{}", row.id, row.host, row.port));
        ClusterWorld world(1);
        world.special = [&](int broker, const Asked& asked) -> std::optional<Reaction> {
            if (!asked.is<wire::FindCoordinatorRequest>()) {
                return list_groups()(broker, asked);
            }
            wire::FindCoordinatorResponse response;
            response.coordinators = {
                {.key = "g", .node_id = row.id, .host = row.host, .port = row.port}};
            return answer(asked, response);
        };
        EXPECT_THAT(asked_of(world, Target::group_coordinator("g"), 3s),
                    AllOf(HasSubstr("COORDINATOR_NOT_AVAILABLE"), HasSubstr("broker 1"),
                          HasSubstr("tries in ")));
        EXPECT_EQ(world.broker(1).count<ListGroupsRequest>(), 0U);
    }
}

TEST(Cluster, FollowsTheController) {
    ClusterWorld world(2);
    world.special = list_groups();
    EXPECT_EQ(asked_of(world, Target::controller()), "1");
    world.special = list_groups({{1, ErrorCode::not_controller}});
    world.controller = 2;
    EXPECT_EQ(asked_of(world, Target::controller()), "2");
    world.controller = -1;
    EXPECT_EQ(refresh(world), "done");
    EXPECT_THAT(asked_of(world, Target::controller(), 3s),
                AllOf(HasSubstr("BROKER_NOT_AVAILABLE: the cluster has no controller now"),
                      HasSubstr("ListGroups for the controller, given up after")));
}

TEST(Cluster, HandsErrorsThatAreNotToBeTriedAgainToTheCaller) {
    ClusterWorld world(1);
    world.special = list_groups({{1, ErrorCode::cluster_authorization_failed}});
    EXPECT_EQ(asked_of(world, Target::broker(BrokerId{1})), "1");
    EXPECT_EQ(world.broker(1).count<ListGroupsRequest>(), 1U);
}

TEST(Cluster, SaysHowOftenAndHowLongItTried) {
    ClusterWorld world(1);
    world.special = list_groups({{1, ErrorCode::coordinator_load_in_progress}});
    const Time began = world.now();
    const auto said = asked_of(world, Target::broker(BrokerId{1}), 5s);
    EXPECT_THAT(said, AllOf(HasSubstr("COORDINATOR_LOAD_IN_PROGRESS: broker 1 (kafka-1:9092): "
                                      "ListGroups: COORDINATOR_LOAD_IN_PROGRESS (ListGroups for "
                                      "broker 1, given up after "),
                            HasSubstr("tries in ")));
    EXPECT_LE(world.now() - began, 5s);
    // 100, 200, 400, 800 ms, then a second each, 20 % more or less.
    EXPECT_GE(world.broker(1).count<ListGroupsRequest>(), 6U);
    EXPECT_LE(world.broker(1).count<ListGroupsRequest>(), 10U);
}

TEST(Cluster, GoesPastBootstrapServersThatDoNotAnswer) {
    ClusterWorld world(2);
    world.special = list_groups();
    world.config.bootstrap = {{.host = "no-such-host", .port = port},
                              {.host = "kafka-1", .port = 1},
                              ClusterWorld::address(2)};
    world.told.erase(1);
    EXPECT_EQ(asked_of(world, Target::broker(BrokerId{2})), "2");
}

TEST(Cluster, NamesTheBrokersThatThereAre) {
    ClusterWorld world(2);
    EXPECT_EQ(refresh(world), "done");
    EXPECT_EQ(asked_of_one(world, 7),
              "BROKER_NOT_AVAILABLE: the cluster has no broker 7 now; it has 1, 2");
    EXPECT_THAT(asked_of(world, Target::broker(BrokerId{7}), 2s),
                HasSubstr("the cluster has no broker 7 now; it has 1, 2"));
    // One that comes is found.
    world.special = [&](int broker, const Asked& asked) {
        if (asked.is<MetadataRequest>() && !world.told.contains(7)) {
            world.told[7] = ClusterWorld::address(2);
        }
        return list_groups()(broker, asked);
    };
    EXPECT_EQ(asked_of(world, Target::broker(BrokerId{7})), "7");
}

TEST(Cluster, SaysWhyItKnowsNoBrokerAnyMore) {
    ClusterWorld world(1);
    EXPECT_EQ(refresh(world), "done");
    world.broker(1).stop_listening();
    world.broker(1).hang_up();
    EXPECT_THAT(asked_of_one(world, 1), HasSubstr("broker 1 (kafka-1:9092): cannot connect"));
    world.simulation().run_for(10s);
    EXPECT_THAT(asked_of_one(world, 1),
                AllOf(HasSubstr("the cluster has no broker 1 now; it has none that is known: "),
                      HasSubstr("bootstrap server kafka-1:9092: cannot connect")));
}

TEST(Cluster, SaysWhereAnAddressComesFrom) {
    ClusterWorld world(1);
    world.told[1] = {.host = "localhost", .port = port};
    EXPECT_EQ(refresh(world), "done");
    EXPECT_THAT(asked_of_one(world, 1),
                AllOf(HasSubstr("broker 1 (localhost:9092): cannot connect to localhost:9092"),
                      HasSubstr("the cluster gave this address: see the broker's "
                                "advertised.listeners")));
}

// --- trouble on the way --------------------------------------------------------------------------

TEST(Cluster, TriesARoutedRequestAgainWhenTheConnectionIsCut) {
    ClusterWorld world(1);
    int cuts = 2;
    world.special = [&](int broker, const Asked& asked) -> std::optional<Reaction> {
        if (asked.is<ListGroupsRequest>() && cuts-- > 0) {
            auto half = *list_groups()(broker, asked);
            half.bytes.resize(half.bytes.size() / 2);
            half.hang_up = true;
            return half;
        }
        return list_groups()(broker, asked);
    };
    EXPECT_EQ(asked_of(world, Target::broker(BrokerId{1})), "1");
    EXPECT_EQ(world.broker(1).count<ListGroupsRequest>(), 3U);
    cuts = 1;
    EXPECT_THAT(asked_of_one(world, 1),
                AllOf(HasSubstr("NETWORK_EXCEPTION: broker 1 (kafka-1:9092): ListGroups v"),
                      HasSubstr("bytes before the end of an answer")));
    EXPECT_EQ(asked_of_one(world, 1), "1");
}

TEST(Cluster, DropsAConnectionWhoseAnswersMakeNoSense) {
    ClusterWorld world(1);
    int lies = 2;
    world.special = [&](int broker, const Asked& asked) -> std::optional<Reaction> {
        if (!asked.is<ListGroupsRequest>() || lies-- <= 0) {
            return list_groups()(broker, asked);
        }
        wire::Output output;
        wire::begin_response(output, ListGroupsRequest::api_key, asked.header.request_api_version,
                             asked.header.correlation_id);
        output.bytes.append(as_bytes("\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f"));
        wire::finish_frame(output);
        return Reaction{.bytes = testing::frame_of(output)};
    };
    EXPECT_EQ(refresh(world), "done");
    EXPECT_THAT(asked_of_one(world, 1), HasSubstr("the answer to ListGroups v5 makes no sense"));
    EXPECT_EQ(asked_of(world, Target::broker(BrokerId{1})), "1");
    EXPECT_EQ(world.broker(1).count<ListGroupsRequest>(), 3U);
}

TEST(Cluster, GivesASlowBrokerItsTimeAndNoMore) {
    ClusterWorld world(2);
    world.config.request_timeout = 2s;
    world.special = [&](int broker, const Asked& asked) -> std::optional<Reaction> {
        if (asked.is<ListGroupsRequest>() && broker == 1) {
            return Reaction{};
        }
        return list_groups()(broker, asked);
    };
    EXPECT_EQ(refresh(world), "done");
    EXPECT_THAT(asked_of_one(world, 1),
                HasSubstr("REQUEST_TIMED_OUT: broker 1 (kafka-1:9092): no answer to ListGroups v5 "
                          "within 2000 ms"));
    EXPECT_EQ(asked_of_one(world, 2), "2") << "the other one is not concerned";
    const Time began = world.now();
    EXPECT_THAT(asked_of_one(world, 1, {.timeout = 7s}), HasSubstr("within 7000 ms"));
    EXPECT_GE(world.now() - began, 7s);
    EXPECT_THAT(asked_of_one(world, 1, {.deadline = world.now() + 500ms}), HasSubstr(" ms"));
}

TEST(Cluster, WaitsBeforeEachNewConnection) {
    ClusterWorld world(1);
    world.config.rebootstrap = false;
    EXPECT_EQ(refresh(world), "done");
    world.broker(1).stop_listening();
    world.broker(1).hang_up();
    const auto said = asked_of(world, Target::broker(BrokerId{1}), 10s);
    EXPECT_THAT(said, HasSubstr("cannot connect to kafka-1:9092"));
    EXPECT_GT(world.cluster().reachable_at(BrokerId{1}), world.now());
    EXPECT_EQ(world.cluster().connections(), 0U);
}

TEST(Cluster, SharesOneAttemptToConnect) {
    ClusterWorld world(2);
    EXPECT_EQ(refresh(world), "done");
    world.special = list_groups();
    world.broker(2).hang_up();
    world.simulation().run_for(1s);  // until the client has noticed
    const auto before = world.broker(2).connections();
    int answered = 0;
    for (int i = 0; i < 20; ++i) {
        world.shard().post([&] {
            auto count = [](Cluster& cluster, int* done) -> awaitable<void> {
                EXPECT_EQ(co_await ask_one(cluster, BrokerId{2}, {}), "2");
                ++*done;
            };
            runtime::spawn(world.shard(), count(world.cluster(), &answered));
        });
    }
    ASSERT_TRUE(world.run_until([&] { return answered == 20; }));
    EXPECT_EQ(world.broker(2).connections(), before + 1);
}

TEST(Cluster, KeepsToAThrottle) {
    ClusterWorld world(1);
    EXPECT_EQ(refresh(world), "done");
    world.special = [&](int, const Asked& asked) -> std::optional<Reaction> {
        if (asked.is<ListGroupsRequest>()) {
            return answer(asked, ListGroupsResponse{.throttle_time_ms = 3000});
        }
        return std::nullopt;
    };
    EXPECT_EQ(asked_of_one(world, 1), "1");
    const Time began = world.now();
    EXPECT_EQ(asked_of_one(world, 1), "1");
    EXPECT_GE(world.now() - began, 2900ms);
}

TEST(Cluster, DoesNotSendWhatTheBrokerDoesNotHave) {
    ClusterWorld world(1);
    world.special = list_groups();
    world.versions[ListGroupsRequest::api_key] = {1, 2};
    world.versions[HeartbeatRequest::api_key] = wire::no_versions;
    EXPECT_EQ(refresh(world), "done");
    EXPECT_EQ(asked_of_one(world, 1), "1");
    EXPECT_EQ(world.broker(1).asked().back().header.request_api_version, 2);
    EXPECT_EQ(asked_of_one(world, 1, {.versions = {3, wire::latest}}),
              "UNSUPPORTED_VERSION: broker 1 (kafka-1:9092) has ListGroups v1 to v2; this call "
              "needs v3 to v5");
    auto beat = [&] { return heartbeat(world.cluster(), Target::any(), 60s); };
    EXPECT_EQ(world.run(beat),
              "UNSUPPORTED_VERSION: broker 1 (kafka-1:9092) does not have "
              "Heartbeat");
}

TEST(Cluster, ClosesConnectionsOnWhichNothingHappens) {
    ClusterWorld world(1);
    world.special = list_groups();
    world.config.connections_max_idle = 10s;
    EXPECT_EQ(asked_of(world, Target::broker(BrokerId{1})), "1");
    EXPECT_GE(world.cluster().connections(), 1U);
    const auto before = world.broker(1).connections();
    ASSERT_TRUE(world.run_until([&] { return world.broker(1).open() == 0; }, 30s));
    EXPECT_EQ(world.cluster().connections(), 0U);
    EXPECT_EQ(world.cluster().reachable_at(BrokerId{1}), world.now()) << "that is no failure";
    EXPECT_EQ(asked_of_one(world, 1), "1");
    EXPECT_EQ(world.broker(1).connections(), before + 1);
}

}  // namespace
}  // namespace barnabas::client
