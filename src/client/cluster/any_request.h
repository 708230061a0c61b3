#pragma once

#include "wire/codec.h"

#include <cstdint>

namespace barnabas::client {

/// A request, whatever its type; see request_of(). Views the message.
struct AnyRequest {
    std::int16_t api_key = 0;
    wire::Versions versions;  ///< those that we can write
    std::int16_t flexible_since = 0;
    const wire::StructSchema* schema = nullptr;
    const void* message = nullptr;
    bool answered = true;
};

template <class Request>
[[nodiscard]] AnyRequest request_of(const Request& request) {
    return {.api_key = Request::api_key,
            .versions = Request::versions,
            .flexible_since = Request::flexible_since,
            .schema = &wire::schema_of<Request>(),
            .message = &request};
}

}  // namespace barnabas::client
