// AlterConfigs. Versions 0-2, the same fields. What a request does not name is unset: Kafka
// replaced the API by IncrementalAlterConfigs, and old clients still have it.
#include "wire/messages/alter_configs.h"

#include "broker/handlers/config_edit.h"
#include "broker/handlers/handlers.h"

#include <map>

namespace barnabas::broker {
namespace {

using wire::AlterConfigsRequest;
using wire::AlterConfigsResponse;

ResourceEdit edit_of(const AlterConfigsRequest::Resource& resource, bool validate_only) {
    ResourceEdit edit{
        .type = resource.resource_type, .name = resource.resource_name, .edit = {.changes = {}}};
    edit.edit.replace_all = true;
    edit.edit.validate_only = validate_only;
    for (const auto& config : resource.configs) {
        edit.edit.changes.push_back({.name = config.name, .value = config.value});
    }
    return edit;
}

}  // namespace

awaitable<AlterConfigsResponse> handle_alter_configs(Call& call, AlterConfigsRequest& request) {
    std::map<std::pair<std::int8_t, std::string_view>, int> named;
    for (const auto& resource : request.resources) {
        ++named[{resource.resource_type, resource.resource_name}];
    }
    AlterConfigsResponse response;
    for (const auto& resource : request.resources) {
        AlterConfigsResponse::Response answer;
        answer.error_message.reset();
        answer.resource_type = resource.resource_type;
        answer.resource_name = resource.resource_name;
        Result<void> changed;
        if (named[{resource.resource_type, resource.resource_name}] > 1) {
            changed = fail(ErrorCode::invalid_request, "resource {} stands twice in the request",
                           resource.resource_name);
        } else {
            auto edit = edit_of(resource, request.validate_only);
            changed = co_await edit_resource(call, std::move(edit));
        }
        if (!changed) {
            call.refuse(answer, std::move(changed.error()));
        }
        response.responses.push_back(std::move(answer));
    }
    co_return response;
}

}  // namespace barnabas::broker
