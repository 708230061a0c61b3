#include "runtime/simulated/simulated_network.h"

#include "runtime/simulated/simulation.h"
#include "runtime/tasks.h"

#include <gtest/gtest.h>

#include <numeric>

namespace barnabas::runtime {
namespace {

/// Two machines, "a" and "b"; b listens on port 9092 and keeps what it accepts.
struct Fixture {
    explicit Fixture(std::uint64_t seed = 1) : simulation(seed) {
        simulation.add_machine("a");
        simulation.add_machine("b");
        listen();
    }
    void listen() {
        listener = simulation.machine(1).shard(0).network().listen({"", 9092}, {}).value();
        on(1, accept(this));
    }
    /// The coroutine runs on that machine.
    void on(std::size_t machine, awaitable<void> task) {
        Shard& shard = simulation.machine(machine).shard(0);
        shard.post([&shard, task = std::move(task)]() mutable { spawn(shard, std::move(task)); });
    }
    void connect(Duration patience = 10s) {
        on(0, open(this, patience));
        simulation.run_for(patience + 1s);
    }

    static awaitable<void> accept(Fixture* at) {
        while (auto stream = co_await at->listener->accept()) {
            at->server = std::move(*stream);
        }
    }
    static awaitable<void> open(Fixture* at, Duration patience) {
        Shard& shard = at->simulation.machine(0).shard(0);
        const Endpoint to{"b", 9092};
        const Time deadline = shard.clock().now() + patience;
        auto stream = co_await shard.network().connect(to, {}, deadline);
        if (stream) {
            at->client = std::move(*stream);
        } else {
            at->error = stream.error().message;
        }
    }
    static awaitable<void> write(Fixture* at, Stream* stream, std::string text) {
        const Piece pieces[] = {as_bytes(text)};
        const auto sent = co_await stream->write(pieces);
        at->written = sent.has_value();
        at->error = sent ? "" : sent.error().message;
    }
    static awaitable<void> read(Fixture* at, Stream* stream) {
        std::vector<std::byte> buffer(1000);
        for (;;) {
            const auto got = co_await stream->read_some(buffer);
            if (!got) {
                at->error = got.error().message;
                co_return;
            }
            if (*got == 0) {
                at->ended = true;
                co_return;
            }
            at->received += as_text(ByteView(buffer).first(*got));
        }
    }

    Simulation simulation;
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Stream> client;
    std::unique_ptr<Stream> server;
    std::string received;
    std::string error;
    bool written = false;
    bool ended = false;
};

std::string numbers(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += fmt::format("{} ", i);
    }
    return text;
}

TEST(SimulatedNetwork, KeepsTheBytesOfAConnectionInOrder) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        Fixture at(seed);
        at.connect();
        ASSERT_TRUE(at.client && at.server) << at.error;
        EXPECT_EQ(at.server->peer(), at.client->local());
        EXPECT_EQ(at.server->peer().host, "a");
        at.on(1, Fixture::read(&at, at.server.get()));
        at.on(0, Fixture::write(&at, at.client.get(), numbers(2000)));
        at.simulation.run_for(10s);
        EXPECT_EQ(at.received, numbers(2000));
        at.client.reset();
        at.simulation.run_for(1s);
        EXPECT_TRUE(at.ended);
    }
}

TEST(SimulatedNetwork, AReaderThatStopsBlocksTheWriter) {
    Fixture at;
    at.connect();
    const std::string much(1 << 20, 'x');
    at.on(0, Fixture::write(&at, at.client.get(), much));
    at.simulation.run_for(60s);
    EXPECT_FALSE(at.written) << "the window is 256 KiB";
    at.on(1, Fixture::read(&at, at.server.get()));
    at.simulation.run_for(60s);
    EXPECT_TRUE(at.written);
    EXPECT_EQ(at.received.size(), much.size());
}

TEST(SimulatedNetwork, APartitionHoldsBytesBackUntilItHeals) {
    Fixture at;
    at.connect();
    at.simulation.network().partition("b", "a");
    at.on(1, Fixture::read(&at, at.server.get()));
    at.on(0, Fixture::write(&at, at.client.get(), "hello"));
    at.simulation.run_for(60s);
    EXPECT_TRUE(at.written) << "into the socket's buffer";
    EXPECT_EQ(at.received, "");
    at.simulation.network().heal();
    at.simulation.run_for(1s);
    EXPECT_EQ(at.received, "hello");
}

TEST(SimulatedNetwork, ConnectingMeetsEveryAnswerThereIs) {
    Fixture at;
    at.simulation.network().isolate("b");
    at.connect(3s);
    EXPECT_EQ(at.error, "cannot connect to b:9092: no answer in time");
    at.simulation.network().heal();
    at.listener->close();
    at.connect(3s);
    EXPECT_EQ(at.error, "cannot connect to b:9092: Connection refused");
    auto& network = at.simulation.machine(0).shard(0).network();
    auto first = network.listen({"localhost", 0}, {});
    ASSERT_TRUE(first);
    const auto second = network.listen({"", (*first)->local().port}, {});
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("Address already in use"), std::string::npos);
    EXPECT_FALSE(network.listen({"b", 0}, {})) << "another machine's name";
}

TEST(SimulatedNetwork, ACutGivesBothEndsErrors) {
    Fixture at;
    at.connect();
    at.on(1, Fixture::read(&at, at.server.get()));
    at.simulation.run_for(1s);
    EXPECT_EQ(at.simulation.network().cut("a", "b"), 1U);
    at.simulation.run_for(1s);
    EXPECT_NE(at.error.find("Connection reset by peer"), std::string::npos);
    at.on(0, Fixture::write(&at, at.client.get(), "x"));
    at.simulation.run_for(1s);
    EXPECT_FALSE(at.written);
}

TEST(SimulatedNetwork, AKilledProcessResetsItsConnectionsAndACrashedMachineIsSilent) {
    for (const bool crash : {false, true}) {
        Fixture at;
        at.connect();
        at.on(0, Fixture::read(&at, at.client.get()));
        at.simulation.run_for(1s);
        auto& machine = at.simulation.machine(1);
        crash ? machine.crash() : machine.kill();
        at.server.reset();
        at.listener.reset();
        at.simulation.run_for(60s);
        EXPECT_EQ(at.error.empty(), crash) << at.error;
        machine.restart();
        at.listen();
        at.simulation.run_for(1s);
        EXPECT_NE(at.error.find("Connection reset by peer"), std::string::npos);
        at.connect();
        EXPECT_TRUE(at.server) << "it accepts again";
    }
}

TEST(SimulatedNetwork, AResetThatMeetsAPartitionArrivesWhenItHeals) {
    Fixture at;
    at.connect();
    at.on(0, Fixture::read(&at, at.client.get()));
    at.simulation.network().partition("a", "b");
    at.simulation.machine(1).kill();
    at.server.reset();
    at.simulation.run_for(60s);
    EXPECT_EQ(at.error, "");
    at.simulation.network().heal();
    at.simulation.run_for(1s);
    EXPECT_NE(at.error.find("Connection reset by peer"), std::string::npos);
}

TEST(SimulatedNetwork, CloseEndsReadsAndWritesThatWait) {
    Fixture at;
    at.connect();
    at.on(1, Fixture::read(&at, at.server.get()));
    at.simulation.run_for(1s);
    at.server->close();
    at.server->close();
    at.simulation.run_for(1s);
    EXPECT_NE(at.error.find("the connection is closed"), std::string::npos);
    at.on(0, Fixture::read(&at, at.client.get()));
    at.simulation.run_for(1s);
    EXPECT_TRUE(at.ended) << "the peer sees the end";
    at.on(0, Fixture::write(&at, at.client.get(), "x"));
    at.simulation.run_for(1s);
    at.on(0, Fixture::write(&at, at.client.get(), "y"));
    at.simulation.run_for(1s);
    EXPECT_FALSE(at.written) << "nobody reads there any more: reset";
}

}  // namespace
}  // namespace barnabas::runtime
