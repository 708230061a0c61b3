// AlterConfigs. Versions 0-2, the same fields. What a request does not name is unset: Kafka
// replaced the API by IncrementalAlterConfigs, and old clients still have it.
#include "wire/messages/alter_configs.h"

#include "broker/handlers/config_edit.h"
#include "broker/handlers/handlers.h"

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
    return edit_resources<AlterConfigsResponse>(call, request, edit_of);
}

}  // namespace barnabas::broker
