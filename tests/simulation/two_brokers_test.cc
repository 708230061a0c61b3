// Two brokers' worth of connections in one thread on simulated time: each machine listens, answers
// requests after it has written and synced them, and asks the other over several connections.
// One seed must give one course of events, to the last byte of the trace and of the disks.
#include "runtime/simulated/simulation.h"
#include "runtime/tasks.h"
#include "support/seeds.h"

#include <gtest/gtest.h>

#include <chrono>

namespace barnabas::runtime {
namespace {

constexpr int connections_each = 4;
constexpr int requests_each = 25;
constexpr std::uint16_t port = 9092;

/// A frame: 4 bytes of length, then that many.
std::string frame(std::string_view payload) {
    const auto size = static_cast<std::uint32_t>(payload.size());
    std::string result(4, '\0');
    for (int i = 0; i < 4; ++i) {
        result[static_cast<std::size_t>(i)] = static_cast<char>(size >> (24 - 8 * i));
    }
    return result += payload;
}

/// The first whole frame's payload, taken out of `buffer`.
std::optional<std::string> take_frame(std::string& buffer) {
    if (buffer.size() < 4) {
        return std::nullopt;
    }
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        size = size << 8 | static_cast<unsigned char>(buffer[i]);
    }
    if (buffer.size() < 4 + size) {
        return std::nullopt;
    }
    std::string payload = buffer.substr(4, size);
    buffer.erase(0, 4 + size);
    return payload;
}

awaitable<std::optional<std::string>> read_frame(Stream* stream, std::string* buffer) {
    std::array<std::byte, 256> chunk;
    for (;;) {
        if (auto payload = take_frame(*buffer)) {
            co_return payload;
        }
        const auto got = co_await stream->read_some(chunk);
        if (!got || *got == 0) {
            co_return std::nullopt;
        }
        *buffer += as_text(ByteView(chunk).first(*got));
    }
}

awaitable<bool> write_frame(Stream* stream, std::string payload) {
    const std::string bytes = frame(payload);
    const Piece pieces[] = {as_bytes(bytes)};
    const auto sent = co_await stream->write(pieces);
    co_return sent.has_value();
}

/// One machine's program.
class Node {
public:
    Node(Simulation& simulation, std::size_t index, std::string other)
        : simulation_(simulation),
          machine_(simulation.machine(index)),
          other_(std::move(other)),
          shard_(machine_.shard(0)),
          tasks_(shard_),
          written_(shard_) {
        shard_.post([this] { start(); });
    }

    [[nodiscard]] bool done() const { return answered_ == connections_each * requests_each; }
    [[nodiscard]] int answered() const { return answered_; }
    void stop() {
        listener_->close();
        for (auto& stream : streams_) {
            stream->close();
        }
    }
    [[nodiscard]] bool stopped() const { return tasks_.size() == 0; }
    [[nodiscard]] std::string log() { return machine_.disk().read_text("/data/log").value(); }

private:
    void start() {
        ASSERT_TRUE(machine_.disk().create_directories("/data"));
        file_ = machine_.disk().open("/data/log", OpenMode::create_or_open).value();
        listener_ = shard_.network().listen({"", port}, {}).value();
        tasks_.spawn(accept_all());
        for (int i = 0; i < connections_each; ++i) {
            tasks_.spawn(ask(i));
        }
    }

    awaitable<void> accept_all() {
        while (auto stream = co_await listener_->accept()) {
            streams_.push_back(std::move(*stream));
            tasks_.spawn(serve(streams_.back().get()));
        }
    }

    awaitable<void> serve(Stream* stream) {
        std::string buffer;
        while (auto request = co_await read_frame(stream, &buffer)) {
            co_await append(*request);
            const bool sent = co_await write_frame(stream, "ok " + *request);
            if (!sent) {
                co_return;
            }
        }
    }

    /// Writes at once, syncs on the pool, one sync at a time.
    awaitable<void> append(std::string record) {
        record += '\n';
        EXPECT_TRUE(file_->write_at(end_, as_bytes(record)));
        end_ += record.size();
        while (syncing_) {
            co_await written_.wait_until(never);
        }
        syncing_ = true;
        auto work = [file = file_] { return file->sync(); };
        EXPECT_TRUE(co_await run_blocking(shard_, std::move(work)));
        syncing_ = false;
        written_.notify_all();
    }

    awaitable<void> ask(int connection) {
        const Endpoint to{other_, port};
        auto stream = co_await shard_.network().connect(to, {}, shard_.clock().now() + 30s);
        EXPECT_TRUE(stream) << (stream ? "" : stream.error().message);
        std::string buffer;
        for (int i = 0; i < requests_each; ++i) {
            co_await sleep_for(
                shard_, Duration(static_cast<std::int64_t>(shard_.random().below(20'000'000))));
            const auto size = shard_.random().below(2000);
            const std::string request =
                fmt::format("{} {} {} {}", machine_.name(), connection, i, std::string(size, 'x'));
            EXPECT_TRUE(co_await write_frame(stream->get(), request));
            const auto answer = co_await read_frame(stream->get(), &buffer);
            EXPECT_EQ(answer, "ok " + request);
            ++answered_;
            simulation_.note(machine_.name(), fmt::format("answer {} of {}", i, connection));
        }
    }

    Simulation& simulation_;
    SimulatedMachine& machine_;
    std::string other_;
    Shard& shard_;
    TaskGroup tasks_;
    Signal written_;
    bool syncing_ = false;
    std::shared_ptr<File> file_;
    std::uint64_t end_ = 0;
    std::unique_ptr<Listener> listener_;
    std::vector<std::unique_ptr<Stream>> streams_;
    int answered_ = 0;
};

struct Outcome {
    std::uint64_t hash = 0;
    std::vector<TraceEvent> events;
    std::string logs;
    Duration took{0};
};

Outcome run(std::uint64_t seed) {
    Simulation simulation(seed, {.keep_trace = true});
    simulation.add_machine("broker-1", 2);
    simulation.add_machine("broker-2", 2);
    const Time start = simulation.clock().now();
    Node one(simulation, 0, "broker-2");
    Node two(simulation, 1, "broker-1");
    EXPECT_TRUE(simulation.run_until([&] { return one.done() && two.done(); }, 60s))
        << "seed " << seed << ": " << one.answered() << " and " << two.answered();
    const Duration took = simulation.clock().now() - start;
    one.stop();
    two.stop();
    EXPECT_TRUE(simulation.run_until([&] { return one.stopped() && two.stopped(); }, 60s));
    return {simulation.trace().hash(), simulation.trace().events(), one.log() + two.log(), took};
}

TEST(TwoBrokers, OneSeedGivesOneCourseOfEvents) {
    const auto first_of = testing::first_seed(1);
    for (const auto seed : {first_of, first_of + 1, first_of + 20261122}) {
        const Outcome first = run(seed);
        const Outcome again = run(seed);
        EXPECT_EQ(first.events.size(), again.events.size()) << "seed " << seed;
        EXPECT_TRUE(first.events == again.events) << "seed " << seed;
        EXPECT_EQ(first.hash, again.hash) << "seed " << seed;
        EXPECT_EQ(first.logs, again.logs) << "seed " << seed;
        EXPECT_EQ(first.took, again.took) << "seed " << seed;
        EXPECT_GT(first.events.size(), 500U) << "something happened";
    }
}

TEST(TwoBrokers, AnotherSeedGivesAnother) {
    const auto seed = testing::first_seed(1);
    const Outcome first = run(seed);
    const Outcome other = run(seed + 1);
    EXPECT_NE(first.hash, other.hash);
    EXPECT_FALSE(first.events == other.events);
    EXPECT_NE(first.logs, other.logs);
}

}  // namespace
}  // namespace barnabas::runtime
