// The real shards, pool, timers and network: threads and loopback sockets, port 0.
#include "runtime/process.h"
#include "runtime/real/real_runtime.h"
#include "runtime/tasks.h"

#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <numeric>
#include <thread>

namespace barnabas::runtime {
namespace {

/// Runs `body` on shard 0 of a runtime until it ends, with a guard against hanging for ever.
class RealShards : public ::testing::Test {
protected:
    void run(std::size_t shards, std::function<awaitable<void>(RealRuntime&)> body) {
        RealRuntime runtime({.shards = shards});
        bool finished = false;
        runtime.shard(0).post([&] { spawn(runtime.shard(0), drive(runtime, body, finished)); });
        runtime.shard(0).post([&] {
            runtime.shard(0).call_at(runtime.clock().now() + 20s, [&] { runtime.stop(); });
        });
        runtime.run();
        EXPECT_TRUE(finished) << "20 s were not enough";
    }

private:
    static awaitable<void> drive(RealRuntime& runtime,
                                 std::function<awaitable<void>(RealRuntime&)> body,
                                 bool& finished) {
        co_await body(runtime);
        finished = true;
        runtime.stop();
    }
};

std::unique_ptr<Listener> listen_on(Shard& shard, std::string host, ListenOptions options = {}) {
    auto listener = shard.network().listen({std::move(host), 0}, options);
    EXPECT_TRUE(listener) << (listener ? "" : listener.error().message);
    return std::move(*listener);
}

awaitable<std::unique_ptr<Stream>> connect_to(Shard& shard, Endpoint to) {
    auto stream = co_await shard.network().connect(to, {}, shard.clock().now() + 5s);
    EXPECT_TRUE(stream) << (stream ? "" : stream.error().message);
    co_return std::move(*stream);
}

/// Everything up to the end of the stream.
awaitable<std::string> read_all(Stream* stream) {
    std::string text;
    std::vector<std::byte> buffer(64 << 10);
    for (;;) {
        const auto got = co_await stream->read_some(buffer);
        EXPECT_TRUE(got) << (got ? "" : got.error().message);
        if (!got || *got == 0) {
            co_return text;
        }
        text += as_text(ByteView(buffer).first(*got));
    }
}

awaitable<void> echo(std::unique_ptr<Stream> stream) {
    std::vector<std::byte> buffer(4096);
    for (;;) {
        const auto got = co_await stream->read_some(buffer);
        if (!got || *got == 0) {
            co_return;
        }
        const Piece pieces[] = {ByteView(buffer).first(*got)};
        const auto sent = co_await stream->write(pieces);
        if (!sent) {
            co_return;
        }
    }
}

awaitable<void> serve_echo(Listener* listener, TaskGroup* connections) {
    while (auto stream = co_await listener->accept()) {
        connections->spawn(echo(std::move(*stream)));
    }
}

awaitable<void> exchange_echoes(RealRuntime& runtime) {
    Shard& shard = runtime.shard(0);
    TaskGroup tasks(shard);
    auto listener = listen_on(shard, "127.0.0.1");
    tasks.spawn(serve_echo(listener.get(), &tasks));
    auto stream = co_await connect_to(shard, listener->local());
    EXPECT_EQ(stream->peer(), listener->local());
    EXPECT_EQ(stream->local().host, "127.0.0.1");
    std::vector<std::byte> buffer(100);
    EXPECT_EQ(stream->try_read(buffer).value(), 0U) << "nothing is there yet";
    for (int i = 0; i < 100; ++i) {
        const std::string text = fmt::format("message {}", i);
        const Piece pieces[] = {as_bytes(text)};
        EXPECT_TRUE(co_await stream->write(pieces));
        std::string answer;
        while (answer.size() < text.size()) {
            const auto got = co_await stream->read_some(buffer);
            answer += as_text(ByteView(buffer).first(got.value()));
        }
        EXPECT_EQ(answer, text);
    }
    stream->close();
    EXPECT_FALSE(co_await stream->read_some(buffer));
    listener->close();
    EXPECT_TRUE(listener->closed());
    co_await tasks.join();
}

TEST_F(RealShards, EchoesThroughLoopback) {
    run(1, exchange_echoes);
}

awaitable<void> expect_more_again_and_again(RealRuntime& runtime) {
    constexpr int rounds = 20;
    constexpr int turns = 4;  // of the loop, until what is posted has posted what gathers
    Shard& shard = runtime.shard(0);
    const Time start = shard.clock().now();
    for (int i = 0; i < rounds * turns; ++i) {
        if (i % turns == 0) {
            shard.expect_more();
            shard.expect_more();
        }
        auto go_on = [](Wakeup wakeup) { wakeup.post(); };
        co_await suspend(shard, go_on);
    }
    EXPECT_GE(shard.clock().now() - start, (rounds - 1) * 220us);
}

TEST_F(RealShards, LetWorkGatherThatIsExpected) {
    run(1, expect_more_again_and_again);
}

struct SendCase {
    bool with_handle;
    std::size_t file_bytes;
    bool at_once = false;  // try_write() first, write() what it left
};

/// A file that hides its descriptor, as simulated ones have none.
class WithoutHandle final : public File {
public:
    explicit WithoutHandle(std::shared_ptr<File> file) : file_(std::move(file)) {}
    Result<std::size_t> read_at(std::uint64_t at, MutableByteView into) const override {
        return file_->read_at(at, into);
    }
    Result<void> write_at(std::uint64_t at, std::span<const ByteView> parts) override {
        return file_->write_at(at, parts);
    }
    Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }
    Result<bool> reserve(std::uint64_t size) override { return file_->reserve(size); }
    Result<void> sync() override { return file_->sync(); }
    void forget_unsynced() override { file_->forget_unsynced(); }
    Result<std::uint64_t> size() const override { return file_->size(); }
    bool in_memory(std::uint64_t, std::uint64_t) const override { return true; }
    int native_handle() const override { return -1; }

private:
    std::shared_ptr<File> file_;
};

awaitable<void> accept_and_send(Listener* listener, std::vector<Piece> pieces, bool at_once) {
    auto stream = co_await listener->accept();
    EXPECT_TRUE(stream);
    if (at_once) {
        const auto all = (*stream)->try_write(pieces);
        EXPECT_TRUE(all);
        EXPECT_EQ(*all, pieces.empty());
    }
    const auto sent = co_await (*stream)->write(pieces);
    EXPECT_TRUE(sent) << (sent ? "" : sent.error().message);
}

std::string numbers(std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; text.size() < bytes; ++i) {
        text += fmt::format("{} ", i);
    }
    text.resize(bytes);
    return text;
}

awaitable<void> send_pieces(RealRuntime& runtime, SendCase send) {
    Shard& shard = runtime.shard(0);
    const Path path = std::filesystem::temp_directory_path() /
                      fmt::format("barnabas-pieces-{}", shard.random().next());
    const std::string content = numbers(send.file_bytes);
    std::shared_ptr<File> file = runtime.disk().open(path, OpenMode::create_new).value();
    EXPECT_TRUE(file->write_at(0, as_bytes(content)));
    if (!send.with_handle) {
        file = std::make_shared<WithoutHandle>(file);
    }
    const auto size = static_cast<std::uint32_t>(content.size());
    const std::vector<Piece> pieces = {as_bytes("head "),     as_bytes(""),
                                       as_bytes("er "),       FileSlice{file, 0, size},
                                       as_bytes(" between "), FileSlice{file, 10, size - 20},
                                       FileSlice{file, 5, 0}, as_bytes("")};
    const std::string expected =
        "head er " + content + " between " + content.substr(10, content.size() - 20);
    auto listener = listen_on(shard, "127.0.0.1");
    TaskGroup tasks(shard);
    tasks.spawn(accept_and_send(listener.get(), pieces, send.at_once));
    auto stream = co_await connect_to(shard, listener->local());
    const auto started = runtime.clock().now();
    const std::string got = co_await read_all(stream.get());
    EXPECT_EQ(got.size(), expected.size());
    EXPECT_TRUE(got == expected);
    EXPECT_LT(runtime.clock().now() - started, 5s);
    co_await tasks.join();
    ignore(runtime.disk().remove(path), "a temporary file");
}

TEST_F(RealShards, SendMemoryAndFilesInOrderHoweverFull) {
    for (const SendCase& row : {SendCase{true, 100},
                                {true, 20 << 20},
                                {false, 100},
                                {false, 20 << 20},
                                {true, 100, true},
                                {true, 20 << 20, true},
                                {false, 20 << 20, true}}) {
        const auto body = [row](RealRuntime& runtime) { return send_pieces(runtime, row); };
        run(1, body);
    }
}

awaitable<void> listen_everywhere(RealRuntime& runtime) {
    Shard& shard = runtime.shard(0);
    for (const auto& [host, clients] :
         std::vector<std::pair<std::string, std::vector<std::string>>>{
             {"", {"127.0.0.1", "::1", "localhost"}},
             {"localhost", {"127.0.0.1", "localhost"}},
             {"0.0.0.0", {"127.0.0.1"}},
             {"::1", {"::1"}}}) {
        auto listener = listen_on(shard, host);
        TaskGroup tasks(shard);
        tasks.spawn(serve_echo(listener.get(), &tasks));
        for (const std::string& client : clients) {
            const Endpoint to{client, listener->local().port};
            auto stream = co_await connect_to(shard, to);
            EXPECT_NE(stream->peer().host.find(client == "localhost" ? "1" : client),
                      std::string::npos);
        }
        listener->close();
        co_await tasks.join();
    }
}

TEST_F(RealShards, ListenOnNamesBothFamiliesAndAnyAddress) {
    run(1, listen_everywhere);
}

awaitable<void> fail_to_connect(RealRuntime& runtime) {
    Shard& shard = runtime.shard(0);
    auto listener = listen_on(shard, "127.0.0.1");
    const Endpoint gone = listener->local();
    const auto taken = shard.network().listen(gone, {});
    EXPECT_FALSE(taken);
    EXPECT_NE(taken.error().message.find("Address already in use"), std::string::npos);
    listener->close();
    const auto refused = co_await shard.network().connect(gone, {}, shard.clock().now() + 5s);
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::network_exception);
    EXPECT_EQ(refused.error().message,
              fmt::format("cannot connect to 127.0.0.1:{}: Connection refused", gone.port));
    const Endpoint nowhere{"no-such-host.invalid", 1};
    const auto unknown = co_await shard.network().connect(nowhere, {}, shard.clock().now() + 5s);
    EXPECT_FALSE(unknown);
    EXPECT_NE(unknown.error().message.find("no-such-host.invalid"), std::string::npos);
}

TEST_F(RealShards, SayWhyAConnectionFails) {
    run(1, fail_to_connect);
}

awaitable<void> never_read(RealRuntime& runtime) {
    Shard& shard = runtime.shard(0);
    auto listener = listen_on(shard, "127.0.0.1");
    auto lazy = co_await connect_to(shard, listener->local());
    auto stream = co_await listener->accept();
    const std::string much(64 << 20, 'x');
    Stream* writer = stream->get();
    shard.call_at(shard.clock().now() + 50ms, [writer] { writer->close(); });
    const Piece pieces[] = {as_bytes(much)};
    const auto sent = co_await writer->write(pieces);
    EXPECT_FALSE(sent) << "the peer never reads, then we close";
    // And the other way: a reader is woken by its own close.
    Stream* reader = lazy.get();
    std::vector<std::byte> buffer(1 << 20);
    while (reader->try_read(buffer).value_or(0) > 0) {
    }
    auto silent = co_await connect_to(shard, listener->local());
    Stream* waiting = silent.get();
    shard.call_at(shard.clock().now() + 10ms, [waiting] { waiting->close(); });
    EXPECT_FALSE(co_await waiting->read_some(buffer));
}

TEST_F(RealShards, CloseEndsWritesAndReadsThatWait) {
    run(1, never_read);
}

awaitable<void> write_to_the_gone(RealRuntime& runtime) {
    Shard& shard = runtime.shard(0);
    auto listener = listen_on(shard, "127.0.0.1");
    auto client = co_await connect_to(shard, listener->local());
    auto stream = co_await listener->accept();
    client.reset();
    const std::string text(1 << 20, 'x');
    const Piece pieces[] = {as_bytes(text)};
    Result<void> sent;
    for (int i = 0; i < 100 && sent; ++i) {
        sent = co_await (*stream)->write(pieces);
    }
    EXPECT_FALSE(sent) << "an error, and no SIGPIPE";
}

TEST_F(RealShards, WritingToAPeerThatIsGoneIsAnError) {
    run(1, write_to_the_gone);
}

awaitable<void> accept_here(Shard& shard, Listener* listener, std::atomic<int>* count) {
    while (auto stream = co_await listener->accept()) {
        EXPECT_TRUE(shard.on_this_shard());
        ++*count;
    }
}

awaitable<std::unique_ptr<Listener>> open_shared(Shard& shard, Endpoint at) {
    auto listener =
        shard.network().listen(at, {.backlog = 200, .share_port = true, .joins = at.port != 0});
    EXPECT_TRUE(listener) << (listener ? "" : listener.error().message);
    co_return std::move(*listener);
}

awaitable<void> share_a_port(RealRuntime& runtime) {
    Shard& here = runtime.shard(0);
    Shard& there = runtime.shard(1);
    const Endpoint any_port{"127.0.0.1", 0};
    auto first = co_await open_shared(here, any_port);
    const Endpoint at = first->local();
    auto open = [&there, at] { return open_shared(there, at); };
    auto second = co_await await_on(here, there, std::move(open));
    std::atomic<int> counts[2] = {0, 0};
    TaskGroup tasks(here);
    tasks.spawn(accept_here(here, first.get(), &counts[0]));
    auto work = [&there, &second, &counts] {
        spawn(there, accept_here(there, second.get(), &counts[1]));
    };
    co_await call_on(here, there, std::move(work));
    std::vector<std::unique_ptr<Stream>> clients;
    for (int i = 0; i < 100; ++i) {
        clients.push_back(co_await connect_to(here, at));
    }
    while (counts[0] + counts[1] < 100) {
        co_await sleep_for(here, 1ms);
    }
    EXPECT_GT(counts[0], 0);
    EXPECT_GT(counts[1], 0);
    first->close();
    auto close = [&second] { second.reset(); };
    co_await call_on(here, there, std::move(close));
    co_await tasks.join();
}

TEST_F(RealShards, ShareAPortAmongThemselves) {
    run(2, share_a_port);
}

awaitable<int> double_slowly(Shard& shard, int value) {
    co_await sleep_for(shard, 1ms);
    EXPECT_TRUE(shard.on_this_shard());
    co_return value * 2;
}

awaitable<void> hop(RealRuntime& runtime) {
    Shard& here = runtime.shard(0);
    const auto main_thread = std::this_thread::get_id();
    for (std::size_t i = 0; i < runtime.size(); ++i) {
        Shard& there = runtime.shard(i);
        for (int value = 0; value < 100; ++value) {
            auto work = [&there, value] { return there.on_this_shard() ? value * 2 : -1; };
            EXPECT_EQ(co_await call_on(here, there, std::move(work)), value * 2);
            EXPECT_TRUE(here.on_this_shard());
        }
        auto make = [&there] { return double_slowly(there, 21); };
        EXPECT_EQ(co_await await_on(here, there, std::move(make)), 42);
    }
    auto blocking = [main_thread] { return std::this_thread::get_id() != main_thread; };
    EXPECT_TRUE(co_await run_blocking(here, std::move(blocking)));
    EXPECT_TRUE(here.on_this_shard());
    EXPECT_EQ(runtime.pool().threads(), 1U) << "started when needed, reused since";
}

TEST_F(RealShards, CallEachOtherAndThePool) {
    run(3, hop);
}

awaitable<void> count_down(Shard& shard, int rounds, int* left, Signal* changed) {
    for (int i = 0; i < rounds; ++i) {
        co_await sleep_for(shard, 100us);
    }
    --*left;
    changed->notify_all();
}

awaitable<void> wait_for_tasks(RealRuntime& runtime) {
    Shard& shard = runtime.shard(0);
    Signal changed(shard);
    TaskGroup tasks(shard);
    int left = 50;
    for (int i = 0; i < 50; ++i) {
        tasks.spawn(count_down(shard, i % 5, &left, &changed));
    }
    while (left > 0) {
        EXPECT_TRUE(co_await changed.wait_until(never));
    }
    co_await tasks.join();
    EXPECT_EQ(tasks.size(), 0U);
    const Time start = shard.clock().now();
    EXPECT_FALSE(co_await changed.wait_until(start + 5ms)) << "nobody notifies";
    EXPECT_GE(shard.clock().now(), start + 5ms);
    EXPECT_FALSE(co_await changed.wait_until(start)) << "the deadline has passed";
}

TEST_F(RealShards, TimersSignalsAndTasksWork) {
    run(1, wait_for_tasks);
}

awaitable<void> post_in_order(RealRuntime& runtime) {
    Shard& here = runtime.shard(0);
    Shard& there = runtime.shard(1);
    std::vector<int> seen;  // of the other shard alone, until the last
    Signal done(here);
    bool finished = false;
    for (int i = 0; i < 10'000; ++i) {
        there.post([&seen, i] { seen.push_back(i); });
    }
    there.post([&] {
        here.post([&] {
            finished = true;
            done.notify_all();
        });
    });
    while (!finished) {
        co_await done.wait_until(never);
    }
    std::vector<int> expected(10'000);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(seen, expected);
}

TEST_F(RealShards, PostKeepsTheOrderOfOneThread) {
    run(2, post_in_order);
}

awaitable<void> wait_for_nothing(std::shared_ptr<Signal> signal, std::shared_ptr<int> /*held*/) {
    co_await signal->wait_until(never);
}

awaitable<void> wait_forever(Shard& shard, std::shared_ptr<int> held) {
    const auto signal = std::make_shared<Signal>(shard);
    TaskGroup group(shard);
    group.spawn(wait_for_nothing(signal, held));
    auto listener = listen_on(shard, "127.0.0.1");
    auto client = co_await connect_to(shard, listener->local());
    std::vector<std::byte> buffer(10);
    ignore(co_await client->read_some(buffer), "nothing ever comes");
}

TEST(RealRuntime, DestroysWhatStillWaitsWhenItIsStopped) {
    const auto alive = std::make_shared<int>(0);
    {
        RealRuntime runtime({.shards = 2});
        for (std::size_t i = 0; i < 2; ++i) {
            Shard& shard = runtime.shard(i);
            shard.post([&shard, alive] { spawn(shard, wait_forever(shard, alive)); });
        }
        runtime.shard(0).post([&runtime] {
            Shard& shard = runtime.shard(0);
            shard.call_at(runtime.clock().now() + 5ms, [&runtime] { runtime.stop(); });
        });
        runtime.run();
        EXPECT_GT(alive.use_count(), 1);
    }
    EXPECT_EQ(alive.use_count(), 1);
}

TEST(RealRuntime, StartsInNoTimeAndIdlesWithoutCpu) {
    const RealClock clock;
    const Time start = clock.now();
    RealRuntime runtime({.shards = 4});
    Time running;
    std::thread stopper([&] {
        const auto before = process_usage();
        std::this_thread::sleep_for(200ms);
        EXPECT_LT(process_usage().cpu - before.cpu, 10ms);
        runtime.stop();
    });
    runtime.shard(3).post([&] { running = clock.now(); });
    runtime.run();
    stopper.join();
    EXPECT_LT(running - start, 20ms);
    EXPECT_EQ(runtime.pool().threads(), 0U);
}

TEST(RealRuntime, HandsStopSignalsToAShard) {
    RealRuntime runtime;
    std::vector<int> seen;
    {
        const StopSignals signals(runtime.shard(0), [&](int number) {
            seen.push_back(number);
            if (seen.size() == 2) {
                runtime.stop();
            }
        });
        runtime.shard(0).post([] { ::raise(SIGTERM); });
        runtime.shard(0).post([] { ::raise(SIGINT); });
        runtime.run();
    }
    EXPECT_EQ(seen.size(), 2U);
}

TEST(Process, KnowsItsLimitsAndUsage) {
    const auto limit = raise_file_limit();
    ASSERT_TRUE(limit);
    EXPECT_GE(limit->now, limit->before);
    const auto usage = process_usage();
    EXPECT_GT(usage.resident_bytes, 1U << 20);
    EXPECT_GE(usage.open_files, 3U);
}

}  // namespace
}  // namespace barnabas::runtime
