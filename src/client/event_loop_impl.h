#pragma once

#include "base/logger.h"
#include "runtime/real/real_runtime.h"
#include <barnabas/event_loop.h>

#include <memory>
#include <thread>

namespace barnabas {

/// The inside of an EventLoop: a runtime of one shard, which its own thread makes, runs and
/// destroys. Shared by the EventLoop and that thread, so that either may go first.
class EventLoop::Impl : public std::enable_shared_from_this<EventLoop::Impl> {
public:
    explicit Impl(Logger log);
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl();

    /// Starts the thread and waits until its loop is there.
    [[nodiscard]] Result<void> start();
    /// Runs what was posted, then ends. Waits for the end, unless called on the loop's own thread.
    void stop();

    /// Until stop().
    [[nodiscard]] runtime::Shard& shard() { return runtime_->shard(0); }
    [[nodiscard]] std::shared_ptr<LoopThread> thread() const;
    /// Of all clients on the loop.
    [[nodiscard]] const Logger& log() const { return log_; }

private:
    class Door;

    const Logger log_;
    std::shared_ptr<Door> door_;
    runtime::RealRuntime* runtime_ = nullptr;  // on the thread's stack
    std::thread runner_;
};

}  // namespace barnabas
