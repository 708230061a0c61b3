#pragma once

#include "client/cluster/cluster.h"
#include "support/scripted_broker.h"
#include "wire/api.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/metadata.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::client {

using testing::answer;
using testing::Asked;
using testing::Reaction;
using testing::ScriptedBroker;

inline constexpr std::uint16_t port = 9092;

/// Simulated brokers 1 to n on machines kafka-1 to kafka-n that tell of themselves what the test
/// says, and a client's Cluster on a machine of its own.
class ClusterWorld {
public:
    explicit ClusterWorld(int brokers, std::uint64_t seed = 11) : simulation_(seed) {
        for (int id = 1; id <= brokers; ++id) {
            add_broker(id);
        }
        client_ = &simulation_.add_machine("client");
        config.bootstrap = {address(1)};
        config.client_id = "test";
    }
    ~ClusterWorld() {
        special = nullptr;  // what it refers to may have gone before us
        if (cluster_) {
            EXPECT_TRUE(close());
        }
    }

    // What the brokers say; read at each request.
    std::map<int, runtime::Endpoint> told;  ///< by broker id
    std::map<int, std::string> racks;       ///< likewise
    std::int32_t controller = 1;
    std::int32_t coordinator = 1;
    std::vector<wire::MetadataResponse::Topic> topics;
    std::map<std::int16_t, wire::Versions> versions;  ///< instead of all that Kafka has
    /// By broker, where it is not "a-cluster": whoever takes it for another's is refused.
    std::map<int, std::string> clusters;
    /// Asked first about each request but ApiVersions.
    std::function<std::optional<Reaction>(int broker, const Asked&)> special;

    CommonConfig config;
    Cluster::Options options;

    /// Starts the client. Changes of `config` count until here.
    Cluster& cluster() {
        if (!cluster_) {
            options.common = config;
            cluster_ =
                std::make_unique<Cluster>(Cluster::Ports{.shard = shard(), .log = {}}, options);
            shard().post([this] { cluster_->start(); });
        }
        return *cluster_;
    }
    [[nodiscard]] runtime::Shard& shard() { return client_->shard(0); }
    [[nodiscard]] runtime::Simulation& simulation() { return simulation_; }
    [[nodiscard]] ScriptedBroker& broker(int id) { return *brokers_.at(id); }
    [[nodiscard]] Time now() const { return simulation_.clock().now(); }
    static runtime::Endpoint address(int id) {
        return {.host = fmt::format("kafka-{}", id), .port = port};
    }
    void add_broker(int id) {
        runtime::SimulatedMachine& machine = simulation_.add_machine(fmt::format("kafka-{}", id));
        brokers_[id] = std::make_unique<ScriptedBroker>(
            machine, port, [this, id](const Asked& asked) { return react(id, asked); });
        told[id] = address(id);
    }

    /// Runs a coroutine of the client to its end.
    template <class Make>
    auto run(Make make, Duration at_most = 300s) {
        static_cast<void>(cluster());
        return testing::finish(simulation_, shard(), std::move(make), at_most);
    }
    bool run_until(const std::function<bool()>& condition, Duration at_most = 300s) {
        static_cast<void>(cluster());
        return simulation_.run_until(condition, at_most);
    }
    bool close() {
        auto finish = [this] { return closed(); };
        const bool ended = testing::finish(simulation_, shard(), finish).has_value();
        cluster_.reset();
        return ended;
    }

private:
    awaitable<bool> closed() {
        co_await cluster_->close();
        co_return true;
    }

    Reaction react(int id, const Asked& asked) {
        if (asked.is<wire::ApiVersionsRequest>()) {
            return answer(asked, api_versions(id, asked.as<wire::ApiVersionsRequest>()));
        }
        if (special) {
            if (auto reaction = special(id, asked)) {
                return std::move(*reaction);
            }
        }
        if (asked.is<wire::MetadataRequest>()) {
            return answer(asked, metadata(id));
        }
        if (asked.is<wire::FindCoordinatorRequest>()) {
            return answer(asked, found(asked));
        }
        return {};
    }
    [[nodiscard]] wire::ApiVersionsResponse api_versions(
        int id, const wire::ApiVersionsRequest& request) const {
        wire::ApiVersionsResponse response;
        if (request.cluster_id && *request.cluster_id != cluster_of(id)) {
            response.error_code = static_cast<std::int16_t>(ErrorCode::rebootstrap_required);
            return response;
        }
        for (const auto& api : wire::all_apis()) {
            const auto at = versions.find(api.key);
            const auto range = at != versions.end() ? at->second : api.kafka_versions;
            if (range.first <= range.last) {
                response.api_keys.push_back(
                    {.api_key = api.key, .min_version = range.first, .max_version = range.last});
            }
        }
        return response;
    }
    [[nodiscard]] std::string cluster_of(int id) const {
        const auto at = clusters.find(id);
        return at != clusters.end() ? at->second : "a-cluster";
    }
    [[nodiscard]] wire::MetadataResponse metadata(int of) const {
        wire::MetadataResponse response;
        for (const auto& [id, at] : told) {
            response.brokers.push_back({.node_id = id, .host = at.host, .port = at.port});
            if (const auto rack = racks.find(id); rack != racks.end()) {
                response.brokers.back().rack = rack->second;
            }
        }
        response.cluster_id = cluster_of(of);
        response.controller_id = controller;
        response.topics = topics;
        return response;
    }
    [[nodiscard]] wire::FindCoordinatorResponse found(const Asked& asked) const {
        const auto request = asked.as<wire::FindCoordinatorRequest>();
        const auto at = told.find(coordinator);
        const auto code = at != told.end() ? ErrorCode::none : ErrorCode::coordinator_not_available;
        const auto where = at != told.end() ? at->second : runtime::Endpoint{};
        wire::FindCoordinatorResponse response{.error_code = static_cast<std::int16_t>(code),
                                               .node_id = coordinator,
                                               .host = where.host,
                                               .port = where.port};
        for (const auto& key : request.coordinator_keys) {
            response.coordinators.push_back({.key = key,
                                             .node_id = coordinator,
                                             .host = where.host,
                                             .port = where.port,
                                             .error_code = static_cast<std::int16_t>(code)});
        }
        return response;
    }

    runtime::Simulation simulation_;
    std::map<int, std::unique_ptr<ScriptedBroker>> brokers_;
    runtime::SimulatedMachine* client_ = nullptr;
    std::unique_ptr<Cluster> cluster_;
};

}  // namespace barnabas::client
