#include "broker/http_server.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace barnabas::broker {
namespace {

using boost::asio::awaitable;
using runtime::Signal;

/// A shard whose time moves when the test says so.
class ManualShard final : public runtime::Shard {
public:
    ~ManualShard() override { suspended().clear(); }

    [[nodiscard]] std::size_t index() const override { return 0; }
    [[nodiscard]] boost::asio::any_io_executor executor() override {
        return context_.get_executor();
    }
    [[nodiscard]] const runtime::Clock& clock() const override { return clock_; }
    [[nodiscard]] runtime::Random& random() override { std::abort(); }
    [[nodiscard]] runtime::Network& network() override { std::abort(); }
    [[nodiscard]] runtime::BlockingPool& pool() override { std::abort(); }
    void post(std::move_only_function<void()> task) override { tasks_.push_back(std::move(task)); }
    runtime::TimerId call_at(Time when, std::move_only_function<void()> task) override {
        timers_.emplace(std::pair(when, ++last_timer_), std::move(task));
        return runtime::TimerId{last_timer_};
    }
    void cancel(runtime::TimerId timer) override {
        std::erase_if(timers_, [&](auto& t) { return t.first.second == timer.get(); });
    }
    void expect_more() override {}
    [[nodiscard]] bool on_this_shard() const override { return true; }
    [[nodiscard]] bool stopped() const override { return false; }

    /// Runs what can run, then what is due within `how_long`.
    void run(Duration how_long = 0s) {
        const auto until = clock_.time + how_long;
        while (true) {
            context_.restart();
            if (context_.poll() > 0) {
                continue;
            }
            if (!tasks_.empty()) {
                auto task = std::move(tasks_.front());
                tasks_.pop_front();
                task();
            } else if (!timers_.empty() && timers_.begin()->first.first <= until) {
                clock_.time = std::max(clock_.time, timers_.begin()->first.first);
                tasks_.push_back(std::move(timers_.extract(timers_.begin()).mapped()));
            } else {
                clock_.time = until;
                return;
            }
        }
    }
    [[nodiscard]] std::size_t timers() const { return timers_.size(); }

private:
    struct ManualClock final : runtime::Clock {
        Time time{};
        [[nodiscard]] Time now() const override { return time; }
        [[nodiscard]] Timestamp wall() const override { return Timestamp{0}; }
    };

    boost::asio::io_context context_;
    ManualClock clock_;
    std::deque<std::move_only_function<void()>> tasks_;
    std::map<std::pair<Time, std::uint64_t>, std::move_only_function<void()>> timers_;
    std::uint64_t last_timer_ = 0;
};

/// Both ends' view of one connection.
struct Wire {
    explicit Wire(runtime::Shard& shard) : changed(shard) {}
    std::string to_server;
    std::string to_client;
    bool client_done = false;
    bool closed = false;  // by the server
    Signal changed;
};

class FakeStream final : public runtime::Stream {
public:
    explicit FakeStream(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {}

    awaitable<Result<std::size_t>> read_some(MutableByteView into) override {
        const auto wire = wire_;
        while (wire->to_server.empty() && !wire->client_done && !wire->closed) {
            co_await wire->changed.wait_until(never);
        }
        if (wire->closed) {
            co_return fail(ErrorCode::network_exception, "closed");
        }
        const auto size = std::min(into.size(), wire->to_server.size());
        std::ranges::copy(as_bytes(wire->to_server).first(size), into.begin());
        wire->to_server.erase(0, size);
        co_return size;
    }
    Result<std::size_t> try_read(MutableByteView) override { return 0U; }
    awaitable<Result<void>> write(std::span<const runtime::Piece> pieces) override {
        if (wire_->closed) {
            co_return fail(ErrorCode::network_exception, "closed");
        }
        for (const auto& piece : pieces) {
            wire_->to_client += as_text(std::get<ByteView>(piece));
        }
        co_return Result<void>{};
    }
    void close() override {
        wire_->closed = true;
        wire_->changed.notify_all();
    }
    [[nodiscard]] runtime::Endpoint peer() const override { return {}; }
    [[nodiscard]] runtime::Endpoint local() const override { return {}; }

private:
    std::shared_ptr<Wire> wire_;
};

struct Backlog {
    explicit Backlog(runtime::Shard& shard) : changed(shard) {}
    std::deque<std::shared_ptr<Wire>> wires;
    int failures = 0;
    bool closed = false;
    Signal changed;
};

class FakeListener final : public runtime::Listener {
public:
    explicit FakeListener(std::shared_ptr<Backlog> backlog) : backlog_(std::move(backlog)) {}

    awaitable<Result<std::unique_ptr<runtime::Stream>>> accept() override {
        const auto backlog = backlog_;
        while (backlog->wires.empty() && !backlog->closed) {
            co_await backlog->changed.wait_until(never);
        }
        if (backlog->closed || backlog->failures-- > 0) {
            co_return fail(ErrorCode::network_exception, "closed, or no descriptor left");
        }
        auto wire = std::move(backlog->wires.front());
        backlog->wires.pop_front();
        co_return std::make_unique<FakeStream>(std::move(wire));
    }
    void close() override {
        backlog_->closed = true;
        backlog_->changed.notify_all();
    }
    [[nodiscard]] bool closed() const override { return backlog_->closed; }
    [[nodiscard]] runtime::Endpoint local() const override { return {}; }

private:
    std::shared_ptr<Backlog> backlog_;
};

class HttpServerTest : public testing::Test {
protected:
    HttpServerTest() { server.serve(std::make_unique<FakeListener>(backlog)); }
    ~HttpServerTest() override {
        runtime::spawn(shard, server.stop());
        release_handler();
        shard.run();
    }

    std::shared_ptr<Wire> connect() {
        auto wire = std::make_shared<Wire>(shard);
        backlog->wires.push_back(wire);
        backlog->changed.notify_all();
        shard.run();
        return wire;
    }
    void send(const std::shared_ptr<Wire>& wire, const std::string& text) {
        wire->to_server += text;
        wire->changed.notify_all();
        shard.run();
    }
    void release_handler() {
        held = false;
        released.notify_all();
    }
    awaitable<HttpResponse> answer(std::string_view path) {
        while (path == "/held" && held) {
            co_await released.wait_until(never);
        }
        if (path == "/live" || path == "/held") {
            co_return HttpResponse{.body = "yes\n"};
        }
        co_return HttpResponse::not_found();
    }

    ManualShard shard;
    bool held = true;
    Signal released{shard};
    std::shared_ptr<Backlog> backlog = std::make_shared<Backlog>(shard);
    HttpServer server{shard,
                      [this](std::string_view path) { return answer(path); },
                      Logger(),
                      {.connections_max = 3, .request_max = 10s, .answer_max = 5s}};
};

/// Of an answer: its status and its body.
std::string brief(const std::string& answer) {
    const auto head = answer.find("\r\n\r\n");
    return answer.substr(9, 3) + " " + (head == std::string::npos ? "" : answer.substr(head + 4));
}

TEST_F(HttpServerTest, AnswersOneRequestAfterTheOther) {
    const std::pair<const char*, const char*> rows[] = {
        {"GET /live HTTP/1.1\r\n\r\n", "200 yes\n"},
        {"HEAD /live HTTP/1.1\r\n\r\n", "200 "},
        {"PUT /live HTTP/1.1\r\n\r\n", "405 method not allowed: GET and HEAD are\n"},
        {"GET /no HTTP/1.1\r\n\r\n", "404 not found: there are /metrics, /live and /ready\n"},
    };
    const auto wire = connect();
    for (const auto& [request, want] : rows) {
        send(wire, request);
        EXPECT_EQ(brief(std::exchange(wire->to_client, {})), want);
        EXPECT_FALSE(wire->closed);
    }
}

TEST_F(HttpServerTest, TakesARequestInPiecesAndTwoInOne) {
    const auto wire = connect();
    for (const char c : std::string_view("GET /live HTTP/1.1\r\n\r")) {
        send(wire, std::string(1, c));
        EXPECT_EQ(wire->to_client, "");
    }
    send(wire, "\nGET /live HTTP/1.1\r\n\r\nGET /live HTTP/1.1\r\nConnection: close\r\n\r\n");
    std::size_t answers = 0;
    for (auto at = wire->to_client.find("yes\n"); at != std::string::npos;
         at = wire->to_client.find("yes\n", at + 1)) {
        ++answers;
    }
    EXPECT_EQ(answers, 3U);
    EXPECT_TRUE(wire->closed);
    EXPECT_EQ(server.connections(), 0U);
}

TEST_F(HttpServerTest, ClosesWhatSendsNoHttpOrHangsUp) {
    const auto garbage = connect();
    send(garbage, "\x16\x03\x01\x02 hello");
    EXPECT_TRUE(garbage->closed);
    EXPECT_EQ(garbage->to_client, "");
    const auto gone = connect();
    gone->client_done = true;
    send(gone, "");
    EXPECT_TRUE(gone->closed);
    EXPECT_EQ(server.connections(), 0U);
}

TEST_F(HttpServerTest, RefusesConnectionsBeyondItsBound) {
    const auto first = connect();
    connect();
    connect();
    const auto refused = connect();
    EXPECT_TRUE(refused->closed);
    EXPECT_EQ(server.connections(), 3U);
    first->client_done = true;
    send(first, "");
    const auto next = connect();
    send(next, "GET /live HTTP/1.1\r\n\r\n");
    EXPECT_EQ(brief(next->to_client), "200 yes\n");
}

TEST_F(HttpServerTest, ClosesAConnectionThatIdlesOrDripsItsRequest) {
    const auto idle = connect();
    const auto drips = connect();
    for (int i = 0; i < 9; ++i) {
        send(drips, "G");
        shard.run(1s);
    }
    const auto busy = connect();
    send(busy, "GET /live HTTP/1.1\r\n\r\n");
    EXPECT_FALSE(idle->closed);
    shard.run(1s);
    EXPECT_TRUE(idle->closed);
    EXPECT_TRUE(drips->closed);
    EXPECT_FALSE(busy->closed);
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpServerTest, GivesAnAnswerItsOwnDeadline) {
    const auto quick = connect();
    shard.run(9s);
    send(quick, "GET /held HTTP/1.1\r\n\r\n");
    shard.run(4s);
    release_handler();
    shard.run();
    EXPECT_EQ(brief(quick->to_client), "200 yes\n");

    held = true;
    const auto slow = connect();
    send(slow, "GET /held HTTP/1.1\r\n\r\n");
    shard.run(5s);
    EXPECT_TRUE(slow->closed);
    release_handler();
    shard.run();
    EXPECT_EQ(slow->to_client, "");
}

TEST_F(HttpServerTest, TriesAgainWhenAcceptingFails) {
    backlog->failures = 1;
    const auto wire = connect();
    send(wire, "GET /live HTTP/1.1\r\n\r\n");
    EXPECT_EQ(wire->to_client, "");
    shard.run(1s);
    EXPECT_EQ(brief(wire->to_client), "200 yes\n");
}

TEST_F(HttpServerTest, HoldsNoTimerWhenNobodyIsConnected) {
    EXPECT_EQ(shard.timers(), 0U);
    const auto wire = connect();
    EXPECT_EQ(shard.timers(), 1U);
    send(wire, "GET /live HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(wire->closed);
    EXPECT_EQ(shard.timers(), 0U);
}

}  // namespace
}  // namespace barnabas::broker
