#include "broker/http_message.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace barnabas::broker {
namespace {

using Method = HttpRequest::Method;

constexpr std::size_t head_max = 512;

TEST(HttpMessage, ReadsRequestsOfMonitoringClients) {
    struct Row {
        const char* text;
        Method method;
        const char* path;
        bool keep_alive;
    };
    const Row rows[] = {
        {"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", Method::get, "/metrics", true},
        {"GET /metrics?name=a&b HTTP/1.1\r\n\r\n", Method::get, "/metrics", true},
        {"HEAD /live HTTP/1.1\r\nConnection: close\r\n\r\n", Method::head, "/live", false},
        {"GET / HTTP/1.0\r\n\r\n", Method::get, "/", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", Method::get, "/", true},
        {"GET /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n", Method::get, "/a", true},
        {"DELETE /metrics HTTP/1.1\r\n\r\n", Method::other, "/metrics", true},
        {"BREW /metrics HTTP/1.1\r\n\r\n", Method::other, "/metrics", true},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.text);
        const std::string text = row.text;
        const auto parsed = parse_http_request(text + "GET", head_max);
        ASSERT_TRUE(parsed && *parsed);
        EXPECT_EQ((*parsed)->consumed, text.size());
        EXPECT_EQ((*parsed)->request.method, row.method);
        EXPECT_EQ((*parsed)->request.path, row.path);
        EXPECT_EQ((*parsed)->request.keep_alive, row.keep_alive);
        for (std::size_t n = 0; n < text.size(); ++n) {
            const auto part = parse_http_request(text.substr(0, n), head_max);
            ASSERT_TRUE(part) << "after " << n << " bytes";
            EXPECT_FALSE(*part) << "after " << n << " bytes";
        }
    }
}

TEST(HttpMessage, RefusesWhatIsNotARequestWithoutABody) {
    const std::string rows[] = {
        "\x16\x03\x01 a TLS hello, perhaps\r\n",
        std::string("\0\0\0\x12\0\x12\0\x03", 8) + "\r\n\r\n",
        "GET /metrics HTTP/3.0\r\n\r\n",
        "GET /met\x01rics HTTP/1.1\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nX: " + std::string(head_max, 'x'),
    };
    for (const auto& text : rows) {
        SCOPED_TRACE(text);
        const auto parsed = parse_http_request(text, head_max);
        ASSERT_FALSE(parsed);
        EXPECT_EQ(parsed.error().code, ErrorCode::invalid_request);
    }
}

TEST(HttpMessage, EndsWithinTheLimitWhateverComes) {
    // A head without end is refused once it is longer than allowed.
    std::string text = "GET / HTTP/1.1\r\n";
    while (text.size() < 2 * head_max) {
        text += "A: b\r\n";
    }
    EXPECT_FALSE(parse_http_request(text, head_max));
    EXPECT_FALSE(parse_http_request(std::string(2 * head_max, 'G'), head_max));
}

TEST(HttpMessage, WritesAnswers) {
    const HttpResponse response{.content_type = "text/plain", .body = "up\n"};
    EXPECT_EQ(serialize_http_response({}, response),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
              "Connection: keep-alive\r\nCache-Control: no-store\r\n\r\nup\n");
    EXPECT_EQ(serialize_http_response({.method = Method::head, .keep_alive = false}, response),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
              "Connection: close\r\nCache-Control: no-store\r\n\r\n");
    const auto refused = serialize_http_response({}, HttpResponse::method_not_allowed());
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
    EXPECT_NE(refused.find("\r\nAllow: GET, HEAD\r\n"), std::string::npos);
    EXPECT_TRUE(serialize_http_response({}, HttpResponse::not_found())
                    .starts_with("HTTP/1.1 404 Not Found\r\n"));
    EXPECT_TRUE(serialize_http_response({}, {.status = 503})
                    .starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
}

}  // namespace
}  // namespace barnabas::broker
