#include "coordinator/offsets/replies.h"

#include <utility>

namespace barnabas::coordinator {

namespace {

template <class Response, class Request>
Response refused_partitions(const Request& request, ErrorCode error) {
    Response response;
    response.topics.reserve(request.topics.size());
    for (const auto& topic : request.topics) {
        auto& refused = response.topics.emplace_back();
        refused.topic_id = topic.topic_id;
        refused.name = topic.name;
        refused.partitions.reserve(topic.partitions.size());
        for (const auto& partition : topic.partitions) {
            auto& one = refused.partitions.emplace_back();
            one.partition_index = partition.partition_index;
            one.error_code = std::to_underlying(error);
        }
    }
    return response;
}

}  // namespace

wire::OffsetCommitResponse refused(const wire::OffsetCommitRequest& request, ErrorCode error) {
    return refused_partitions<wire::OffsetCommitResponse>(request, error);
}

wire::TxnOffsetCommitResponse refused(const wire::TxnOffsetCommitRequest& request,
                                      ErrorCode error) {
    return refused_partitions<wire::TxnOffsetCommitResponse>(request, error);
}

wire::OffsetDeleteResponse refused(const wire::OffsetDeleteRequest& /*request*/, ErrorCode error) {
    return {.error_code = std::to_underlying(error), .throttle_time_ms = 0, .topics = {}};
}

wire::OffsetFetchResponse::Group refused(const wire::OffsetFetchRequest::Group& request,
                                         ErrorCode error) {
    wire::OffsetFetchResponse::Group group;
    group.group_id = request.group_id;
    group.error_code = std::to_underlying(error);
    return group;
}

}  // namespace barnabas::coordinator
