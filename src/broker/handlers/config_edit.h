#pragma once

#include "broker/handlers/call.h"
#include "broker/topic_service.h"

#include <cstdint>
#include <string>

namespace barnabas::broker {

/// One resource that a request changes, and how.
struct ResourceEdit {
    std::int8_t type = 0;
    std::string name;
    ConfigEdit edit;
};

/// Judges the resource and its changes and carries them out (unless they are only validated).
awaitable<Result<void>> edit_resource(Call& call, ResourceEdit edit);

}  // namespace barnabas::broker
