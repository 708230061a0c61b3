#pragma once

#include "broker/coordinators/share_state_router.h"
#include "broker/handlers/call.h"

#include <boost/asio/awaitable.hpp>

#include <algorithm>

namespace barnabas::broker {

/// Whether partitions without any may stand in a request to a share coordinator.
enum class EmptyTopics { refused, passed_over };

/// The five requests to share coordinators. What names nobody is answered with nothing, as Kafka
/// does (ShareCoordinatorService); all else by whom it belongs to, once: leaders and group
/// coordinators, who ask, come again by themselves. Kafka asks for the right to CLUSTER_ACTION.
template <class Request>
awaitable<coordinator::ShareStateResponse<Request>> answer_share_state(Call& call,
                                                                       const Request& request,
                                                                       EmptyTopics empty) {
    using Response = coordinator::ShareStateResponse<Request>;
    const auto is_empty = [](const auto& topic) { return topic.partitions.empty(); };
    const bool refuses_topic =
        empty == EmptyTopics::refused && std::ranges::any_of(request.topics, is_empty);
    if (request.group_id.empty() || request.topics.empty() || refuses_topic) {
        call.services.log.info(
            "{}: it names no group, no topic, or a topic without partitions; it is answered with "
            "nothing",
            Request::name);
        co_return Response();
    }
    auto response = unanswered(request);
    const Time until = call.received + call.home.settings->config.share_coordinator.write_timeout;
    co_await ask_share_coordinators(call.services, call.home, request, all_positions(request),
                                    until, response);
    std::erase_if(response.results, is_empty);
    for (const auto& result : response.results) {
        for (const auto& answer : result.partitions) {
            call.count_error(static_cast<ErrorCode>(answer.error_code));
        }
    }
    co_return response;
}

}  // namespace barnabas::broker
