#pragma once

#include "base/result.h"
#include "wire/messages/delete_share_group_state.h"
#include "wire/messages/initialize_share_group_state.h"
#include "wire/messages/read_share_group_state.h"
#include "wire/messages/read_share_group_state_summary.h"
#include "wire/messages/write_share_group_state.h"

#include <utility>

namespace barnabas::coordinator {

// The five requests to share coordinators are alike: a group, topics, their partitions; and a
// result for each partition.

template <class Request>
struct ShareStateApi;
template <>
struct ShareStateApi<wire::InitializeShareGroupStateRequest> {
    using Response = wire::InitializeShareGroupStateResponse;
};
template <>
struct ShareStateApi<wire::ReadShareGroupStateRequest> {
    using Response = wire::ReadShareGroupStateResponse;
};
template <>
struct ShareStateApi<wire::ReadShareGroupStateSummaryRequest> {
    using Response = wire::ReadShareGroupStateSummaryResponse;
};
template <>
struct ShareStateApi<wire::WriteShareGroupStateRequest> {
    using Response = wire::WriteShareGroupStateResponse;
};
template <>
struct ShareStateApi<wire::DeleteShareGroupStateRequest> {
    using Response = wire::DeleteShareGroupStateResponse;
};

template <class Request>
using ShareStateResponse = typename ShareStateApi<Request>::Response;
/// What is asked of one partition, and its answer.
template <class Request>
using ShareStateAsked = typename Request::Topic::Partition;
template <class Request>
using ShareStateAnswer = typename ShareStateResponse<Request>::Result::Partition;

template <class Answer>
void refuse(Answer& answer, const Error& error) {
    answer.error_code = std::to_underlying(error.code);
    answer.error_message = error.message;
}

/// Every partition of the request with that error, in its order.
template <class Request>
[[nodiscard]] ShareStateResponse<Request> refused(const Request& request, const Error& error) {
    ShareStateResponse<Request> response;
    response.results.reserve(request.topics.size());
    for (const auto& topic : request.topics) {
        auto& result = response.results.emplace_back();
        result.topic_id = topic.topic_id;
        result.partitions.reserve(topic.partitions.size());
        for (const auto& asked : topic.partitions) {
            auto& answer = result.partitions.emplace_back();
            answer.partition = asked.partition;
            refuse(answer, error);
        }
    }
    return response;
}

}  // namespace barnabas::coordinator
