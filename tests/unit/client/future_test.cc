#include <barnabas/future.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace barnabas {
namespace {

using ::testing::HasSubstr;

/// A thread with a queue.
class Worker final : public LoopThread {
public:
    Worker() : thread_([this] { run(); }) {}
    ~Worker() override { stop(); }

    bool post(std::move_only_function<void()>& task) override {
        const std::lock_guard lock(mutex_);
        if (over_) {
            return false;
        }
        tasks_.push_back(std::move(task));
        changed_.notify_one();
        return true;
    }
    void run_there(std::move_only_function<void()> task) { EXPECT_TRUE(post(task)); }
    [[nodiscard]] bool is_current() const override {
        return std::this_thread::get_id() == thread_.get_id();
    }
    /// What was posted is run first.
    void stop() {
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
            changed_.notify_one();
        }
        if (thread_.joinable()) {
            thread_.join();
        }
    }

private:
    void run() {
        for (;;) {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return over_ || !tasks_.empty(); });
            if (tasks_.empty()) {
                return;
            }
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::move_only_function<void()>> tasks_;
    bool over_ = false;
    std::thread thread_;
};

/// A worker that has ended, with all that it held, before the test is over.
class Working {
public:
    Working() = default;
    Working(const Working&) = delete;
    Working& operator=(const Working&) = delete;
    ~Working() { worker_->stop(); }

    operator std::shared_ptr<LoopThread>() const { return worker_; }
    Worker* operator->() const { return worker_.get(); }
    Worker& operator*() const { return *worker_; }

private:
    std::shared_ptr<Worker> worker_ = std::make_shared<Worker>();
};

/// A coroutine that nobody waits for.
struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

Detached add_up(std::vector<Future<int>> futures, Worker& worker, Promise<int> sum) {
    int total = 0;
    for (auto& future : futures) {
        const auto result = co_await std::move(future);
        EXPECT_TRUE(worker.is_current());
        total += result.value_or(1000);
    }
    sum.set(total);
}

TEST(Future, HasItsResultWhoeverComesFirst) {
    const Working worker;
    Promise<std::string> early(worker);
    Future<std::string> has = early.future();
    EXPECT_FALSE(has.ready());
    early.set("set first");
    EXPECT_TRUE(has.ready());
    EXPECT_EQ(has.get().value(), "set first");
    EXPECT_FALSE(has.valid());

    Promise<void> failing(worker);
    failing.set(fail(ErrorCode::invalid_topic_exception, "no"));
    EXPECT_EQ(failing.future().get().error().message, "no");

    Promise<std::unique_ptr<int>> late(worker);
    auto waits = late.future();
    worker->run_there([owed = std::move(late)]() mutable { owed.set(std::make_unique<int>(7)); });
    EXPECT_EQ(**waits.get(), 7);
}

TEST(Future, CanBeAskedAgainAfterATimeout) {
    const Working worker;
    Promise<int> promise(worker);
    auto future = promise.future();
    EXPECT_FALSE(future.wait_for(1ms));
    EXPECT_FALSE(future.wait_for(0ms));
    EXPECT_TRUE(future.valid());
    promise.set(3);
    const auto result = future.wait_for(10s);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->value(), 3);
    EXPECT_FALSE(future.valid());
}

TEST(Future, GoesOnOnTheLoopsThread) {
    const Working worker;
    for (const bool set_first : {true, false}) {
        for (const bool set_there : {true, false}) {
            SCOPED_TRACE(fmt::format("set first {}, set there {}", set_first, set_there));
            Promise<int> promise(worker);
            auto future = promise.future();
            Promise<bool> done(worker);
            auto on_loop = done.future();
            auto next = [&worker, owed = std::move(done)](Result<int> got) mutable {
                EXPECT_EQ(got.value(), 5);
                owed.set(worker->is_current());
            };
            Promise<void> was_set(worker);
            auto is_set = was_set.future();
            std::move_only_function<void()> set = [owed = std::move(promise),
                                                   said = std::move(was_set)]() mutable {
                owed.set(5);
                said.set({});
            };
            if (!set_first) {
                future.then(std::move(next));
            }
            if (set_there) {
                worker->run_there(std::move(set));
            } else {
                set();
            }
            if (set_first) {
                EXPECT_TRUE(is_set.get());
                future.then(std::move(next));
            }
            EXPECT_EQ(on_loop.get().value(), true);
        }
    }
}

TEST(Future, IsAwaitedByCoroutines) {
    const Working worker;
    Promise<int> promises[] = {Promise<int>(worker), Promise<int>(worker), Promise<int>(worker)};
    std::vector<Future<int>> futures;
    for (auto& promise : promises) {
        futures.push_back(promise.future());
    }
    promises[0].set(1);  // before anybody waits
    Promise<int> sum(worker);
    auto total = sum.future();
    add_up(std::move(futures), *worker, std::move(sum));
    promises[2].set(fail(ErrorCode::unknown_server_error, "counts as 1000"));
    worker->run_there([&] { promises[1].set(20); });
    EXPECT_EQ(total.get().value(), 1021);
}

TEST(Future, GetsAnErrorWhenItsPromiseGoes) {
    const Working worker;
    Future<int> future;
    {
        Promise<int> promise(worker);
        future = promise.future();
    }
    EXPECT_THAT(future.get().error().message, HasSubstr("the client ended"));
    Promise<int> replaced(worker);
    auto first = replaced.future();
    replaced = Promise<int>(worker);
    EXPECT_FALSE(first.get());
}

TEST(Future, GoesOnOnTheCallersThreadWhenTheLoopIsOver) {
    const Working worker;
    worker->stop();
    Promise<int> promise(worker);
    int got = 0;
    auto future = promise.future();
    future.then([&](Result<int> result) { got = result.value(); });
    promise.set(1);
    EXPECT_EQ(got, 1);
    Promise<int> set_before(worker);
    set_before.set(2);
    set_before.future().then([&](Result<int> result) { got = result.value(); });
    EXPECT_EQ(got, 2);
}

TEST(Future, DroppedIsHarmless) {
    const Working worker;
    Promise<int> promise(worker);
    {
        const auto dropped = promise.future();
    }
    promise.set(1);
}

TEST(FutureDeathTest, EndsTheProcessWhenItIsMisused) {
    const Working worker;
    EXPECT_DEATH({ static_cast<void>(Future<int>().get()); }, "without a result");
    EXPECT_DEATH(
        {
            Promise<int> promise(worker);
            const auto first = promise.future();
            const auto second = promise.future();
        },
        "taken twice");
    EXPECT_DEATH(
        {
            Promise<int> promise(worker);
            promise.set(1);
            promise.set(2);
        },
        "set twice");
}

/// Threads that wait in every way while others set: what the thread sanitizer looks at.
TEST(Future, IsSafeAmongThreads) {
    constexpr int rounds = 300;
    const Working worker;
    std::atomic<int> sum = 0;
    std::atomic<int> continued = 0;
    for (int i = 0; i < rounds; ++i) {
        Promise<int> promise(worker);
        auto future = promise.future();
        std::thread setter([owed = std::move(promise)]() mutable { owed.set(1); });
        switch (i % 3) {
            case 0:
                sum += future.get().value();
                break;
            case 1:
                for (;;) {
                    if (const auto result = future.wait_for(10us)) {
                        sum += result->value();
                        break;
                    }
                }
                break;
            default:
                future.then([&](Result<int> result) {
                    sum += result.value();
                    ++continued;
                });
        }
        setter.join();
    }
    worker->stop();
    EXPECT_EQ(sum, rounds);
    EXPECT_EQ(continued, rounds / 3);
}

}  // namespace
}  // namespace barnabas
