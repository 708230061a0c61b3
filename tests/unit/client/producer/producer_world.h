#pragma once

#include "client/client_log.h"
#include "client/producer/producer_core.h"
#include "unit/client/cluster/cluster_world.h"
#include "unit/client/producer/model_cluster.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/produce.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::client {

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
            ProducerCore::Ports{.loop = Loop::of(world.shard()),
                                .log = make_logger({.write =
                                                        [this](const auto& line) {
                                                            log.push_back(fmt::format(
                                                                "{} {}",
                                                                client_log_level_name(line.level),
                                                                line.text));
                                                        }}),
                                .partitioner = {},
                                .interceptors = {}},
            *config);
        on_loop([this] { core->start(); });
    }
    ~ProducerWorld() {
        if (!closed) {
            EXPECT_TRUE(close(0s));
        }
    }

    /// As it is, and as the metadata have it.
    void set_leaders(std::vector<int> leaders) {
        ++epoch;
        tell(leaders, epoch);
        leaders_ = std::move(leaders);
        logs.resize(leaders_.size());
    }
    /// What the metadata say, whatever it really is.
    void tell(const std::vector<int>& leaders, std::int32_t leader_epoch) {
        wire::MetadataResponse::Topic topic;
        topic.name = "t";
        topic.topic_id = topic_id;
        for (const int leader : leaders) {
            auto& partition = topic.partitions.emplace_back();
            partition.partition_index = static_cast<std::int32_t>(topic.partitions.size() - 1);
            partition.leader_id = leader;
            partition.leader_epoch = leader_epoch;
            partition.replica_nodes = partition.isr_nodes = {1, 2};
        }
        world.topics = {topic};
    }

    void on_loop(std::move_only_function<void()> task) { world.shard().post(std::move(task)); }

    void send(int partition, std::string value) {
        ++sent;
        on_loop([this, partition, value = std::move(value)] {
            core->send(
                {.topic = "t", .partition = PartitionId{partition}, .value = as_bytes(value)},
                [this, value](const Result<RecordMetadata>& outcome) {
                    if (!outcome) {
                        last_error = outcome.error().message;
                    }
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
    std::vector<std::string> log;  ///< warnings and errors
    std::unique_ptr<ProducerCore> core;
    std::vector<model::ModelLog> logs;
    std::vector<std::string> told;
    std::string last_error;
    std::size_t sent = 0;
    std::int32_t epoch = 0;
    Uuid topic_id;  ///< zero: the metadata have none
    bool closed = false;
    /// Asked first about each Produce request.
    std::function<std::optional<Reaction>(const Asked&)> trouble;
    ErrorCode init_error = ErrorCode::none;  ///< of InitProducerId

private:
    std::optional<Reaction> react(int broker, const Asked& asked) {
        if (asked.is<wire::InitProducerIdRequest>()) {
            wire::InitProducerIdResponse response;
            response.error_code = static_cast<std::int16_t>(init_error);
            response.producer_id = 77;
            return answer(asked, response);
        }
        if (!asked.is<wire::ProduceRequest>()) {
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
        const auto request = asked.as<wire::ProduceRequest>();
        for (const auto& topic : request.topic_data) {
            for (const auto& data : topic.partition_data) {
                auto& partition = model::add_answer(response, topic.name, data.index);
                response.responses.back().topic_id = topic.topic_id;
                const auto at = static_cast<std::size_t>(data.index);
                model::ModelLog::Verdict verdict;
                if (asked.header.request_api_version >= 13 && topic.topic_id != topic_id) {
                    verdict.code = ErrorCode::unknown_topic_id;
                } else if (leaders_[at] != broker) {
                    verdict.code = ErrorCode::not_leader_or_follower;
                } else {
                    verdict = logs[at].append(data.records.bytes());
                }
                partition.error_code = static_cast<std::int16_t>(verdict.code);
                partition.base_offset = verdict.base.get();
                partition.log_start_offset = 0;
            }
        }
        return response;
    }

    std::vector<int> leaders_;
};

}  // namespace barnabas::client
