#pragma once

#include "broker/handlers/call.h"
#include "broker/topic_service.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::broker {

/// One resource that a request changes, and how.
struct ResourceEdit {
    std::int8_t type = 0;
    std::string name;
    ConfigEdit edit;
};

/// Judges the resource and its changes and carries them out (unless they are only validated).
awaitable<Result<void>> edit_resource(Call& call, ResourceEdit edit);

/// Each resource of an AlterConfigs or IncrementalAlterConfigs request, one after the other;
/// `edit_of(resource, validate_only)` is what is wanted of one, or why that is nonsense. One that
/// stands twice in the request is not changed at all.
template <class Response, class Request, class EditOf>
awaitable<Response> edit_resources(Call& call, const Request& request, EditOf edit_of) {
    std::map<std::pair<std::int8_t, std::string_view>, int> named;
    for (const auto& resource : request.resources) {
        ++named[{resource.resource_type, resource.resource_name}];
    }
    Response response;
    for (const auto& resource : request.resources) {
        typename Response::Response answer;
        answer.error_message.reset();
        answer.resource_type = resource.resource_type;
        answer.resource_name = resource.resource_name;
        Result<void> changed;
        Result<ResourceEdit> edit = edit_of(resource, request.validate_only);
        if (named[{resource.resource_type, resource.resource_name}] > 1) {
            changed = fail(ErrorCode::invalid_request, "resource {} stands twice in the request",
                           resource.resource_name);
        } else if (!edit) {
            changed = fail(std::move(edit));
        } else {
            changed = co_await edit_resource(call, std::move(*edit));
        }
        if (!changed) {
            call.refuse(answer, std::move(changed.error()));
        }
        response.responses.push_back(std::move(answer));
    }
    co_return response;
}

}  // namespace barnabas::broker
