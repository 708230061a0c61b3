#pragma once

#include "base/logger.h"
#include "base/time.h"
#include "broker/http_message.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// Answers GET and HEAD of `path`, which stays valid until the answer is there. A path that it does
/// not know is HttpResponse::not_found().
using HttpHandler = std::function<boost::asio::awaitable<HttpResponse>(std::string_view path)>;

/// The port for monitoring: a little HTTP/1.1 with keep-alive. Lives on one shard.
/// Always: at most connections_max connections; each is closed when it idles, sends what is not
/// HTTP, or takes longer than a deadline.
class HttpServer {
public:
    struct Limits {
        std::size_t connections_max = 16;
        std::size_t head_bytes_max = 8192;
        Duration request_max = 60s;  // from the last answer until the next request is there
        Duration answer_max = 30s;   // from there until its answer is sent
    };

    HttpServer(runtime::Shard& shard, HttpHandler handler, Logger log, Limits limits);
    HttpServer(runtime::Shard& shard, HttpHandler handler, Logger log)
        : HttpServer(shard, std::move(handler), std::move(log), Limits{}) {}
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    ~HttpServer();  // INVARIANT: stop() has ended, or the shard has stopped

    /// Accepts from `listener` until stop(). May be called for several.
    void serve(std::unique_ptr<runtime::Listener> listener);

    /// Closes everything and waits until the last answer under way has ended.
    boost::asio::awaitable<void> stop();

    [[nodiscard]] std::size_t connections() const { return connections_.size(); }

private:
    struct Connection {
        std::unique_ptr<runtime::Stream> stream;
        std::string received;
        std::optional<runtime::TimerId> deadline;
    };
    using Connections = std::list<Connection>;

    boost::asio::awaitable<void> accept_from(runtime::Listener& listener);
    boost::asio::awaitable<void> run(Connections::iterator connection);
    boost::asio::awaitable<bool> exchange(Connection& connection);
    boost::asio::awaitable<std::optional<HttpRequest>> next_request(Connection& connection);
    void close_after(Connection& connection, Duration how_long);
    void cancel_deadline(Connection& connection);

    runtime::Shard& shard_;
    HttpHandler handler_;
    Logger log_;
    Limits limits_;
    runtime::TaskGroup tasks_;
    runtime::Signal stopping_;
    std::vector<std::unique_ptr<runtime::Listener>> listeners_;
    Connections connections_;
    bool stopped_ = false;
};

}  // namespace barnabas::broker
