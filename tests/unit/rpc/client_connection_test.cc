#include "rpc/client_connection.h"

#include "base/endian.h"
#include "rpc/api_versions_exchange.h"
#include "support/scripted_broker.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace barnabas::rpc {
namespace {

using ::testing::AllOf;
using testing::answer;
using testing::Asked;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Reaction;
using testing::ScriptedBroker;
using wire::MetadataRequest;
using wire::MetadataResponse;

/// Tells requests apart by the topic that they ask for, and answers by the cluster id.
MetadataRequest ask_for(std::string topic) {
    MetadataRequest request;
    request.topics->push_back({.topic_id = {}, .name = std::move(topic), .unknown_tags = {}});
    return request;
}
std::string topic_of(const Asked& asked) {
    return asked.as<MetadataRequest>().topics->front().name.value_or("");
}
Reaction echo(const Asked& asked) {
    MetadataResponse response;
    response.cluster_id = topic_of(asked);
    return answer(asked, response);
}

constexpr std::int16_t version = 9;  // the first with tagged fields in its headers

/// A client on one machine that is connected to a scripted broker on another.
class Wire {
public:
    explicit Wire(ScriptedBroker::Script script, ClientConnection::Limits limits = {})
        : broker_machine_(simulation_.add_machine("broker")),
          client_(simulation_.add_machine("client")),
          broker_(broker_machine_, 9092, std::move(script)) {
        auto make = [this, limits] { return open(limits); };
        EXPECT_TRUE(testing::finish(simulation_, shard(), make));
    }
    ~Wire() {
        connection_->close({ErrorCode::none, "the test ends"});
        EXPECT_TRUE(run_until([this] { return ended_; }));
    }

    [[nodiscard]] runtime::Shard& shard() { return client_.shard(0); }
    [[nodiscard]] ScriptedBroker& broker() { return broker_; }
    [[nodiscard]] ClientConnection& connection() { return *connection_; }
    [[nodiscard]] std::shared_ptr<ClientConnection> shared() { return connection_; }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] runtime::Simulation& simulation() { return simulation_; }
    bool run_until(const std::function<bool()>& condition) {
        return simulation_.run_until(condition, 300s);
    }

    /// Sends Metadata requests, which are told apart by name; see outcomes.
    void send(std::string name, Duration timeout = 30s) {
        shard().post([this, name = std::move(name), timeout] {
            runtime::spawn(shard(), ask(name, timeout));
        });
    }
    /// By name: what answer() put there, or the error's code and sentence.
    std::map<std::string, std::string> outcomes;
    std::vector<std::string> order;
    Duration round_trip{0};

private:
    awaitable<bool> open(ClientConnection::Limits limits) {
        const runtime::Endpoint to{.host = "broker", .port = 9092};
        const Time deadline = shard().clock().now() + 10s;
        auto stream = co_await shard().network().connect(to, {}, deadline);
        if (!stream) {
            co_return false;
        }
        ClientConnection::Options options{
            .peer = "broker 1 (broker:9092)", .client_id = "me", .limits = limits};
        connection_ =
            std::make_shared<ClientConnection>(shard(), std::move(*stream), std::move(options));
        runtime::spawn(shard(), serve(connection_));
        co_return true;
    }
    awaitable<void> serve(std::shared_ptr<ClientConnection> connection) {
        co_await connection->run();
        ended_ = true;
    }
    awaitable<void> ask(std::string name, Duration timeout) {
        const auto connection = connection_;
        const MetadataRequest request = ask_for(name);
        OutgoingRequest asked = outgoing(request, version);
        asked.timeout = timeout;
        const auto got = co_await connection->exchange(asked);
        order.push_back(name);
        if (!got) {
            outcomes[name] = fmt::format("{}: {}", got.error().code, got.error().message);
            co_return;
        }
        round_trip = got->round_trip;
        const auto response = wire::decode<MetadataResponse>(got->body(), version);
        outcomes[name] =
            response ? response->cluster_id.value_or("null") : response.error().message;
    }

    runtime::Simulation simulation_{7};
    runtime::SimulatedMachine& broker_machine_;
    runtime::SimulatedMachine& client_;
    ScriptedBroker broker_;
    std::shared_ptr<ClientConnection> connection_;
    bool ended_ = false;
};

TEST(ClientConnection, SendsSeveralRequestsAndMatchesTheirAnswers) {
    Wire wire([](const Asked& asked) {
        auto reaction = echo(asked);
        reaction.after = topic_of(asked) == "a" ? 50ms : 0ms;
        return reaction;
    });
    for (const char* name : {"a", "b", "c"}) {
        wire.send(name);
    }
    ASSERT_TRUE(wire.run_until([&] { return wire.outcomes.size() == 3; }));
    EXPECT_EQ(wire.outcomes["a"], "a");
    EXPECT_EQ(wire.outcomes["b"], "b");
    EXPECT_EQ(wire.outcomes["c"], "c");
    EXPECT_THAT(wire.order, ElementsAre("a", "b", "c"));
    EXPECT_GE(wire.round_trip, 50ms);
    const auto& asked = wire.broker().asked();
    ASSERT_EQ(asked.size(), 3U);
    for (std::size_t i = 0; i < asked.size(); ++i) {
        EXPECT_EQ(asked[i].header.correlation_id, static_cast<std::int32_t>(i));
        EXPECT_EQ(asked[i].header.client_id, "me");
        EXPECT_EQ(asked[i].header.request_api_version, version);
        EXPECT_LT(asked[i].when - asked[0].when, 40ms + 50ms * i);
    }
}

TEST(ClientConnection, HasNoMoreInFlightThanItsLimit) {
    Wire wire([](const Asked&) { return Reaction{}; }, {.in_flight_max = 2});
    for (const char* name : {"a", "b", "c", "d", "e"}) {
        wire.send(name);
    }
    const auto& asked = wire.broker().asked();
    for (std::size_t answered = 0; answered < 5; ++answered) {
        const std::size_t sent = std::min<std::size_t>(answered + 2, 5);
        ASSERT_TRUE(wire.run_until([&] { return asked.size() == sent; }));
        wire.simulation().run_for(1s);
        ASSERT_EQ(asked.size(), sent);
        EXPECT_EQ(wire.connection().requests(), 5 - answered);
        wire.broker().blurt(echo(asked[answered]).bytes);
        ASSERT_TRUE(wire.run_until([&] { return wire.outcomes.size() == answered + 1; }));
    }
    EXPECT_THAT(wire.order, ElementsAre("a", "b", "c", "d", "e"));
}

TEST(ClientConnection, RefusesRequestsWhenTooManyWait) {
    Wire wire([](const Asked&) { return Reaction{}; }, {.in_flight_max = 1, .waiting_max = 2});
    for (const char* name : {"sent", "waits 1", "waits 2", "refused"}) {
        wire.send(name);
    }
    ASSERT_TRUE(wire.run_until([&] { return wire.outcomes.contains("refused"); }));
    EXPECT_THAT(wire.outcomes["refused"], HasSubstr("2 requests wait already"));
    EXPECT_EQ(wire.outcomes.size(), 1U);
}

/// What a broker may send instead of an answer, and what the client says of it.
struct Nonsense {
    std::string bytes;
    bool hang_up = false;
    std::string says;
};

std::string frame(std::string_view body) {
    std::string bytes(4, '\0');
    store_big_endian(reinterpret_cast<std::byte*>(bytes.data()),
                     static_cast<std::uint32_t>(body.size()));
    return bytes.append(body);
}

TEST(ClientConnection, EndsWithASentenceWhenThePeerBreaksTheProtocol) {
    using namespace std::string_literals;
    const Nonsense rows[] = {
        {.bytes = frame("\0\0\0\7\0"s),
         .says = "answered request 0 (Metadata v9) under the number 7"},
        {.bytes = frame("\0\0"s), .says = "the header of an answer makes no sense"},
        {.bytes = frame("\0\0\0\0"s), .says = "the header of an answer makes no sense"},
        {.bytes = frame("\0\0\0\0\xff\xff\xff\xff\xff\xff"s),
         .says = "the header of an answer makes no sense"},
        {.bytes = frame(""), .says = "the header of an answer makes no sense"},
        {.bytes = "\x7f\xff\xff\xff more"s,
         .says = "it announces an answer of 2147483647 bytes, at most 268435456 are taken"},
        {.bytes = "\xff\xff\xff\xff"s, .says = "it announces an answer of 4294967295 bytes"},
        {.bytes = "HTTP/1.1 400 Bad Request\r\n\r\n", .says = "An HTTP server answers there"},
        {.bytes = "\x15\x03\x03\0\2\2\x46"s, .says = "The port speaks TLS"},
        {.bytes = "\0\0"s, .hang_up = true, .says = "the stream ends inside a frame's size"},
        {.bytes = frame("0123456789").substr(0, 9),
         .hang_up = true,
         .says = "the stream ends 5 bytes before the end of an answer"},
        {.bytes = "", .hang_up = true, .says = "the broker closed the connection"},
    };
    for (const Nonsense& row : rows) {
        SCOPED_TRACE(row.says);
        Wire wire(
            [&](const Asked&) { return Reaction{.bytes = row.bytes, .hang_up = row.hang_up}; });
        wire.send("a");
        wire.send("b");
        ASSERT_TRUE(wire.run_until([&] { return wire.outcomes.size() == 2; }));
        EXPECT_THAT(wire.outcomes["a"],
                    AllOf(HasSubstr("NETWORK_EXCEPTION: broker 1 (broker:9092): Metadata v9 failed "
                                    "after "),
                          HasSubstr(row.says)));
        EXPECT_THAT(wire.outcomes["b"], HasSubstr(row.says));
        EXPECT_FALSE(wire.connection().open());
        EXPECT_THAT(wire.connection().why().message, HasSubstr(row.says));
        ASSERT_TRUE(wire.run_until([&] { return wire.broker().open() == 0; }));
        // A dead connection says at once why it is dead.
        wire.send("later");
        ASSERT_TRUE(wire.run_until([&] { return wire.outcomes.contains("later"); }));
        EXPECT_THAT(wire.outcomes["later"], HasSubstr(row.says));
    }
}

TEST(ClientConnection, EndsWhenBytesComeThatNobodyAskedFor) {
    Wire wire(echo);
    ASSERT_TRUE(wire.run_until([&] { return wire.broker().open() == 1; }));
    wire.broker().blurt(frame("hello"));
    ASSERT_TRUE(wire.run_until([&] { return wire.ended(); }));
    EXPECT_THAT(wire.connection().why().message, HasSubstr("5 bytes that nobody asked for"));
}

TEST(ClientConnection, ClosesWhenAnAnswerIsLate) {
    Wire wire(
        [](const Asked& asked) { return topic_of(asked) == "fast" ? echo(asked) : Reaction{}; });
    wire.send("fast", 2s);
    wire.send("slow", 3s);
    wire.send("patient", 60s);
    ASSERT_TRUE(wire.run_until([&] { return wire.outcomes.size() == 3; }));
    EXPECT_EQ(wire.outcomes["fast"], "fast");
    EXPECT_THAT(wire.outcomes["slow"],
                HasSubstr("REQUEST_TIMED_OUT: broker 1 (broker:9092): no answer to Metadata v9 "
                          "within 3000 ms, so the connection was closed"));
    EXPECT_THAT(wire.outcomes["patient"],
                AllOf(HasSubstr("NETWORK_EXCEPTION: broker 1 (broker:9092): Metadata v9 failed"),
                      HasSubstr("because Metadata v9 had no answer for 3000 ms")));
    EXPECT_TRUE(wire.ended());
}

TEST(ClientConnection, TellsItsRequestsWhyItIsClosed) {
    Wire wire([](const Asked&) { return Reaction{}; });
    wire.send("a");
    ASSERT_TRUE(wire.run_until([&] { return wire.broker().asked().size() == 1; }));
    wire.shard().post([&] {
        wire.connection().close({ErrorCode::network_exception, "nobody needs it"});
        wire.connection().close({ErrorCode::network_exception, "twice"});
    });
    ASSERT_TRUE(wire.run_until([&] { return wire.outcomes.size() == 1; }));
    EXPECT_THAT(wire.outcomes["a"], HasSubstr("nobody needs it"));
}

TEST(ClientConnection, TakesAnswersThatAreLargerThanAnyBuffer) {
    const std::string large(3 << 20, 'x');
    Wire wire([&](const Asked& asked) {
        MetadataResponse response;
        for (int i = 0; i < 100; ++i) {
            response.brokers.push_back({.node_id = i, .host = large.substr(0, 30'000)});
        }
        response.cluster_id = topic_of(asked);
        return answer(asked, response);
    });
    for (const char* name : {"a", "b", "c"}) {
        wire.send(name);
    }
    ASSERT_TRUE(wire.run_until([&] { return wire.outcomes.size() == 3; }));
    EXPECT_EQ(wire.outcomes["c"], "c");
}

// --- Produce: records from elsewhere, no answer --------------------------------------------------

wire::ProduceRequest produce(wire::Records first, wire::Records second, std::int16_t acks) {
    wire::ProduceRequest request;
    request.acks = acks;
    request.topic_data.emplace_back().name = "t";
    for (const auto& records : {first, second}) {
        request.topic_data.front().partition_data.emplace_back().records = records;
    }
    return request;
}

awaitable<Result<IncomingResponse>> exchange(std::shared_ptr<ClientConnection> connection,
                                             wire::ProduceRequest request,
                                             std::vector<ByteView> sources, bool answered) {
    OutgoingRequest asked = outgoing(request, version);
    asked.sources = sources;
    asked.answered = answered;
    co_return co_await connection->exchange(asked);
}

TEST(ClientConnection, SendsRecordsFromWhereTheyAre) {
    const std::string one(100'000, '1');
    const std::string two(400'000, '2');  // more than a socket takes at once
    Wire wire([](const Asked& asked) { return answer(asked, wire::ProduceResponse{}); });
    const std::vector<ByteView> sources{as_bytes(one), as_bytes(two)};
    auto spliced = [&] {
        return exchange(
            wire.shared(),
            produce(wire::Records::spliced(static_cast<std::uint32_t>(one.size()), 0),
                    wire::Records::spliced(static_cast<std::uint32_t>(two.size()), 1), 1),
            sources, true);
    };
    const auto got = testing::finish(wire.simulation(), wire.shard(), spliced);
    ASSERT_TRUE(got && *got);
    wire::Output whole;
    wire::encode(produce(wire::Records(as_bytes(one)), wire::Records(as_bytes(two)), 1), version,
                 whole);
    ASSERT_EQ(wire.broker().asked().size(), 1U);
    EXPECT_EQ(wire.broker().asked()[0].body, as_text(whole.bytes.view()));
}

TEST(ClientConnection, DoesNotWaitForAnAnswerThatIsNotOwed) {
    Wire wire(
        [](const Asked& asked) { return asked.is<MetadataRequest>() ? echo(asked) : Reaction{}; });
    auto tell = [&] { return exchange(wire.shared(), produce({}, {}, 0), {}, false); };
    const auto told = testing::finish(wire.simulation(), wire.shard(), tell);
    ASSERT_TRUE(told && *told);
    wire.send("next");
    ASSERT_TRUE(wire.run_until([&] { return wire.outcomes.size() == 1; }));
    EXPECT_EQ(wire.outcomes["next"], "next");
    EXPECT_EQ(wire.broker().asked().size(), 2U);
}

TEST(ClientConnection, DoesNotSendForEver) {
    Wire wire(echo);
    const std::string large(4 << 20, 'x');  // more than the network takes while nobody reads
    wire.simulation().network().partition("client", "broker");
    const Time began = wire.simulation().clock().now();
    const auto records = wire::Records::spliced(static_cast<std::uint32_t>(large.size()), 0);
    auto tell = [&] {
        return exchange(wire.shared(), produce(records, {}, 0), {as_bytes(large)}, false);
    };
    const auto told = testing::finish(wire.simulation(), wire.shard(), tell);
    ASSERT_TRUE(told);
    ASSERT_FALSE(*told);
    EXPECT_EQ(told->error().code, ErrorCode::request_timed_out);
    EXPECT_GE(wire.simulation().clock().now() - began, 30s);
    wire.simulation().network().heal();
}

// --- versions ------------------------------------------------------------------------------------

wire::ApiVersionsResponse versions_answer(ErrorCode code, std::int16_t last) {
    wire::ApiVersionsResponse response;
    response.error_code = static_cast<std::int16_t>(code);
    response.api_keys = {{.api_key = 18, .min_version = 0, .max_version = last},
                         {.api_key = 3, .min_version = 4, .max_version = 9},
                         {.api_key = 0, .min_version = 5, .max_version = 2}};
    return response;
}

/// In version 0 whatever was asked, as brokers answer versions that they do not have.
Reaction unsupported(const Asked& asked, std::optional<std::int16_t> last) {
    auto response = versions_answer(ErrorCode::unsupported_version, last.value_or(0));
    if (!last) {
        response.api_keys.clear();  // brokers before 2.4
    }
    Asked in_version_0 = asked;
    in_version_0.header.request_api_version = 0;
    return answer(in_version_0, response);
}

struct VersionsCase {
    std::string name;
    ScriptedBroker::Script script;
    std::vector<std::int16_t> asked_in;
    std::string says;  // empty: agreed
};

TEST(ApiVersionsExchange, AgreesOnVersionsWithBrokersOfAnyAge) {
    const auto knows = [](std::int16_t last) {
        return [last](const Asked& asked) {
            return asked.header.request_api_version > last
                       ? unsupported(asked, last)
                       : answer(asked, versions_answer(ErrorCode::none, last));
        };
    };
    const VersionsCase rows[] = {
        {.name = "of our age", .script = knows(5), .asked_in = {5}},
        {.name = "3.9", .script = knows(4), .asked_in = {5, 4}},
        {.name = "2.4", .script = knows(3), .asked_in = {5, 3}},
        {.name = "before 2.4",
         .script =
             [&](const Asked& asked) {
                 return asked.header.request_api_version > 2
                            ? unsupported(asked, std::nullopt)
                            : answer(asked, versions_answer(ErrorCode::none, 2));
             },
         .asked_in = {5, 0}},
        {.name = "never content",
         .script = [](const Asked& asked) { return unsupported(asked, 3); },
         .asked_in = {5, 3},
         .says = "ApiVersions v3: UNSUPPORTED_VERSION"},
        {.name = "another cluster",
         .script =
             [](const Asked& asked) {
                 return answer(asked, versions_answer(ErrorCode::rebootstrap_required, 5));
             },
         .asked_in = {5},
         .says = "ApiVersions v5: REBOOTSTRAP_REQUIRED"},
        {.name = "garbage",
         .script =
             [](const Asked& asked) {
                 wire::Output output;
                 wire::begin_response(output, 18, 5, asked.header.correlation_id);
                 output.bytes.append(as_bytes("\1\2\3"));
                 wire::finish_frame(output);
                 return Reaction{.bytes = testing::frame_of(output)};
             },
         .asked_in = {5},
         .says = "the answer to ApiVersions v5 makes no sense"},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        Wire wire(row.script);
        auto agree = [&] {
            return negotiate(wire.shared(), {.cluster_id = "c", .node_id = 3}, 10s);
        };
        const auto agreed = testing::finish(wire.simulation(), wire.shard(), agree);
        ASSERT_TRUE(agreed);
        std::vector<std::int16_t> asked_in;
        for (const auto& asked : wire.broker().asked()) {
            asked_in.push_back(asked.header.request_api_version);
        }
        EXPECT_EQ(asked_in, row.asked_in);
        const auto first = wire.broker().asked()[0].as<wire::ApiVersionsRequest>();
        EXPECT_EQ(first.client_software_name, "barnabas");
        EXPECT_EQ(first.cluster_id, "c");
        EXPECT_EQ(first.node_id, 3);
        if (!row.says.empty()) {
            ASSERT_FALSE(*agreed);
            EXPECT_THAT(agreed->error().message,
                        AllOf(HasSubstr("broker 1 (broker:9092)"), HasSubstr(row.says)));
            EXPECT_FALSE(wire.connection().open());
            continue;
        }
        ASSERT_TRUE(*agreed) << agreed->error().message;
        EXPECT_EQ(wire.connection().versions().find(3), (wire::Versions{4, 9}));
        EXPECT_FALSE(wire.connection().versions().find(0)) << "its range is empty";
        EXPECT_FALSE(wire.connection().versions().find(1));
    }
}

TEST(ClientConnection, ChoosesTheHighestVersionThatBothHave) {
    struct Row {
        std::int16_t key;
        wire::Versions wanted;
        std::optional<std::int16_t> chosen;
        std::string says = "";
    };
    const Row rows[] = {
        {.key = 3, .wanted = {0, 13}, .chosen = 9},
        {.key = 3, .wanted = {0, wire::latest}, .chosen = 9},
        {.key = 3, .wanted = {0, 7}, .chosen = 7},
        {.key = 3, .wanted = {4, 4}, .chosen = 4},
        {.key = 3,
         .wanted = {10, 13},
         .says = "broker 1 (broker:9092) has Metadata v4 to v9; this call needs v10 to v13"},
        {.key = 3, .wanted = {0, 3}, .says = "needs v0 to v3"},
        {.key = 1, .wanted = {0, 13}, .says = "broker 1 (broker:9092) does not have Fetch"},
    };
    Wire wire(echo);
    ApiVersionTable table;
    table.set(18, {0, 5});
    table.set(3, {0, 1});
    table.set(3, {4, 9});
    wire.connection().set_versions(table);
    for (const Row& row : rows) {
        const auto chosen = wire.connection().choose_version(row.key, row.wanted);
        EXPECT_EQ(chosen ? std::optional(*chosen) : std::nullopt, row.chosen);
        if (!chosen) {
            EXPECT_EQ(chosen.error().code, ErrorCode::unsupported_version);
            EXPECT_THAT(chosen.error().message, HasSubstr(row.says));
        }
    }
}

}  // namespace
}  // namespace barnabas::rpc
