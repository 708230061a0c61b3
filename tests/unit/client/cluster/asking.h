#pragma once

#include "unit/client/cluster/cluster_world.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/list_groups.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::client {

using wire::HeartbeatRequest;
using wire::HeartbeatResponse;
using wire::ListGroupsRequest;
using wire::ListGroupsResponse;
using wire::MetadataRequest;

inline ErrorCode code_of(const auto& response) {
    return static_cast<ErrorCode>(response.error_code);
}

/// Who answered, or the error.
inline std::string text(const auto& answered) {
    return answered ? fmt::format("{}", answered->broker)
                    : fmt::format("{}: {}", answered.error().code, answered.error().message);
}

inline awaitable<std::string> ask(Cluster& cluster, Target target, Duration patience) {
    const CallOptions options{.deadline = cluster.now() + patience};
    const auto judge = [](const ListGroupsResponse& response) { return code_of(response); };
    const auto answered =
        co_await cluster.call(std::move(target), ListGroupsRequest{}, options, judge);
    co_return text(answered);
}

inline awaitable<std::string> ask_one(Cluster& cluster, BrokerId broker, CallOptions options) {
    const auto answered = co_await cluster.call(broker, ListGroupsRequest{}, options);
    co_return text(answered);
}

inline awaitable<std::string> refreshed(Cluster& cluster, std::vector<std::string> topics,
                                        Duration patience) {
    const Time deadline = cluster.now() + patience;
    const auto done = co_await cluster.refresh(std::move(topics), deadline);
    co_return done ? "done" : fmt::format("{}: {}", done.error().code, done.error().message);
}

inline awaitable<std::string> heartbeat(Cluster& cluster, Target target, Duration patience) {
    const CallOptions options{.deadline = cluster.now() + patience};
    const auto judge = [](const HeartbeatResponse& response) { return code_of(response); };
    const auto answered =
        co_await cluster.call(std::move(target), HeartbeatRequest{}, options, judge);
    co_return text(answered);
}

/// Stands for one: it takes the same way.
inline awaitable<std::string> fetch(Cluster& cluster) {
    const CallOptions options{.lane = Lane::fetch, .timeout = 60s};
    const auto answered = co_await cluster.call(BrokerId{1}, HeartbeatRequest{}, options);
    co_return text(answered);
}

inline awaitable<void> note(awaitable<std::string> call, std::vector<std::string>* into) {
    into->push_back(co_await std::move(call));
}

inline std::string asked_of(ClusterWorld& world, Target target, Duration patience = 60s) {
    auto make = [&] { return ask(world.cluster(), target, patience); };
    return world.run(make).value_or("(never)");
}
inline std::string asked_of_one(ClusterWorld& world, int broker, CallOptions options = {}) {
    auto make = [&] { return ask_one(world.cluster(), BrokerId{broker}, options); };
    return world.run(make).value_or("(never)");
}
inline std::string refresh(ClusterWorld& world, std::vector<std::string> topics = {},
                           Duration patience = 60s) {
    auto make = [&] { return refreshed(world.cluster(), topics, patience); };
    return world.run(make).value_or("(never)");
}

/// Answers ListGroups, with an error code where there is one for the broker.
inline auto list_groups(std::map<int, ErrorCode> codes = {}) {
    return [codes](int broker, const Asked& asked) -> std::optional<Reaction> {
        if (!asked.is<ListGroupsRequest>()) {
            return std::nullopt;
        }
        ListGroupsResponse response;
        if (const auto at = codes.find(broker); at != codes.end()) {
            response.error_code = static_cast<std::int16_t>(at->second);
        }
        return answer(asked, response);
    };
}

inline std::size_t metadata_requests(ClusterWorld& world, int brokers) {
    std::size_t count = 0;
    for (int id = 1; id <= brokers; ++id) {
        count += world.broker(id).count<MetadataRequest>();
    }
    return count;
}

}  // namespace barnabas::client
