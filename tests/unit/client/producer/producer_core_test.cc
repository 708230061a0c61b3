// The producer's shell on simulated time: the machines, the cluster and scripted brokers together.
// In a simulation everything is on the loop's own thread, so what cannot go yet is kept aside.
#include "client/producer/producer_core.h"

#include "unit/client/producer/producer_world.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using wire::ProduceRequest;

using Words = std::vector<std::string>;

TEST(ProducerCore, WhatIsSentBeforeAnythingIsKnownArrivesInOrder) {
    ProducerWorld play;
    for (int i = 0; i < 5; ++i) {
        play.send(0, fmt::format("v{}", i));
    }
    ASSERT_TRUE(play.all_told());
    EXPECT_EQ(play.told, (Words{"v0 at 0-0", "v1 at 0-1", "v2 at 0-2", "v3 at 0-3", "v4 at 0-4"}));
    EXPECT_EQ(play.logs[0].values, (Words{"v0", "v1", "v2", "v3", "v4"}));
    EXPECT_EQ(play.world.broker(1).count<ProduceRequest>(), 1U) << "one batch";
}

TEST(ProducerCore, AnAnswerThatIsLostCostsATryAndStoresNothingTwice) {
    ProducerWorld play;
    int tries = 0;
    play.trouble = [&](const Asked& asked) -> std::optional<Reaction> {
        if (++tries > 1) {
            return std::nullopt;
        }
        const auto request = asked.as<ProduceRequest>();
        const auto& records = request.topic_data.at(0).partition_data.at(0).records;
        EXPECT_EQ(play.logs[0].append(records.bytes()).code, ErrorCode::none);
        return Reaction{.hang_up = true};
    };
    play.send(0, "once");
    ASSERT_TRUE(play.all_told());
    EXPECT_EQ(play.told, (Words{"once at 0-0"}));
    EXPECT_EQ(play.logs[0].values, (Words{"once"}));
    EXPECT_EQ(tries, 2);
}

TEST(ProducerCore, MeasuresItsRequestsAsKafkasProducer) {
    ProducerWorld play({{"linger.ms", "20"}});
    int tries = 0;
    play.trouble = [&](const Asked&) -> std::optional<Reaction> {
        return ++tries == 1 ? std::optional(Reaction{.bytes = {}, .hang_up = true}) : std::nullopt;
    };
    play.send(0, "a");
    play.send(0, "b");
    ASSERT_TRUE(play.all_told());
    std::optional<ProducerMetrics> metrics;
    play.on_loop([&] {
        play.core->metrics().then(
            [&](Result<ProducerMetrics> told) { metrics = std::move(told).value(); });
    });
    ASSERT_TRUE(play.world.simulation().run_until([&] { return metrics.has_value(); }, 10s));
    EXPECT_EQ(metrics->records_per_request.count, 2U) << "each time that it is sent";
    EXPECT_EQ(metrics->records_per_request.average(), 2);
    EXPECT_EQ(metrics->records_retried, 2U);
    EXPECT_EQ(metrics->batch_bytes.count, 2U);
    EXPECT_EQ(metrics->batch_bytes.average(), metrics->batch_bytes.max);
    EXPECT_GT(metrics->batch_bytes.max, 61) << "its header, and the records";
    EXPECT_EQ(metrics->compression_rate.average(), 1) << "none";
    EXPECT_GE(metrics->queue_ms.max, 20) << "it lingered";
    EXPECT_EQ(metrics->request_latency_ms.count, 1U) << "one had no answer";
}

TEST(ProducerCore, RecordsFollowTheirLeader) {
    ProducerWorld play;
    play.send(0, "before");
    ASSERT_TRUE(play.all_told());
    play.set_leaders({2, 2});
    play.send(0, "behind");
    ASSERT_TRUE(play.all_told());
    EXPECT_EQ(play.told.back(), "behind at 0-1");
    EXPECT_EQ(play.world.broker(2).count<ProduceRequest>(), 1U);
}

TEST(ProducerCore, SendsToLeadersInItsRackAsLongAsThereAreSome) {
    ProducerWorld play(
        {{"client.rack", "b"}, {"partitioner.rack.aware", "true"}, {"batch.size", "0"}});
    play.world.racks = {{1, "a"}, {2, "b"}};
    const auto send_without_key = [&play](int count) {
        for (int i = 0; i < count; ++i) {
            ++play.sent;
            play.on_loop([&play] {
                play.core->send({.topic = "t", .value = as_bytes("x")},
                                [&play](const Result<RecordMetadata>& outcome) {
                                    play.told.emplace_back(outcome ? "stored" : "failed");
                                });
            });
        }
        return play.all_told();
    };
    ASSERT_TRUE(send_without_key(30));
    EXPECT_EQ(play.logs[0].values.size(), 0U);
    EXPECT_EQ(play.logs[1].values.size(), 30U);
}

TEST(ProducerCore, GivesUpAtTheDeliveryTimeout) {
    ProducerWorld play(
        {{"delivery.timeout.ms", "2000"}, {"request.timeout.ms", "500"}, {"linger.ms", "0"}});
    play.send(0, "heard");
    ASSERT_TRUE(play.all_told());
    play.trouble = [](const Asked&) -> std::optional<Reaction> { return Reaction{}; };  // silence
    const Time before = play.world.now();
    play.send(0, "unheard");
    ASSERT_TRUE(play.all_told());
    EXPECT_EQ(play.told.back(), "unheard REQUEST_TIMED_OUT");
    EXPECT_LE(play.world.now() - before, 2100ms);
    play.trouble = nullptr;
    play.send(0, "later");
    ASSERT_TRUE(play.all_told());
    EXPECT_EQ(play.told.back().substr(0, 8), "later at");
}

TEST(ProducerCore, ATopicThatIsNotThereCostsMaxBlock) {
    ProducerWorld play;
    ++play.sent;
    play.on_loop([&] {
        play.core->send({.topic = "other"}, [&](const Result<RecordMetadata>& outcome) {
            play.told.push_back(outcome ? "stored" : fmt::format("{}", outcome.error().code));
        });
    });
    ASSERT_TRUE(play.all_told());
    EXPECT_EQ(play.told, (Words{"REQUEST_TIMED_OUT"}));
}

TEST(ProducerCore, FlushAndCloseWaitForWhatWasSent) {
    ProducerWorld play({{"linger.ms", "20000"}});
    play.send(0, "a");
    play.send(1, "b");
    std::size_t told_at_flush = 0;
    bool flushed = false;
    play.on_loop([&] {
        play.core->flush().then([&](Result<void>) {
            told_at_flush = play.told.size();
            flushed = true;
        });
    });
    ASSERT_TRUE(play.world.simulation().run_until([&] { return flushed; }, 10s));
    EXPECT_EQ(told_at_flush, 2U);
    play.send(1, "c");
    EXPECT_TRUE(play.close(10s).value());
    EXPECT_EQ(play.told.size(), 3U);
    EXPECT_EQ(play.logs[1].values, (Words{"b", "c"}));
}

TEST(ProducerCore, CloseFailsWhatCannotBeDelivered) {
    ProducerWorld play;
    play.trouble = [](const Asked&) -> std::optional<Reaction> { return Reaction{}; };
    play.send(0, "a");
    EXPECT_EQ(play.close(1s)->error().code, ErrorCode::request_timed_out);
    EXPECT_EQ(play.told, (Words{"a REQUEST_TIMED_OUT"}));
}

}  // namespace
}  // namespace barnabas::client
