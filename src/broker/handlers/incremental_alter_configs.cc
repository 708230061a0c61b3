// IncrementalAlterConfigs (KIP-339). Versions 0-1, the same fields. Topics, this broker, what is
// set for all brokers, and groups.
#include "wire/messages/incremental_alter_configs.h"

#include "broker/handlers/config_edit.h"
#include "broker/handlers/handlers.h"

namespace barnabas::broker {
namespace {

using wire::IncrementalAlterConfigsRequest;
using wire::IncrementalAlterConfigsResponse;

Result<ResourceEdit> edit_of(const IncrementalAlterConfigsRequest::Resource& resource,
                             bool validate_only) {
    ResourceEdit edit{
        .type = resource.resource_type, .name = resource.resource_name, .edit = {.changes = {}}};
    edit.edit.validate_only = validate_only;
    for (const auto& config : resource.configs) {
        if (config.config_operation < 0 || config.config_operation > 3) {
            return fail(ErrorCode::invalid_request,
                        "operation {} on {}; there are SET (0), DELETE (1), APPEND (2) and "
                        "SUBTRACT (3)",
                        config.config_operation, config.name);
        }
        edit.edit.changes.push_back(
            {.name = config.name,
             .value = config.value,
             .operation = static_cast<ConfigOperation>(config.config_operation)});
    }
    return edit;
}

}  // namespace

awaitable<IncrementalAlterConfigsResponse> handle_incremental_alter_configs(
    Call& call, IncrementalAlterConfigsRequest& request) {
    return edit_resources<IncrementalAlterConfigsResponse>(call, request, edit_of);
}

}  // namespace barnabas::broker
