// DeleteTopics. Versions 0-6; 1 knows throttling, 5 sentences, 6 topic ids (KIP-516).
#include "wire/messages/delete_topics.h"

#include "broker/handlers/handlers.h"
#include "broker/topic_service.h"

namespace barnabas::broker {
namespace {

using wire::DeleteTopicsRequest;
using wire::DeleteTopicsResponse;

/// By id or name; the answer's `name` and `topic_id` are filled in where the topic is known.
Result<std::string> find(const Call& call, const DeleteTopicsRequest::Topic& asked,
                         DeleteTopicsResponse::Response& answer) {
    const auto& image = *call.home.image;
    answer.name = asked.name;
    answer.topic_id = asked.topic_id;
    if (asked.name && !asked.topic_id.is_zero()) {
        return fail(ErrorCode::invalid_request, "topic {} is named by id {} too; give one of them",
                    *asked.name, asked.topic_id);
    }
    const auto* topic = asked.name ? image.topic(*asked.name) : image.topic(asked.topic_id);
    if (topic == nullptr) {
        return fail(
            asked.name ? ErrorCode::unknown_topic_or_partition : ErrorCode::unknown_topic_id,
            "this cluster has no such topic");
    }
    if (!call.home.settings->config.topics.deletion) {
        return fail(ErrorCode::topic_deletion_disabled, "delete.topic.enable is false");
    }
    answer.name = topic->name;
    answer.topic_id = topic->id;
    return topic->name;
}

}  // namespace

awaitable<DeleteTopicsResponse> handle_delete_topics(Call& call, DeleteTopicsRequest& request) {
    for (const auto& name : request.topic_names) {
        request.topics.push_back({.name = name, .topic_id = {}});
    }
    DeleteTopicsResponse response;
    auto& services = call.services;
    for (const auto& asked : request.topics) {
        DeleteTopicsResponse::Response answer;
        Result<void> removed;
        auto name = find(call, asked, answer);
        if (name) {
            auto remove = [&services, &name, deadline = call.deadline(request.timeout_ms)] {
                return services.topics->remove(*name, deadline);
            };
            removed =
                co_await runtime::await_on(call.home.shard, services.shards.front()->shard, remove);
        } else {
            removed = fail(std::move(name));
        }
        if (!removed) {
            answer.error_code = static_cast<std::int16_t>(removed.error().code);
            answer.error_message = removed.error().message;
            call.count_error(removed.error().code);
        }
        response.responses.push_back(std::move(answer));
    }
    co_return response;
}

}  // namespace barnabas::broker
