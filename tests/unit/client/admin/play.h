#pragma once

#include "client/admin/operation.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/metadata.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::client::admin_api {

/// Plays the brokers of one call: what it sends is looked at, and answered by hand.
///
///     Play play(list_offsets_plan(...));
///     auto lookup = play.sent<wire::MetadataRequest>();
///     lookup->answer(response, play.now());
template <class T>
class Play {
public:
    explicit Play(Plan<T> plan, Duration timeout = 60s) : plan_(std::move(plan)) {
        plan_.operation->start(now_ + timeout);
        poll();
    }

    [[nodiscard]] Time now() const { return now_; }
    [[nodiscard]] bool done() const { return plan_.operation->done(); }
    [[nodiscard]] std::size_t waiting() const { return exchanges_.size(); }
    [[nodiscard]] bool next_is(std::int16_t api_key) const {
        return !exchanges_.empty() && exchanges_.front()->api_key() == api_key;
    }
    /// What came before now is told; then the operation goes on as far as it wants to at once.
    void poll() {
        for (int round = 0; round < 10 && !done(); ++round) {
            plan_.operation->poll(now_, exchanges_);
            if (plan_.operation->next_wake() > now_) {
                return;
            }
        }
        EXPECT_TRUE(done()) << "the operation never rests";
    }
    void advance(Duration how_long) {
        now_ += how_long;
        poll();
    }
    /// Until the operation wants to be woken.
    void sleep() {
        ASSERT_FALSE(done());
        ASSERT_LT(plan_.operation->next_wake(), never);
        now_ = std::max(now_, plan_.operation->next_wake());
        poll();
    }
    void abort(const Error& why) { plan_.operation->abort(why); }

    /// The oldest request that has no answer yet: it has to be of this type.
    template <class Request>
    std::unique_ptr<RequestExchange<Request>> sent() {
        if (exchanges_.empty() || exchanges_.front()->api_key() != Request::api_key) {
            ADD_FAILURE() << "no " << Request::name << " was sent";
            throw std::runtime_error("the play cannot go on");
        }
        auto* raw = static_cast<RequestExchange<Request>*>(exchanges_.front().release());
        exchanges_.erase(exchanges_.begin());
        return std::unique_ptr<RequestExchange<Request>>(raw);
    }
    template <class Exchange, class Response>
    void answer(const Exchange& exchange, const Response& response) {
        exchange->answer(response, now_);
        poll();
    }
    template <class Exchange>
    void fail(const Exchange& exchange, ErrorCode code) {
        exchange->fail({code, "the transport's sentence"}, now_);
        poll();
    }

    /// Answers the FindCoordinator that was sent: every key is `broker`'s.
    void find_coordinator(std::int32_t broker) {
        const auto lookup = sent<wire::FindCoordinatorRequest>();
        wire::FindCoordinatorResponse response;
        for (const auto& key : lookup->request.coordinator_keys) {
            auto& coordinator = response.coordinators.emplace_back();
            coordinator.key = key;
            coordinator.node_id = broker;
            coordinator.host = "broker-" + std::to_string(broker);
            coordinator.port = 9092;
        }
        answer(lookup, response);
    }

    [[nodiscard]] Result<T> result() {
        EXPECT_TRUE(done()) << "the call is not at its end";
        return plan_.result();
    }

private:
    Plan<T> plan_;
    Time now_{std::chrono::hours(1)};
    Exchanges exchanges_;
};

inline void add_broker(wire::MetadataResponse& response, std::int32_t id) {
    auto& broker = response.brokers.emplace_back();
    broker.node_id = id;
    broker.host = "broker-" + std::to_string(id);
    broker.port = 9092;
}

/// Brokers 1 to 3, of which 2 is the controller.
inline wire::MetadataResponse three_brokers() {
    wire::MetadataResponse response;
    for (const std::int32_t id : {1, 2, 3}) {
        add_broker(response, id);
    }
    response.controller_id = 2;
    return response;
}

/// Appends a topic; leaders[i] leads partition i.
inline void add_topic(wire::MetadataResponse& response, const std::string& name,
                      const std::vector<std::int32_t>& leaders) {
    auto& topic = response.topics.emplace_back();
    topic.name = name;
    for (const std::int32_t leader : leaders) {
        auto& partition = topic.partitions.emplace_back();
        partition.partition_index = static_cast<std::int32_t>(topic.partitions.size() - 1);
        partition.leader_id = leader;
        partition.leader_epoch = 5;
        partition.replica_nodes = {leader};
        partition.isr_nodes = {leader};
    }
}

inline wire::MetadataResponse with_topic(const std::string& name,
                                         const std::vector<std::int32_t>& leaders) {
    auto response = three_brokers();
    add_topic(response, name, leaders);
    return response;
}

inline TopicPartition partition(std::string topic, std::int32_t number) {
    return {std::move(topic), PartitionId{number}};
}

template <class T>
ErrorCode code_of(const Result<T>& result) {
    return result ? ErrorCode::none : result.error().code;
}

}  // namespace barnabas::client::admin_api
