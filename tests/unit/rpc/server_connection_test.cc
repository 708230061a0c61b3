#include "rpc/server_connection.h"

#include "base/endian.h"
#include "runtime/simulated/simulation.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace barnabas::rpc {
namespace {

using runtime::Simulation;

constexpr std::int16_t metadata_key = 3;

/// A request frame: size, header version 1 (Metadata v1, no client id), body.
std::string request_frame(std::int32_t correlation_id, std::string_view body) {
    ByteBuffer bytes;
    store_big_endian(bytes.grow(4), static_cast<std::int32_t>(10 + body.size()));
    store_big_endian(bytes.grow(2), metadata_key);
    store_big_endian(bytes.grow(2), std::int16_t{1});
    store_big_endian(bytes.grow(4), correlation_id);
    store_big_endian(bytes.grow(2), std::int16_t{-1});
    bytes.append(as_bytes(body));
    return std::string(as_text(bytes.view()));
}

/// Answers with the request's own body, after waiting for as many milliseconds as the body says
/// ("wait 20"), or closes ("close"), or not at all ("none").
class Echo final : public RequestHandler {
public:
    explicit Echo(runtime::Shard& shard) : shard_(shard) {}

    Handled handle(Request request) override {
        const std::string body(as_text(request.body));
        begun.push_back(body);
        if (body == "close") {
            return Reply::close_connection();
        }
        if (body == "none") {
            return Reply::nothing();
        }
        if (body.starts_with("wait ")) {
            return later(std::chrono::milliseconds(std::stoi(body.substr(5))), std::move(request));
        }
        return echo(request);
    }

    std::vector<std::string> begun;

private:
    static Reply echo(const Request& request) {
        Reply reply;
        wire::begin_response(reply.output, metadata_key, 1, request.header.correlation_id);
        reply.output.bytes.append(request.body);
        wire::finish_frame(reply.output);
        return reply;
    }
    awaitable<Reply> later(Duration wait, Request request) {
        co_await runtime::sleep_for(shard_, wait);
        co_return echo(request);
    }

    runtime::Shard& shard_;
};

/// A server of one connection on one machine, and a client on another that sends what it is given
/// and collects what comes back.
class Conversation {
public:
    explicit Conversation(ConnectionLimits limits = {}, std::size_t memory = 1 << 20)
        : limits_(limits),
          server_(simulation_.add_machine("server")),
          client_(simulation_.add_machine("client")),
          frames_(std::make_unique<FramePool>(server_.shard(0), memory)),
          echo_(server_.shard(0)) {
        server_.shard(0).post([this] { runtime::spawn(server_.shard(0), serve()); });
    }
    ~Conversation() {
        connection_.reset();
        listener_.reset();
        stream_.reset();
    }

    void send(std::string bytes, bool hang_up = false) {
        client_.shard(0).post([this, bytes = std::move(bytes), hang_up] {
            runtime::spawn(client_.shard(0), talk(bytes, hang_up));
        });
    }
    /// Requests of other connections, at a rate that gathering leaves as it is: it is let happen.
    void others_come_for(Duration length) {
        server_.shard(0).post(
            [this, length] { runtime::spawn(server_.shard(0), come_for(length)); });
    }
    void run_for(Duration time) { simulation_.run_for(time); }
    /// Until the server's end of the connection is over.
    bool run_to_the_end() {
        return simulation_.run_until([this] { return ended_ && client_ended_; }, 60s);
    }
    bool run_until_received(std::size_t bytes) {
        return simulation_.run_until([&] { return received_.size() >= bytes; }, 60s);
    }
    /// Correlation ids of the responses, in the order in which they came.
    [[nodiscard]] std::vector<std::int32_t> answered() const {
        std::vector<std::int32_t> ids;
        for (std::size_t at = 0; at + 8 <= received_.size();) {
            const auto* bytes = as_bytes(received_).data() + at;
            ids.push_back(load_big_endian<std::int32_t>(bytes + 4));
            at += 4 + static_cast<std::size_t>(load_big_endian<std::int32_t>(bytes));
        }
        return ids;
    }
    [[nodiscard]] const std::string& received() const { return received_; }
    [[nodiscard]] const Echo& echo() const { return echo_; }
    [[nodiscard]] const TrafficCounters& traffic() const { return traffic_; }
    [[nodiscard]] const FramePool& frames() const { return *frames_; }
    [[nodiscard]] const Simulation& simulation() const { return simulation_; }
    [[nodiscard]] std::size_t expected_more() { return server_.shard(0).expected_more(); }
    [[nodiscard]] const ServerConnection& connection() const { return *connection_; }
    /// The client does not read as fast as it can.
    void pause_before_each_read(Duration pause) { read_pause_ = pause; }
    void close_server() {
        server_.shard(0).post([this] { connection_->close(); });
    }

private:
    awaitable<void> come_for(Duration length) {
        const auto& clock = server_.shard(0).clock();
        for (const Time until = clock.now() + length; clock.now() < until;) {
            gathering_.on_request(clock.now());
            static_cast<void>(gathering_.may_gather(clock.now()));
            co_await runtime::sleep_for(server_.shard(0), 500us);
        }
    }

    awaitable<void> serve() {
        auto listener = server_.shard(0).network().listen({.host = "", .port = 9092}, {});
        EXPECT_TRUE(listener);
        listener_ = std::move(*listener);
        auto stream = co_await listener_->accept();
        EXPECT_TRUE(stream);
        ServerConnection::Ports ports{.shard = server_.shard(0),
                                      .handler = echo_,
                                      .frames = *frames_,
                                      .traffic = traffic_,
                                      .gathering = gathering_,
                                      .log = {}};
        connection_ =
            std::make_unique<ServerConnection>(std::move(ports), std::move(*stream), limits_);
        co_await connection_->run();
        ended_ = true;
    }

    awaitable<void> talk(std::string bytes, bool hang_up) {
        auto& shard = client_.shard(0);
        const runtime::Endpoint to{.host = "server", .port = 9092};
        const Time deadline = shard.clock().now() + 10s;
        auto stream = co_await shard.network().connect(to, {}, deadline);
        EXPECT_TRUE(stream);
        stream_ = std::move(*stream);
        const runtime::Piece pieces[] = {as_bytes(bytes)};
        const auto written = co_await stream_->write(pieces);
        if (written && hang_up) {
            co_await runtime::sleep_for(shard, 1s);
            stream_->close();
        }
        std::array<std::byte, 4096> buffer;
        while (!hang_up) {
            if (read_pause_ > Duration(0)) {
                co_await runtime::sleep_for(shard, read_pause_);
            }
            const auto got = co_await stream_->read_some(buffer);
            if (!got || *got == 0) {
                break;
            }
            received_ += as_text(ByteView(buffer).first(*got));
        }
        client_ended_ = true;
    }

    ConnectionLimits limits_;
    Simulation simulation_{7};
    runtime::SimulatedMachine& server_;
    runtime::SimulatedMachine& client_;
    TrafficCounters traffic_;
    Gathering gathering_;
    std::unique_ptr<FramePool> frames_;
    Echo echo_;
    std::unique_ptr<runtime::Listener> listener_;
    std::unique_ptr<ServerConnection> connection_;
    std::unique_ptr<runtime::Stream> stream_;
    std::string received_;
    Duration read_pause_{0};
    bool ended_ = false;
    bool client_ended_ = false;
};

TEST(ServerConnection, TheNextRequestBeginsWhileTheOneBeforeWaitsAndAnswersKeepTheirOrder) {
    Conversation conversation;
    conversation.send(request_frame(1, "wait 50") + request_frame(2, "b") +
                      request_frame(3, "wait 10") + request_frame(4, "close"));
    ASSERT_TRUE(conversation.run_to_the_end());
    EXPECT_EQ(conversation.echo().begun,
              (std::vector<std::string>{"wait 50", "b", "wait 10", "close"}));
    EXPECT_EQ(conversation.answered(), (std::vector<std::int32_t>{1, 2, 3}));
    EXPECT_EQ(conversation.frames().in_use(), 0U);
}

TEST(ServerConnection, AnAnswerDoesNotWaitForTheRequestThatCameWithItsOwn) {
    Conversation conversation;
    const Time start = conversation.simulation().clock().now();
    conversation.send(request_frame(1, "a") + request_frame(2, "wait 5000") +
                      request_frame(3, "close"));
    ASSERT_TRUE(conversation.run_until_received(4 + 4 + 1));
    EXPECT_LT(conversation.simulation().clock().now() - start, 5s);
    EXPECT_EQ(conversation.echo().begun.size(), 3U);
    ASSERT_TRUE(conversation.run_to_the_end());
    EXPECT_EQ(conversation.answered(), (std::vector<std::int32_t>{1, 2}));
}

TEST(ServerConnection, OfWhomeverSendsRequestsTogetherMoreIsExpected) {
    struct Row {
        std::size_t together;
        Duration others_before;
        std::size_t expected;
    };
    for (const Row& row : {Row{1, 20ms, 0}, Row{2, 20ms, 1}, Row{3, 20ms, 1}, Row{3, 0ms, 0}}) {
        Conversation conversation;
        std::string frames;
        for (std::size_t i = 1; i < row.together; ++i) {
            frames += request_frame(static_cast<std::int32_t>(i), "a");
        }
        conversation.others_come_for(row.others_before + 1s);
        conversation.run_for(row.others_before);
        conversation.send(frames + request_frame(9, "close"));
        ASSERT_TRUE(conversation.run_to_the_end());
        EXPECT_EQ(conversation.expected_more(), row.expected) << row.together;
    }
}

// What has come of the next one holds nothing up.
TEST(ServerConnection, ALargeRequestIsAnsweredThoughTheNextOneComesInPart) {
    const auto first = request_frame(1, std::string(10'000, 'a'));
    const auto second = request_frame(2, std::string(10'000, 'b'));
    for (const std::size_t part : {0U, 1U, 3U, 4U, 100U, 4096U, 5000U, 10'013U}) {
        Conversation conversation;
        conversation.send(first + second.substr(0, part));
        EXPECT_TRUE(conversation.run_until_received(4 + 4 + 10'000)) << part;
        EXPECT_EQ(conversation.answered(), std::vector<std::int32_t>{1}) << part;
        EXPECT_EQ(conversation.echo().begun.size(), 1U) << part;
        conversation.close_server();
        EXPECT_TRUE(conversation.run_to_the_end());
    }
}

TEST(ServerConnection, RequestsOfAnySizeThatCameTogetherAreAllAnsweredInOrder) {
    Conversation conversation;
    std::string frames;
    std::vector<std::int32_t> ids;
    for (std::int32_t id = 1; id <= 60; ++id) {
        frames += request_frame(id, std::string(static_cast<std::size_t>(id * 7919 % 12'000), 'x'));
        ids.push_back(id);
    }
    conversation.send(frames + request_frame(99, "close"));
    ASSERT_TRUE(conversation.run_to_the_end());
    EXPECT_EQ(conversation.answered(), ids);
    EXPECT_EQ(conversation.frames().in_use(), 0U);
}

TEST(ServerConnection, ARequestWithoutResponseLeavesNoGap) {
    Conversation conversation;
    conversation.send(request_frame(1, "none") + request_frame(2, "b") + request_frame(3, "none") +
                      request_frame(4, "d") + request_frame(5, "close"));
    ASSERT_TRUE(conversation.run_to_the_end());
    EXPECT_EQ(conversation.answered(), (std::vector<std::int32_t>{2, 4}));
}

TEST(ServerConnection, ClosesOnWhatIsNoRequest) {
    struct Row {
        const char* name;
        std::string bytes;
        std::uint64_t refused;
    };
    std::string huge(4, '\x7f');
    std::string negative(4, '\xff');
    std::string unknown_api = request_frame(1, "a");
    unknown_api[4] = '\x7f';
    const Row rows[] = {
        {"an HTTP request", "GET / HTTP/1.1\r\n\r\n", 1},
        {"a frame of 2 GB", huge, 1},
        {"a negative size", negative, 1},
        {"an API that does not exist", unknown_api, 1},
        {"a frame too short for a header", std::string("\0\0\0\2xx", 6), 1},
    };
    for (const auto& row : rows) {
        Conversation conversation({.frame_bytes_max = 1 << 20});
        conversation.send(row.bytes);
        ASSERT_TRUE(conversation.run_to_the_end()) << row.name;
        EXPECT_TRUE(conversation.echo().begun.empty()) << row.name;
        EXPECT_EQ(conversation.traffic().frames_refused, row.refused) << row.name;
        EXPECT_EQ(conversation.frames().in_use(), 0U) << row.name;
    }
}

TEST(ServerConnection, APeerThatHangsUpInsideAFrameLeavesNothingBehind) {
    const auto whole = request_frame(1, std::string(5000, 'x'));
    for (const std::size_t cut : {1UL, 3UL, 4UL, 9UL, 4096UL, whole.size() - 1}) {
        Conversation conversation;
        conversation.send(whole.substr(0, cut), true);
        ASSERT_TRUE(conversation.run_to_the_end()) << cut;
        EXPECT_TRUE(conversation.echo().begun.empty()) << cut;
        EXPECT_EQ(conversation.frames().in_use(), 0U) << cut;
    }
}

TEST(ServerConnection, RequestsInFlightAreBounded) {
    Conversation conversation({.requests_in_flight_max = 4});
    std::string requests;
    for (std::int32_t i = 0; i < 20; ++i) {
        requests += request_frame(i, "wait 100");
    }
    conversation.send(requests);
    ASSERT_TRUE(conversation.run_until_received(20 * 16));
    EXPECT_EQ(conversation.answered().size(), 20U);
    // Four at a time: twenty take five times the wait, not one.
    EXPECT_GE(conversation.simulation().clock().now().time_since_epoch(), Duration(500ms));
    conversation.close_server();
    ASSERT_TRUE(conversation.run_to_the_end());
}

TEST(ServerConnection, APeerThatTakesPartOfAnAnswerIsActiveAndOneThatTakesNothingIsNot) {
    struct Row {
        Duration read_pause;  // for 4096 bytes
        bool active;
    };
    for (const Row& row : {Row{1ms, true}, Row{30s, false}}) {
        Conversation conversation;
        conversation.pause_before_each_read(row.read_pause);
        conversation.send(request_frame(1, std::string(4 << 20, 'x')));
        for (int i = 0; i < 1000 && conversation.echo().begun.empty(); ++i) {
            conversation.run_for(10ms);
        }
        ASSERT_EQ(conversation.echo().begun.size(), 1U);
        conversation.run_for(50ms);
        EXPECT_TRUE(conversation.connection().owes_reading());
        const Time before = conversation.connection().last_activity();
        conversation.run_for(600ms);
        EXPECT_TRUE(conversation.connection().owes_reading());
        EXPECT_EQ(conversation.connection().last_activity() > before, row.active);
        conversation.pause_before_each_read(Duration(0));
        conversation.close_server();
        ASSERT_TRUE(conversation.run_to_the_end());
    }
}

TEST(ServerConnection, ALongAnswerArrivesWhole) {
    Conversation conversation;
    std::string body;
    for (int i = 0; body.size() < (5 << 20); ++i) {
        body += fmt::format("{} ", i);
    }
    conversation.send(request_frame(1, body) + request_frame(2, "close"));
    ASSERT_TRUE(conversation.run_to_the_end());
    ASSERT_EQ(conversation.answered(), (std::vector<std::int32_t>{1}));
    EXPECT_TRUE(conversation.received().substr(8) == body);
}

TEST(ServerConnection, WaitsForMemoryInsteadOfTakingMore) {
    Conversation conversation({}, 100'000);
    std::string requests;
    for (std::int32_t i = 0; i < 10; ++i) {
        requests += request_frame(i, "wait 10" + std::string(60'000, ' '));
    }
    requests += request_frame(10, "close");
    conversation.send(requests);
    ASSERT_TRUE(conversation.run_to_the_end());
    EXPECT_EQ(conversation.answered().size(), 10U);
}

}  // namespace
}  // namespace barnabas::rpc
