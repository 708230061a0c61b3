#pragma once

#include "runtime/shard.h"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace barnabas::runtime {

/// What coroutines wait with. All of it works alike on real and simulated shards.

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

    /// Until notify_all() (true) or `deadline` (false).
    awaitable<bool> wait_until(Time deadline);
    void notify_all();

private:
    struct State;
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
    ~TaskGroup();  // INVARIANT: empty

    void spawn(awaitable<void> task);
    [[nodiscard]] std::size_t size() const;
    awaitable<void> join();

private:
    struct State;
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
/// result.
template <class Make>
auto await_on(Shard& from, Shard& to, Make make) -> std::invoke_result_t<Make&>;

}  // namespace barnabas::runtime
