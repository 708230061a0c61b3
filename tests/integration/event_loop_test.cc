// Event loops as they are: threads of their own, several in one process.
#include "client/loop.h"
#include <barnabas/event_loop.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<EventLoop> loop() {
    auto started = EventLoop::start();
    EXPECT_TRUE(started);
    return *started;
}

awaitable<Result<int>> sleep_and_add(runtime::Shard& shard, int a, int b) {
    co_await runtime::sleep_for(shard, 1ms);
    co_return a + b;
}

awaitable<Result<int>> sleep_for_a_day(runtime::Shard& shard) {
    co_await runtime::sleep_for(shard, 24h);
    co_return 0;
}

TEST(EventLoop, RunsWhatIsPostedOnItsThreadInOrder) {
    std::vector<int> ran;
    std::atomic<int> on_loop = 0;
    {
        const auto one = loop();
        EXPECT_FALSE(one->is_current());
        for (int i = 0; i < 100; ++i) {
            one->post([&, i] {
                ran.push_back(i);
                on_loop += one->is_current() ? 1 : 0;
            });
        }
    }  // its end waits for all of it
    ASSERT_EQ(ran.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(ran));
    EXPECT_EQ(on_loop, 100);
}

TEST(EventLoop, LivesBesideOthers) {
    std::vector<std::shared_ptr<EventLoop>> loops;
    std::vector<Future<int>> futures;
    for (int i = 0; i < 8; ++i) {
        loops.push_back(loop());
        const Loop where = Loop::of(*loops.back());
        futures.push_back(
            start(where, [shard = where.shard, i] { return sleep_and_add(*shard, i, 100); }));
    }
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(futures[static_cast<std::size_t>(i)].get().value(), 100 + i);
        loops[static_cast<std::size_t>(i)].reset();  // the others go on
    }
}

TEST(EventLoop, MayBeLetGoOfOnItsOwnThread) {
    std::promise<void> gone;
    auto is_gone = gone.get_future();
    auto one = loop();
    auto* raw = one.get();
    raw->post([last = std::move(one), said = std::move(gone)]() mutable {
        last.reset();
        said.set_value();
    });
    is_gone.wait();
}

TEST(EventLoop, RunsWorkForAThreadThatWaits) {
    const auto one = loop();
    const Loop where = Loop::of(*one);
    int steps = 0;
    EXPECT_TRUE(run_and_wait(where, [&] {
        ++steps;
        EXPECT_TRUE(one->is_current());
        EXPECT_TRUE(run_and_wait(where, [&] { ++steps; })) << "there already";
    }));
    EXPECT_EQ(steps, 2);
}

TEST(EventLoop, AnswersWhatItCannotDoAnyMore) {
    Loop where;
    Future<int> waits;
    Future<void> never_set;
    Promise<void> kept;
    {
        const auto one = loop();
        where = Loop::of(*one);
        kept = Promise<void>(where.thread);
        never_set = kept.future();
        auto forever = [shard = where.shard]() -> awaitable<Result<int>> {
            return sleep_and_add(*shard, 1, 2);
        };
        waits = start(where, [shard = where.shard] { return sleep_for_a_day(*shard); });
        EXPECT_EQ(start(where, forever).get().value(), 3);
    }
    const auto given_up = waits.get();
    ASSERT_FALSE(given_up);
    EXPECT_THAT(given_up.error().message, HasSubstr("the client ended"));
    const auto late = run_and_wait(where, [] { ADD_FAILURE() << "nobody is there"; });
    ASSERT_FALSE(late);
    EXPECT_THAT(late.error().message, HasSubstr("the client ended"));
    EXPECT_FALSE(start(where, [shard = where.shard] { return sleep_for_a_day(*shard); }).get());
    bool called = false;
    never_set.then([&](Result<void> result) { called = result.has_value(); });
    kept.set({});
    EXPECT_TRUE(called) << "on the thread that sets it";
}

/// A library that changes how its process takes signals would surprise it.
TEST(EventLoop, LeavesTheProcessItsSignals) {
    struct sigaction before{};
    ASSERT_EQ(sigaction(SIGPIPE, nullptr, &before), 0);
    const auto one = loop();
    struct sigaction after{};
    ASSERT_EQ(sigaction(SIGPIPE, nullptr, &after), 0);
    EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(EventLoop, IsSafeAmongThreads) {
    std::atomic<int> ran = 0;
    {
        const auto one = loop();
        const Loop where = Loop::of(*one);
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 200; ++i) {
                    auto sum = start(
                        where, [shard = where.shard, i] { return sleep_and_add(*shard, i, i); });
                    if (i % 2 == 0) {
                        sum.then([&](Result<int> result) { ran += result ? 1 : 0; });
                    } else {
                        ran += sum.get().value() == 2 * i ? 1 : 0;
                    }
                }
            });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        // The last continuations still wait for their millisecond.
        EXPECT_TRUE(
            start(where, [shard = where.shard] { return sleep_and_add(*shard, 1, 1); }).get());
    }
    EXPECT_EQ(ran, 800);
}

}  // namespace
}  // namespace barnabas::client
