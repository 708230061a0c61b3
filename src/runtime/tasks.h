#pragma once

#include "runtime/shard.h"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace barnabas::runtime {

/// What coroutines wait with. All of it works alike on real and simulated shards. Coroutines are
/// not cancelled: who stops one wakes it and lets it see why (so asio's || is not for these).

/// Wakes one suspended coroutine. Small, copied freely; using it again later does nothing.
class Wakeup {
public:
    Wakeup() = default;  // wakes nobody
    Wakeup(Shard& shard, Suspended::Ticket ticket) : shard_(&shard), ticket_(ticket) {}

    /// The coroutine goes on inside the call. On its shard, and not while it is being suspended.
    void operator()() const {
        if (shard_ != nullptr) {
            shard_->suspended().resume(ticket_);
        }
    }
    /// The coroutine goes on soon. From any thread.
    void post() const {
        if (shard_ != nullptr) {
            shard_->post(*this);
        }
    }

private:
    Shard* shard_ = nullptr;
    Suspended::Ticket ticket_;
};

/// Suspends the caller, which runs on `shard`, and hands `start` what wakes it. The one primitive
/// under all that follows.
awaitable<void> suspend(Shard& shard, std::move_only_function<void(Wakeup)> start);

/// Suspends for `how_long`.
awaitable<void> sleep_for(Shard& shard, Duration how_long);

/// A condition that coroutines of one shard wait for. Wakes are remembered by nobody: check the
/// condition, then wait, in a loop.
class Signal {
public:
    explicit Signal(Shard& shard);
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;
    ~Signal();  // wakes whoever still waits

    /// Until notify_all() (true) or `deadline` (false). Who is woken runs soon, not inside the
    /// call of notify_all(), and in the order of waiting.
    awaitable<bool> wait_until(Time deadline);
    void notify_all();

private:
    struct State;
    struct Waiter;
    static awaitable<bool> wait(std::shared_ptr<State> state, Time deadline);

    std::shared_ptr<State> state_;
};

/// Starts `task` on the shard; it runs at once up to its first suspension when called on the
/// shard. The owner counts its tasks and waits for them before it goes (see TaskGroup).
/// An exception that leaves `task` ends the process: none may.
void spawn(Shard& shard, awaitable<void> task);

/// Owns spawned coroutines: join() returns when all have ended. Lives on one shard.
class TaskGroup {
public:
    explicit TaskGroup(Shard& shard);
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup();  // INVARIANT: empty, unless the shard has stopped

    void spawn(awaitable<void> task);
    [[nodiscard]] std::size_t size() const;
    awaitable<void> join();

private:
    struct State;
    static awaitable<void> run(std::shared_ptr<State> state, awaitable<void> task);
    static awaitable<void> wait(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

/// Runs `work` (no arguments, any result) on the blocking pool; the coroutine goes on on `shard`.
template <class Work>
auto run_blocking(Shard& shard, Work work) -> awaitable<std::invoke_result_t<Work&>>;

/// Runs `work` on shard `to`; the coroutine goes on on `from`. Inline when they are the same.
/// `work` runs to its end there without waiting.
template <class Work>
auto call_on(Shard& from, Shard& to, Work work) -> awaitable<std::invoke_result_t<Work&>>;

/// Runs the coroutine that `make` returns on shard `to`; the caller goes on on `from` with its
/// result. `make` and what it holds live on the caller's side until then.
template <class Make>
auto await_on(Shard& from, Shard& to, Make make) -> std::invoke_result_t<Make&>;

// --- bodies -------------------------------------------------------------------------------------

namespace detail {

/// Work, its result and who waits for it, kept in the waiting coroutine's frame: what goes to the
/// other thread is one pointer.
template <class Work, class R>
struct Job {
    Work work;
    std::optional<std::conditional_t<std::is_void_v<R>, bool, R>> result{};
    Wakeup wakeup{};

    void run() {
        if constexpr (std::is_void_v<R>) {
            work();
            result.emplace(true);
        } else {
            result.emplace(work());
        }
        wakeup.post();
    }
    R take() {
        if constexpr (!std::is_void_v<R>) {
            return std::move(*result);
        }
    }
};

template <class Make, class R>
awaitable<void> run_coroutine(Job<Make, R>* job) {
    if constexpr (std::is_void_v<R>) {
        co_await job->work();
        job->result.emplace(true);
    } else {
        job->result.emplace(co_await job->work());
    }
    job->wakeup.post();
}

}  // namespace detail

template <class Work>
auto run_blocking(Shard& shard, Work work) -> awaitable<std::invoke_result_t<Work&>> {
    detail::Job<Work, std::invoke_result_t<Work&>> job{std::move(work)};
    auto start = [&job, &shard](Wakeup wakeup) {
        job.wakeup = wakeup;
        shard.pool().submit([&job] { job.run(); });
    };
    co_await suspend(shard, std::move(start));
    co_return job.take();
}

template <class Work>
auto call_on(Shard& from, Shard& to, Work work) -> awaitable<std::invoke_result_t<Work&>> {
    if (&from == &to) {
        co_return work();
    }
    detail::Job<Work, std::invoke_result_t<Work&>> job{std::move(work)};
    auto start = [&job, &to](Wakeup wakeup) {
        job.wakeup = wakeup;
        to.post([&job] { job.run(); });
    };
    co_await suspend(from, std::move(start));
    co_return job.take();
}

template <class Make>
auto await_on(Shard& from, Shard& to, Make make) -> std::invoke_result_t<Make&> {
    using R = typename std::invoke_result_t<Make&>::value_type;
    if (&from == &to) {
        co_return co_await make();
    }
    detail::Job<Make, R> job{std::move(make)};
    auto start = [&job, &to](Wakeup wakeup) {
        job.wakeup = wakeup;
        to.post([&job, &to] { spawn(to, detail::run_coroutine(&job)); });
    };
    co_await suspend(from, std::move(start));
    co_return job.take();
}

}  // namespace barnabas::runtime
