// The producer's shell on simulated time: the machines, the cluster and scripted brokers together.
// In a simulation everything is on the loop's own thread, so what cannot go yet is kept aside.
#include "client/producer/producer_core.h"

#include "unit/client/cluster/cluster_world.h"
#include "unit/client/producer/model_cluster.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/produce.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using wire::ProduceRequest;

/// Two brokers, one topic "t" of two partitions led by broker 1 and 2, and a producer.
class ProducerWorld {
public:
    explicit ProducerWorld(ClientConfig more = {}, std::uint64_t seed = 3) : world(2, seed) {
        more.emplace("bootstrap.servers", "kafka-1:9092,kafka-2:9092");
        more.emplace("max.block.ms", "5000");
        auto config = producer_config(more);
        EXPECT_TRUE(config) << config.error().message;
        set_leaders({1, 2});
        world.special = [this](int broker, const Asked& asked) { return react(broker, asked); };
        core = std::make_unique<ProducerCore>(
            ProducerCore::Ports{
                .loop = Loop::of(world.shard()), .log = {}, .partitioner = {}, .interceptors = {}},
            *config);
        on_loop([this] { core->start(); });
    }
    ~ProducerWorld() {
        if (!closed) {
            EXPECT_TRUE(close(0s));
        }
    }

    void set_leaders(std::vector<int> leaders) {
        wire::MetadataResponse::Topic topic;
        topic.name = "t";
        for (std::size_t i = 0; i < leaders.size(); ++i) {
            auto& partition = topic.partitions.emplace_back();
            partition.partition_index = static_cast<std::int32_t>(i);
            partition.leader_id = leaders[i];
            partition.leader_epoch = ++epoch;
            partition.replica_nodes = partition.isr_nodes = {1, 2};
        }
        world.topics = {topic};
        leaders_ = std::move(leaders);
        logs.resize(leaders_.size());
    }

    void on_loop(std::move_only_function<void()> task) { world.shard().post(std::move(task)); }

    void send(int partition, std::string value) {
        ++sent;
        on_loop([this, partition, value = std::move(value)] {
            core->send(
                {.topic = "t", .partition = PartitionId{partition}, .value = as_bytes(value)},
                [this, value](const Result<RecordMetadata>& outcome) {
                    told.push_back(outcome ? fmt::format("{} at {}-{}", value, outcome->partition,
                                                         outcome->offset)
                                           : fmt::format("{} {}", value, outcome.error().code));
                });
        });
    }
    bool all_told(Duration at_most = 300s) {
        return world.simulation().run_until([this] { return told.size() == sent; }, at_most);
    }
    std::optional<Result<void>> close(Duration timeout) {
        closed = true;
        auto make = [this, timeout] { return core->shut_down(timeout); };
        return barnabas::testing::finish(world.simulation(), world.shard(), make);
    }

    ClusterWorld world;
    std::unique_ptr<ProducerCore> core;
    std::vector<model::ModelLog> logs;
    std::vector<std::string> told;
    std::size_t sent = 0;
    bool closed = false;
    /// Asked first about each Produce request.
    std::function<std::optional<Reaction>(const Asked&)> trouble;

private:
    std::optional<Reaction> react(int broker, const Asked& asked) {
        if (asked.is<wire::InitProducerIdRequest>()) {
            wire::InitProducerIdResponse response;
            response.producer_id = 77;
            return answer(asked, response);
        }
        if (!asked.is<ProduceRequest>()) {
            return std::nullopt;
        }
        if (trouble) {
            if (auto reaction = trouble(asked)) {
                return reaction;
            }
        }
        return answer(asked, produce(broker, asked));
    }
    wire::ProduceResponse produce(int broker, const Asked& asked) {
        wire::ProduceResponse response;
        const auto request = asked.as<ProduceRequest>();
        for (const auto& topic : request.topic_data) {
            for (const auto& data : topic.partition_data) {
                auto& partition = model::add_answer(response, topic.name, data.index);
                const auto at = static_cast<std::size_t>(data.index);
                const auto verdict =
                    leaders_[at] == broker
                        ? logs[at].append(data.records.bytes())
                        : model::ModelLog::Verdict{ErrorCode::not_leader_or_follower};
                partition.error_code = static_cast<std::int16_t>(verdict.code);
                partition.base_offset = verdict.base.get();
                partition.log_start_offset = 0;
            }
        }
        return response;
    }

    std::vector<int> leaders_;
    std::int32_t epoch = 0;
};

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
