// A consumer and a producer on one event loop, without a thread that waits: a coroutine reads a
// topic and sends what it reads to another, until it has seen as many records as are asked for.
//     coroutine_echo localhost:9092 questions answers 10
#include <barnabas/consumer.h>
#include <barnabas/event_loop.h>
#include <barnabas/producer.h>

#include <fmt/format.h>

#include <charconv>
#include <coroutine>
#include <cstdio>
#include <future>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using barnabas::Result;

/// Any coroutine type does, since a Future is awaited by all of them; this one starts at once and
/// leaves its result in a std::future, for main().
struct Task {
    struct promise_type {
        std::promise<Result<std::size_t>> result;

        Task get_return_object() { return {.result = result.get_future()}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_value(Result<std::size_t> value) { result.set_value(std::move(value)); }
        void unhandled_exception() { result.set_exception(std::current_exception()); }
    };
    std::future<Result<std::size_t>> result;
};

/// From the first co_await on it runs on the loop's thread. Parameters by value: nothing of the
/// caller's has to last.
Task echo(std::shared_ptr<barnabas::Consumer> consumer,
          std::shared_ptr<barnabas::Producer> producer, std::string to, std::size_t wanted) {
    std::size_t seen = 0;
    while (seen < wanted) {
        const auto records = co_await consumer->poll_async(1s);
        if (!records) {
            co_return std::unexpected(records.error());
        }
        for (const auto& record : *records) {
            const auto stored = co_await producer->send(
                {.topic = to, .key = record.key(), .value = record.value()});
            if (!stored) {
                co_return std::unexpected(stored.error());
            }
        }
        seen += records->size();
    }
    co_return seen;
}

Result<std::size_t> run(const std::string& brokers, const std::string& from, const std::string& to,
                        std::size_t wanted) {
    TRY_ASSIGN(const auto loop, barnabas::EventLoop::start());
    TRY_ASSIGN(auto consumer, barnabas::Consumer::create({{"bootstrap.servers", brokers},
                                                          {"group.id", "echo-" + from},
                                                          {"group.protocol", "consumer"},
                                                          {"auto.offset.reset", "earliest"}},
                                                         loop));
    TRY_ASSIGN(auto producer, barnabas::Producer::create({{"bootstrap.servers", brokers}}, loop));
    TRY(consumer.subscribe({from}));
    const auto shared_consumer = std::make_shared<barnabas::Consumer>(std::move(consumer));
    const auto shared_producer = std::make_shared<barnabas::Producer>(std::move(producer));
    auto task = echo(shared_consumer, shared_producer, to, wanted);
    const auto seen = task.result.get();  // main() has nothing else to do
    TRY(shared_producer->close());
    TRY(shared_consumer->close());
    return seen;
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t wanted = 0;
    if (argc == 5) {
        const std::string_view text(argv[4]);
        std::from_chars(text.data(), text.data() + text.size(), wanted);
    }
    if (wanted == 0) {
        fmt::print(stderr, "usage: {} <bootstrap.servers> <from> <to> <records>\n", argv[0]);
        return 2;
    }
    const auto seen = run(argv[1], argv[2], argv[3], wanted);
    if (!seen) {
        fmt::print(stderr, "{}: {}\n", seen.error().code, seen.error().message);
        return 1;
    }
    fmt::print("{} records answered\n", *seen);
    return 0;
}
