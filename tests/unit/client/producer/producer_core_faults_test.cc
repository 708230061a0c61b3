// The producer among brokers that lie, know nothing yet, or go away: what it makes of it, and what
// it says when it gives up.
#include "client/producer/producer_core.h"
#include "unit/client/producer/producer_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Told = std::vector<std::string>;

constexpr int nobody = 9;  // no broker has this id
const ClientConfig in_a_hurry = {{"delivery.timeout.ms", "2000"},
                                 {"request.timeout.ms", "500"},
                                 {"linger.ms", "0"},
                                 {"retry.backoff.ms", "100"}};

std::size_t lookups(ProducerWorld& play) {
    return play.world.broker(1).count<wire::MetadataRequest>() +
           play.world.broker(2).count<wire::MetadataRequest>();
}

struct LieCase {
    std::string name;
    std::vector<int> leaders;
    std::int32_t epoch_more = 0;  // than the truth has
    int partition = 0;            // that is sent to
};

/// As long as the lie lasts nothing is stored; afterwards everything is, once and in order.
TEST(ProducerCoreFaults, MetadataThatLieCostTimeAndNoRecord) {
    const LieCase rows[] = {
        {.name = "a leader that says it is none", .leaders = {2, 2}},
        {.name = "the same, of a later epoch", .leaders = {2, 2}, .epoch_more = 5},
        {.name = "a leader that is no broker", .leaders = {nobody, nobody}},
        {.name = "a leader below all numbers", .leaders = {-7, -7}},
        {.name = "no leader", .leaders = {-1, -1}},
        {.name = "no partitions", .leaders = {}},
        {.name = "too few partitions", .leaders = {1}, .partition = 1},
    };
    for (const LieCase& row : rows) {
        SCOPED_TRACE(row.name);
        ProducerWorld play;
        play.set_leaders({1, 1});
        play.tell(row.leaders, play.epoch + row.epoch_more);
        for (int i = 0; i < 3; ++i) {
            play.send(row.partition, fmt::format("v{}", i));
        }
        play.world.simulation().run_for(3s);
        EXPECT_EQ(play.told, Told{});
        EXPECT_LE(lookups(play), 35U) << "it asks again and again without a pause";
        play.tell({1, 1}, play.epoch + row.epoch_more);
        ASSERT_TRUE(play.all_told());
        EXPECT_EQ(play.logs[static_cast<std::size_t>(row.partition)].values,
                  (Told{"v0", "v1", "v2"}));
    }
}

TEST(ProducerCoreFaults, AnOlderLeaderIsNotGoneBackTo) {
    ProducerWorld play({{"metadata.max.age.ms", "10000"}});
    play.send(0, "before");
    ASSERT_TRUE(play.all_told());
    play.set_leaders({2, 2});
    play.send(0, "moved");
    ASSERT_TRUE(play.all_told());
    const auto asked = play.world.broker(1).count<wire::ProduceRequest>();
    play.tell({1, 1}, play.epoch - 1);  // a broker that has not heard of it yet
    play.world.simulation().run_for(25s);
    play.send(0, "behind");
    ASSERT_TRUE(play.all_told());
    EXPECT_EQ(play.logs[0].values, (Told{"before", "moved", "behind"}));
    EXPECT_EQ(play.world.broker(1).count<wire::ProduceRequest>(), asked);
}

/// KIP-951: who is not the leader says who is.
TEST(ProducerCoreFaults, TheLeaderThatAnAnswerNamesIsBelievedUnlessItIsNoBroker) {
    struct Row {
        int leader;
        std::int32_t port;
        std::size_t lookups_max;  // for metadata, before the record is stored
    };
    for (const Row& row : {Row{.leader = 2, .port = 9092, .lookups_max = 1},
                           Row{.leader = nobody, .port = 0, .lookups_max = 3},
                           Row{.leader = -5, .port = 99'999, .lookups_max = 3}}) {
        SCOPED_TRACE(row.leader);
        ProducerWorld play;
        play.set_leaders({2, 2});
        play.tell({1, 1}, play.epoch);
        int refused = 0;
        play.trouble = [&](const Asked& asked) -> std::optional<Reaction> {
            if (refused++ > 0) {
                return std::nullopt;
            }
            wire::ProduceResponse response;
            auto& partition = model::add_answer(response, "t", 0);
            partition.error_code = static_cast<std::int16_t>(ErrorCode::not_leader_or_follower);
            partition.current_leader = {.leader_id = row.leader, .leader_epoch = play.epoch + 1};
            response.node_endpoints = {
                {.node_id = row.leader, .host = "kafka-2", .port = row.port}};
            return answer(asked, response);
        };
        play.send(0, "once");
        ASSERT_TRUE(play.world.simulation().run_until([&] { return refused > 0; }, 10s));
        play.tell({2, 2}, play.epoch);
        const auto before = lookups(play);
        ASSERT_TRUE(play.all_told(30s));
        EXPECT_EQ(play.told, (Told{"once at 0-0"}));
        EXPECT_LE(lookups(play) - before, row.lookups_max);
    }
}

TEST(ProducerCoreFaults, ATopicThatIsMadeAgainGetsWhatComesLater) {
    ProducerWorld play;
    play.topic_id.bytes[0] = 1;
    play.set_leaders({1, 1});
    for (int i = 0; i < 3; ++i) {
        play.send(0, fmt::format("old{}", i));
        ASSERT_TRUE(play.all_told());
    }
    EXPECT_EQ(play.told.back(), "old2 at 0-2");
    // Deleted and made again: another id, empty, with epochs from 0 on; and the leader has moved.
    play.topic_id.bytes[0] = 2;
    play.logs = {{}, {}};
    play.epoch = -1;
    play.set_leaders({2, 2});
    for (int i = 0; i < 3; ++i) {
        play.send(0, fmt::format("new{}", i));
        ASSERT_TRUE(play.all_told());
    }
    EXPECT_EQ(play.logs[0].values, (Told{"new0", "new1", "new2"}));
    EXPECT_EQ(play.told.back(), "new2 at 0-2");
}

// --- the order of batches -----------------------------------------------------------------------

/// Each record is a batch of its own, and goes at once.
const ClientConfig one_by_one = {{"batch.size", "1"}, {"linger.ms", "0"}};

/// Adds what the batches of a Produce request say of their producer's epoch.
void note_epochs(const Asked& asked, std::vector<int>& epochs) {
    for (const auto& topic : asked.as<wire::ProduceRequest>().topic_data) {
        for (const auto& data : topic.partition_data) {
            epochs.push_back(wire::BatchView(data.records.bytes()).producer_epoch().get());
        }
    }
}

/// Two records that a connection is made for, and a third one at each moment until they are stored.
TEST(ProducerCoreFaults, NoRecordPassesThoseThatWaitForTheConnection) {
    for (const char* idempotent : {"false", "true"}) {
        ClientConfig config = one_by_one;
        config.emplace("enable.idempotence", idempotent);
        bool in_time = true;
        for (int moment = 0; in_time; ++moment) {
            SCOPED_TRACE(fmt::format("enable.idempotence={}, moment {}", idempotent, moment));
            ProducerWorld play(config);
            std::vector<int> epochs;
            play.trouble = [&epochs](const Asked& asked) -> std::optional<Reaction> {
                note_epochs(asked, epochs);
                return std::nullopt;
            };
            play.send(0, "v0");
            play.send(0, "v1");
            int step = 0;
            const auto third = [&] {
                if (step++ == moment) {
                    in_time = play.told.size() < 2;
                    play.send(0, "v2");
                }
                return play.told.size() == 3;
            };
            ASSERT_TRUE(play.world.simulation().run_until(third, 300s));
            ASSERT_EQ(play.logs[0].values, (Told{"v0", "v1", "v2"}));
            ASSERT_THAT(epochs, ::testing::Each(config["enable.idempotence"] == "true" ? 0 : -1));
        }
    }
}

/// The broker does not know the producer by the first batch, which it refused for now, and so not
/// those behind it: no reason for a new epoch.
TEST(ProducerCoreFaults, WhatComesBehindARefusedFirstBatchWaitsForItUnderTheSameEpoch) {
    ProducerWorld play(one_by_one);
    std::vector<int> epochs;
    play.trouble = [&epochs](const Asked& asked) -> std::optional<Reaction> {
        note_epochs(asked, epochs);
        if (epochs.size() > 1) {
            return std::nullopt;
        }
        wire::ProduceResponse response;
        model::add_answer(response, "t", 0).error_code =
            static_cast<std::int16_t>(ErrorCode::not_enough_replicas);
        return answer(asked, response);
    };
    Told in_order;
    for (int i = 0; i < 12; ++i) {
        in_order.push_back(fmt::format("v{}", i));
        play.send(0, in_order.back());
    }
    ASSERT_TRUE(play.all_told());
    EXPECT_EQ(play.logs[0].values, in_order);
    EXPECT_GT(epochs.size(), in_order.size());
    EXPECT_THAT(epochs, ::testing::Each(0));
}

/// The broker refuses the first batch for good, for which the epoch is raised, and takes those that
/// are on their way: they are of the old epoch, and the new one begins with 0 behind them.
TEST(ProducerCoreFaults, ANewEpochBeginsBehindWhatIsOnItsWayUnderTheOldOne) {
    ProducerWorld play(one_by_one);
    std::vector<int> epochs;
    play.trouble = [&](const Asked& asked) -> std::optional<Reaction> {
        note_epochs(asked, epochs);
        if (epochs.size() > 1) {
            return std::nullopt;
        }
        const auto request = asked.as<wire::ProduceRequest>();
        play.logs[0].append(request.topic_data[0].partition_data[0].records.bytes());
        wire::ProduceResponse response;
        model::add_answer(response, "t", 0).error_code =
            static_cast<std::int16_t>(ErrorCode::invalid_record);
        return answer(asked, response);
    };
    for (int i = 0; i < 5; ++i) {
        play.send(0, fmt::format("v{}", i));
    }
    ASSERT_TRUE(play.all_told());
    play.send(0, "v5");
    play.send(0, "v6");
    ASSERT_TRUE(play.all_told());
    EXPECT_EQ(play.told, (Told{"v0 INVALID_RECORD", "v1 at 0-1", "v2 at 0-2", "v3 at 0-3",
                               "v4 at 0-4", "v5 at 0-5", "v6 at 0-6"}));
    EXPECT_EQ(epochs, (std::vector<int>{0, 0, 0, 0, 0, 1, 1}));
}

// --- what it says when it gives up --------------------------------------------------------------

TEST(ProducerCoreFaults, GivingUpNamesTheBrokerTheApiTheCauseAndHowLong) {
    struct Row {
        std::string name;
        std::function<void(ProducerWorld&)> trouble;
        std::vector<std::string> said;
    };
    const Row rows[] = {
        {.name = "silence",
         .trouble =
             [](ProducerWorld& play) { play.trouble = [](const Asked&) { return Reaction{}; }; },
         .said = {"1 record(s) for t-0", "delivery.timeout.ms", "2000 ms after", " tries",
                  "broker 1 (kafka-1:9092): no answer to Produce v", "within 500 ms"}},
        {.name = "it hangs up",
         .trouble =
             [](ProducerWorld& play) {
                 play.trouble = [](const Asked&) { return Reaction{.hang_up = true}; };
             },
         .said = {"t-0", " ms", "broker 1 (kafka-1:9092)", "Produce v"}},
        {.name = "it is not the leader",
         .trouble =
             [](ProducerWorld& play) {
                 play.set_leaders({2, 2});
                 play.tell({1, 1}, play.epoch);
             },
         .said = {"t-0", " ms", "broker 1 (kafka-1:9092) refused", "NOT_LEADER_OR_FOLLOWER",
                  "(Produce, "}},
        {.name = "it is away",
         .trouble =
             [](ProducerWorld& play) {
                 play.world.broker(1).stop_listening();
                 play.world.broker(1).hang_up();
             },
         .said = {"t-0", " ms", "broker 1 (kafka-1:9092): cannot connect"}},
        {.name = "nobody is the leader",
         .trouble = [](ProducerWorld& play) { play.set_leaders({-1, -1}); },
         .said = {"t-0", "2000 ms after", "no leader"}},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        ProducerWorld play(in_a_hurry);
        play.send(0, "heard");
        ASSERT_TRUE(play.all_told());
        row.trouble(play);
        play.send(0, "unheard");
        ASSERT_TRUE(play.all_told(10s));
        EXPECT_THAT(play.told.back(), ::testing::StartsWith("unheard "));
        for (const std::string& part : row.said) {
            EXPECT_THAT(play.last_error, HasSubstr(part));
        }
    }
}

std::vector<std::string> lines_with(const std::vector<std::string>& log, std::string_view words) {
    std::vector<std::string> found;
    for (const std::string& line : log) {
        if (line.find(words) != std::string::npos) {
            found.push_back(line);
        }
    }
    return found;
}

TEST(ProducerCoreFaults, TheLogTellsOnceThatRecordsAreSentAgain) {
    ProducerWorld play;
    play.set_leaders({1, 1});
    int hang_ups = 3;
    play.trouble = [&hang_ups](const Asked&) -> std::optional<Reaction> {
        return hang_ups-- > 0 ? std::optional(Reaction{.hang_up = true}) : std::nullopt;
    };
    play.send(0, "one");
    play.send(1, "two");
    ASSERT_TRUE(play.all_told());
    EXPECT_LE(hang_ups, 0);
    EXPECT_THAT(lines_with(play.log, "records are sent again"),
                ::testing::ElementsAre(
                    AllOf(::testing::StartsWith("WARN "), HasSubstr("broker 1 (kafka-1:9092)"))));
    play.trouble = nullptr;
    play.log.clear();
    play.send(0, "three");
    ASSERT_TRUE(play.all_told());
    EXPECT_EQ(play.log, std::vector<std::string>());
}

TEST(ProducerCoreFaults, TheLogTellsThatTheProducerIsOver) {
    ProducerWorld play;
    play.init_error = ErrorCode::cluster_authorization_failed;
    play.send(0, "one");
    play.send(1, "two");
    ASSERT_TRUE(play.all_told());
    EXPECT_THAT(
        lines_with(play.log, "takes no more records"),
        ::testing::ElementsAre(AllOf(::testing::StartsWith("ERROR "),
                                     HasSubstr("(InitProducerId v"), HasSubstr("(kafka-"))));
}

TEST(ProducerCoreFaults, WhatWaitsBehindAnUnansweredRequestSaysSo) {
    ProducerWorld play({{"delivery.timeout.ms", "2000"},
                        {"request.timeout.ms", "1900"},
                        {"linger.ms", "0"},
                        {"max.in.flight.requests.per.connection", "1"}});
    play.set_leaders({1, 1});
    play.send(0, "heard");
    ASSERT_TRUE(play.all_told());
    play.trouble = [](const Asked&) { return Reaction{}; };
    play.send(0, "asked");
    play.world.simulation().run_for(10ms);
    play.send(1, "behind");
    play.world.simulation().run_for(1900ms);  // the request is not over yet, nor is the timeout
    EXPECT_EQ(play.told.size(), 1U);
    ASSERT_TRUE(play.all_told(10s));
    EXPECT_THAT(play.last_error, HasSubstr("broker 1"));
    EXPECT_THAT(play.last_error, HasSubstr("Produce"));
}

TEST(ProducerCoreFaults, WhoWaitsForMemoryInVainIsToldWhatHoldsIt) {
    ProducerWorld play({{"buffer.memory", "20000"},
                        {"batch.size", "10000"},
                        {"max.block.ms", "3000"},
                        {"request.timeout.ms", "1000"},
                        {"delivery.timeout.ms", "100000"}});
    play.send(0, "heard");
    ASSERT_TRUE(play.all_told());
    play.world.broker(1).stop_listening();
    play.world.broker(1).hang_up();
    for (int i = 0; i < 8; ++i) {
        play.send(0, std::string(4000, 'x'));
    }
    ASSERT_TRUE(play.world.simulation().run_until([&] { return play.told.size() > 1; }, 20s));
    EXPECT_THAT(play.last_error,
                AllOf(HasSubstr("buffer.memory (20000) is full"), HasSubstr("3000 ms"),
                      HasSubstr("broker 1 (kafka-1:9092): cannot connect")));
    EXPECT_TRUE(play.close(0s).has_value());
}

// --- coordinators -------------------------------------------------------------------------------

awaitable<Result<void>> initialized(ProducerWorld& play) {
    co_return co_await await_future(play.world.shard(), play.core->init_transactions());
}

TEST(ProducerCoreFaults, ACoordinatorThatIsNoneForEverCostsMaxBlockAndSaysSo) {
    ProducerWorld play({{"transactional.id", "x"}});
    play.init_error = ErrorCode::not_coordinator;
    const Time began = play.world.now();
    const auto init = [&play] { return initialized(play); };
    const auto done = barnabas::testing::finish(play.world.simulation(), play.world.shard(), init);
    ASSERT_TRUE(done.has_value());
    ASSERT_FALSE(*done);
    EXPECT_EQ(done->error().code, ErrorCode::request_timed_out);
    EXPECT_THAT(done->error().message,
                AllOf(HasSubstr("max.block.ms (5000 ms)"), HasSubstr("InitProducerId"),
                      HasSubstr("NOT_COORDINATOR")));
    EXPECT_LE(play.world.now() - began, 6s);
    const auto asked = play.world.broker(1).count<wire::FindCoordinatorRequest>() +
                       play.world.broker(2).count<wire::FindCoordinatorRequest>();
    EXPECT_LE(asked, 12U) << "it looks for another one without a pause";
    EXPECT_GE(asked, 4U) << "it does not look for another one";
    // It goes on by itself, and calling again hears of it.
    play.init_error = ErrorCode::none;
    EXPECT_TRUE(*barnabas::testing::finish(play.world.simulation(), play.world.shard(), init));
}

}  // namespace
}  // namespace barnabas::client
