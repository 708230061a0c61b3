#include "broker/http_message.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

namespace barnabas::broker {

namespace http = boost::beast::http;

HttpResponse HttpResponse::not_found() {
    return {.status = 404, .body = "not found: there are /metrics, /live and /ready\n"};
}

HttpResponse HttpResponse::method_not_allowed() {
    return {.status = 405, .body = "method not allowed: GET and HEAD are\n"};
}

Result<std::optional<ParsedHttpRequest>> parse_http_request(std::string_view received,
                                                            std::size_t head_bytes_max) {
    if (received.empty()) {
        return std::nullopt;
    }
    http::request_parser<http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(head_bytes_max));
    parser.body_limit(0);
    parser.eager(true);
    boost::beast::error_code error;
    const auto consumed = parser.put(boost::asio::buffer(received), error);
    if (error == http::error::need_more) {
        return std::nullopt;
    }
    if (error) {
        return fail(ErrorCode::invalid_request, "not an HTTP/1 request without a body: {}",
                    error.message());
    }
    if (!parser.is_done()) {
        return std::nullopt;
    }
    const auto& message = parser.get();
    const auto target = std::string_view(message.target().data(), message.target().size());
    ParsedHttpRequest parsed{.consumed = consumed};
    parsed.request.method = message.method() == http::verb::get    ? HttpRequest::Method::get
                            : message.method() == http::verb::head ? HttpRequest::Method::head
                                                                   : HttpRequest::Method::other;
    parsed.request.path = target.substr(0, target.find('?'));
    parsed.request.keep_alive = message.keep_alive();
    return parsed;
}

std::string serialize_http_response(const HttpRequest& request, const HttpResponse& response) {
    const auto reason = http::obsolete_reason(http::int_to_status(response.status));
    auto text = fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n"
        "Cache-Control: no-store\r\n{}\r\n",
        response.status, std::string_view(reason.data(), reason.size()), response.content_type,
        response.body.size(), request.keep_alive ? "keep-alive" : "close",
        response.status == 405 ? "Allow: GET, HEAD\r\n" : "");
    if (request.method != HttpRequest::Method::head) {
        text += response.body;
    }
    return text;
}

}  // namespace barnabas::broker
