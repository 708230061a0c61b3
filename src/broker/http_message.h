#pragma once

#include "base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::broker {

/// What a monitoring client asks, parsed. `path` is without the query.
struct HttpRequest {
    enum class Method { get, head, other };
    Method method = Method::get;
    std::string path;
    bool keep_alive = true;
};

struct HttpResponse {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;

    static HttpResponse not_found();
    static HttpResponse method_not_allowed();
};

struct ParsedHttpRequest {
    HttpRequest request;
    std::size_t consumed = 0;  // bytes of the input; what follows is the next request
};

/// The request at the front of `received`: nothing if more bytes are needed; invalid_request if it
/// is not HTTP/1, has a body, or its head is longer than `head_bytes_max`.
Result<std::optional<ParsedHttpRequest>> parse_http_request(std::string_view received,
                                                            std::size_t head_bytes_max);

/// The bytes that answer `request`: no body if it was HEAD.
[[nodiscard]] std::string serialize_http_response(const HttpRequest& request,
                                                  const HttpResponse& response);

}  // namespace barnabas::broker
