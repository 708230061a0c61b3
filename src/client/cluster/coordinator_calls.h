#pragma once

#include "client/cluster/cluster.h"
#include "client/cluster/stale_knowledge.h"

#include <string>
#include <utility>

namespace barnabas::client {

/// Asks a group's coordinator, again and again until the deadline: for requests that may be
/// repeated as they are.
template <class Request>
awaitable<Result<Answer<typename Request::Response>>> ask_coordinator(Cluster& cluster,
                                                                      std::string group,
                                                                      Request request,
                                                                      CallOptions options) {
    const auto judge = [](const typename Request::Response& response) {
        const auto code = static_cast<ErrorCode>(response.error_code);
        return means_coordinator_away(code) ? code : ErrorCode::none;
    };
    co_return co_await cluster.call(Target::group_coordinator(std::move(group)), std::move(request),
                                    options, judge);
}

/// A heartbeat of KIP-848 or KIP-932, sent once to the coordinator that is found before the
/// deadline. Its answer says only what is new since the one before: one that is lost may have
/// brought an assignment, which nobody would hear of if the same was asked again. What is to be
/// said next is the membership's matter, which is told of the error (Kafka's
/// HeartbeatState.reset()). Leaving brings no news: that is repeated.
template <class Heartbeat>
awaitable<Result<Answer<typename Heartbeat::Response>>> send_heartbeat(Cluster& cluster,
                                                                       std::string group,
                                                                       Heartbeat heartbeat,
                                                                       CallOptions options) {
    if (heartbeat.member_epoch < 0) {
        co_return co_await ask_coordinator(cluster, std::move(group), std::move(heartbeat),
                                           options);
    }
    const Target target = Target::group_coordinator(group);
    const auto coordinator =
        co_await cluster.find_coordinator(CoordinatorType::group, group, options.deadline);
    if (!coordinator) {
        co_return std::unexpected(coordinator.error());
    }
    options.lane = target.lane();
    auto answer = co_await cluster.call(*coordinator, std::move(heartbeat), options);
    cluster.heed(target, *coordinator,
                 answer ? static_cast<ErrorCode>(answer->message.error_code) : answer.error().code);
    co_return answer;
}

}  // namespace barnabas::client
