// CreatePartitions. Versions 0-3; 1 knows throttling before the answer, 3 a throttled request's
// error (KIP-599); the fields are the same.
#include "wire/messages/create_partitions.h"

#include "broker/handlers/handlers.h"
#include "broker/topic_service.h"

#include <map>

namespace barnabas::broker {
namespace {

using wire::CreatePartitionsRequest;
using wire::CreatePartitionsResponse;

WantedPartitions wanted_of(const CreatePartitionsRequest::Topic& topic, bool validate_only) {
    WantedPartitions wanted{.topic = topic.name,
                            .total = topic.count,
                            .assignments = {},
                            .validate_only = validate_only};
    if (topic.assignments) {
        auto& assignments = wanted.assignments.emplace();
        for (const auto& assignment : *topic.assignments) {
            assignments.push_back(assignment.broker_ids);
        }
    }
    return wanted;
}

}  // namespace

awaitable<CreatePartitionsResponse> handle_create_partitions(Call& call,
                                                             CreatePartitionsRequest& request) {
    std::map<std::string_view, int> named;
    for (const auto& topic : request.topics) {
        ++named[topic.name];
    }
    CreatePartitionsResponse response;
    auto& services = call.services;
    for (const auto& topic : request.topics) {
        CreatePartitionsResponse::Result result;
        result.name = topic.name;
        Result<void> added;
        if (named[topic.name] > 1) {
            added = fail(ErrorCode::invalid_request, "topic {} stands twice in the request",
                         topic.name);
        } else {
            auto add = [&services, wanted = wanted_of(topic, request.validate_only),
                        deadline = call.deadline(request.timeout_ms)] {
                return services.topics->add_partitions(wanted, deadline);
            };
            added = co_await runtime::await_on(call.home.shard, services.shards.front()->shard,
                                               std::move(add));
        }
        if (!added) {
            call.refuse(result, std::move(added.error()));
        }
        response.results.push_back(std::move(result));
    }
    co_return response;
}

}  // namespace barnabas::broker
