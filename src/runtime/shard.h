#pragma once

#include "base/time.h"
#include "runtime/blocking_pool.h"
#include "runtime/clock.h"
#include "runtime/network.h"
#include "runtime/random.h"
#include "runtime/suspended.h"
#include "runtime/timer_queue.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>

namespace barnabas::runtime {

/// One thread's worth of the process: an event loop and the ports that belong to it. Everything
/// that is created on a shard is used and destroyed on it; other threads only call post().
/// In simulation all shards of all machines share one thread and one simulated clock.
class Shard {
public:
    virtual ~Shard() = default;

    [[nodiscard]] virtual std::size_t index() const = 0;
    [[nodiscard]] virtual boost::asio::any_io_executor executor() = 0;
    [[nodiscard]] virtual const Clock& clock() const = 0;
    [[nodiscard]] virtual Random& random() = 0;
    [[nodiscard]] virtual Network& network() = 0;
    [[nodiscard]] virtual BlockingPool& pool() = 0;

    /// Runs `task` on this shard, soon, in the order of posting from one thread. From any thread.
    virtual void post(std::move_only_function<void()> task) = 0;
    /// Runs `task` on this shard at `when` (or soon, if that is past). On this shard only.
    virtual TimerId call_at(Time when, std::move_only_function<void()> task) = 0;
    /// The task of `timer` will not run; nothing happens if it ran or was cancelled.
    virtual void cancel(TimerId timer) = 0;
    /// More work of the same kind is on its way, and who sends it waits for no answer to what came
    /// before: a real shard lets it gather for a moment before it looks again, so that one wake-up
    /// serves several. On this shard only.
    virtual void expect_more() = 0;
    /// True on the shard's own thread.
    [[nodiscard]] virtual bool on_this_shard() const = 0;
    /// The loop is over for good: posts and timers are dropped, what waits is destroyed.
    [[nodiscard]] virtual bool stopped() const = 0;

    /// What waits here to be woken: for tasks.h and the shard itself.
    [[nodiscard]] Suspended& suspended() { return suspended_; }

private:
    Suspended suspended_;
};

}  // namespace barnabas::runtime
