#pragma once

#include "broker/services.h"
#include "coordinator/share_state/messages.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <vector>

namespace barnabas::broker {

/// One partition of a request to share coordinators.
struct ShareStatePosition {
    std::size_t topic = 0;      // index into Request::topics
    std::size_t partition = 0;  // index into that topic's partitions
};

/// All partitions of a request, in its order.
template <class Request>
[[nodiscard]] std::vector<ShareStatePosition> all_positions(const Request& request) {
    std::vector<ShareStatePosition> all;
    for (std::size_t i = 0; i < request.topics.size(); ++i) {
        for (std::size_t j = 0; j < request.topics[i].partitions.size(); ++j) {
            all.push_back({.topic = i, .partition = j});
        }
    }
    return all;
}

/// A response with a place for the answer of each partition.
template <class Request>
[[nodiscard]] coordinator::ShareStateResponse<Request> unanswered(const Request& request) {
    coordinator::ShareStateResponse<Request> response;
    for (const auto& topic : request.topics) {
        auto& result = response.results.emplace_back();
        result.topic_id = topic.topic_id;
        result.partitions.resize(topic.partitions.size());
    }
    return response;
}

/// Has each of these partitions answered by the share coordinator that it belongs to, on the shard
/// that leads it, and puts the answers into their places; those of coordinators that are not here,
/// or not yet, are errors of Kafka's, and so are those of whom nothing was heard by `until`: each
/// coordinator answers by then. Called on `home`; what it refers to lives in the awaiting
/// coroutine. `which` is in the request's order.
template <class Request>
awaitable<void> ask_share_coordinators(Services& services, BrokerShard& home,
                                       const Request& request,
                                       std::vector<ShareStatePosition> which, Time until,
                                       coordinator::ShareStateResponse<Request>& response);

extern template awaitable<void> ask_share_coordinators(
    Services&, BrokerShard&, const wire::InitializeShareGroupStateRequest&,
    std::vector<ShareStatePosition>, Time, wire::InitializeShareGroupStateResponse&);
extern template awaitable<void> ask_share_coordinators(Services&, BrokerShard&,
                                                       const wire::ReadShareGroupStateRequest&,
                                                       std::vector<ShareStatePosition>, Time,
                                                       wire::ReadShareGroupStateResponse&);
extern template awaitable<void> ask_share_coordinators(
    Services&, BrokerShard&, const wire::ReadShareGroupStateSummaryRequest&,
    std::vector<ShareStatePosition>, Time, wire::ReadShareGroupStateSummaryResponse&);
extern template awaitable<void> ask_share_coordinators(Services&, BrokerShard&,
                                                       const wire::WriteShareGroupStateRequest&,
                                                       std::vector<ShareStatePosition>, Time,
                                                       wire::WriteShareGroupStateResponse&);
extern template awaitable<void> ask_share_coordinators(Services&, BrokerShard&,
                                                       const wire::DeleteShareGroupStateRequest&,
                                                       std::vector<ShareStatePosition>, Time,
                                                       wire::DeleteShareGroupStateResponse&);

}  // namespace barnabas::broker
