#pragma once

#include "base/invariant.h"
#include "base/logger.h"
#include "runtime/tasks.h"
#include <barnabas/event_loop.h>
#include <barnabas/future.h>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace barnabas::client {

using runtime::awaitable;

/// Where a client lives: a shard, and the thread that its futures go on on. Copied freely. Of an
/// EventLoop, or of a simulated machine, so that a whole client runs in a simulation.
struct Loop {
    runtime::Shard* shard = nullptr;
    std::shared_ptr<LoopThread> thread;
    Logger log{};  ///< of its clients; of a simulated machine: silent

    /// Holds on to nothing: the client keeps its EventLoop.
    static Loop of(EventLoop& loop);
    /// For simulations and tests. Futures must not outlive the shard.
    static Loop of(runtime::Shard& shard);
};

/// The EventLoop itself, or one that is started here if there is none.
[[nodiscard]] Result<std::shared_ptr<EventLoop>> loop_or_new(std::shared_ptr<EventLoop> loop);

/// Runs `work` on the loop and blocks until it has returned; at once when already there. An error
/// (unknown_server_error) if the loop is over.
[[nodiscard]] Result<void> run_and_wait(const Loop& loop, std::move_only_function<void()> work);

namespace detail {

template <class Make, class T>
awaitable<void> run_for(std::unique_ptr<Make> make, Promise<T> promise) {
    promise.set(co_await (*make)());
}

}  // namespace detail

/// Starts the coroutine that `make` returns (awaitable<Result<T>>) on the loop; the future has its
/// result. From any thread. `make` and what it holds live until the coroutine has ended, on the
/// loop's thread.
template <class Make>
[[nodiscard]] auto start(const Loop& loop, Make make) {
    using T = typename std::invoke_result_t<Make&>::value_type::value_type;
    Promise<T> promise(loop.thread);
    Future<T> future = promise.future();
    std::move_only_function<void()> task = [shard = loop.shard,
                                            maker = std::make_unique<Make>(std::move(make)),
                                            owed = std::move(promise)]() mutable {
        runtime::spawn(*shard, detail::run_for(std::move(maker), std::move(owed)));
    };
    // Where the loop is over the task goes, and its promise says so.
    static_cast<void>(loop.thread->post(task));
    return future;
}

/// Waits for a future in a coroutine of the shard.
template <class T>
awaitable<Result<T>> await_future(runtime::Shard& shard, Future<T> future) {
    std::optional<Result<T>> result;
    auto begin = [&future, &result](runtime::Wakeup wakeup) {
        future.then([&result, wakeup](Result<T> got) {
            result.emplace(std::move(got));
            wakeup.post();
        });
    };
    co_await runtime::suspend(shard, std::move(begin));
    INVARIANT(result, "a future went on without its result");
    co_return std::move(*result);
}

}  // namespace barnabas::client
