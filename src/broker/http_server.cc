#include "broker/http_server.h"

#include "base/bytes.h"
#include "base/invariant.h"

#include <array>
#include <iterator>
#include <utility>

namespace barnabas::broker {

using boost::asio::awaitable;

namespace {
constexpr Duration accept_pause = 100ms;  // after a passing failure: too many open files
}  // namespace

HttpServer::HttpServer(runtime::Shard& shard, HttpHandler handler, Logger log, Limits limits)
    : shard_(shard),
      handler_(std::move(handler)),
      log_(std::move(log)),
      limits_(limits),
      tasks_(shard),
      stopping_(shard) {}

HttpServer::~HttpServer() {
    INVARIANT(connections_.empty() || shard_.stopped(), "{} connections outlive their server",
              connections_.size());
}

void HttpServer::serve(std::unique_ptr<runtime::Listener> listener) {
    auto& kept = *listeners_.emplace_back(std::move(listener));
    tasks_.spawn(accept_from(kept));
}

awaitable<void> HttpServer::stop() {
    stopped_ = true;
    for (const auto& listener : listeners_) {
        listener->close();
    }
    for (auto next = connections_.begin(); next != connections_.end();) {
        (next++)->stream->close();  // may end the connection at once
    }
    stopping_.notify_all();
    co_await tasks_.join();
}

awaitable<void> HttpServer::accept_from(runtime::Listener& listener) {
    while (!stopped_) {
        auto accepted = co_await listener.accept();
        if (!accepted) {
            if (!stopped_ && !listener.closed()) {
                log_.warn("cannot accept a connection: {}; trying again", accepted.error().message);
                co_await stopping_.wait_until(shard_.clock().now() + accept_pause);
                continue;
            }
            co_return;
        }
        auto stream = std::move(*accepted);
        if (stopped_ || connections_.size() >= limits_.connections_max) {
            stream->close();
            continue;
        }
        connections_.push_back({.stream = std::move(stream)});
        tasks_.spawn(run(std::prev(connections_.end())));
    }
}

awaitable<void> HttpServer::run(Connections::iterator connection) {
    while (co_await exchange(*connection)) {
    }
    cancel_deadline(*connection);
    connection->stream->close();
    connections_.erase(connection);
}

/// One request and its answer; false if the connection is to end.
awaitable<bool> HttpServer::exchange(Connection& connection) {
    close_after(connection, limits_.request_max);
    const auto request = co_await next_request(connection);
    if (!request) {
        co_return false;
    }
    close_after(connection, limits_.answer_max);
    auto response = HttpResponse::method_not_allowed();
    if (request->method != HttpRequest::Method::other) {
        response = co_await handler_(request->path);
    }
    const auto bytes = serialize_http_response(*request, response);
    const std::array<runtime::Piece, 1> pieces{as_bytes(bytes)};
    const auto sent = co_await connection.stream->write(pieces);
    co_return sent.has_value() && request->keep_alive && !stopped_;
}

/// Nothing when the peer hangs up, breaks the protocol or is too slow.
awaitable<std::optional<HttpRequest>> HttpServer::next_request(Connection& connection) {
    std::array<std::byte, 2048> chunk;
    while (true) {
        auto parsed = parse_http_request(connection.received, limits_.head_bytes_max);
        if (!parsed) {
            log_.debug("closing a connection: {}", parsed.error().message);
            co_return std::nullopt;
        }
        if (*parsed) {
            connection.received.erase(0, (*parsed)->consumed);
            co_return std::move((*parsed)->request);
        }
        const auto size = co_await connection.stream->read_some(chunk);
        if (!size || *size == 0) {
            co_return std::nullopt;
        }
        connection.received += as_text(ByteView(chunk).first(*size));
    }
}

void HttpServer::close_after(Connection& connection, Duration how_long) {
    cancel_deadline(connection);
    auto* stream = connection.stream.get();
    connection.deadline =
        shard_.call_at(shard_.clock().now() + how_long, [stream] { stream->close(); });
}

void HttpServer::cancel_deadline(Connection& connection) {
    if (connection.deadline) {
        shard_.cancel(*std::exchange(connection.deadline, std::nullopt));
    }
}

}  // namespace barnabas::broker
