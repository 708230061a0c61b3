#pragma once

#include <barnabas/client_log.h>
#include <barnabas/future.h>
#include <barnabas/result.h>

#include <functional>
#include <memory>

namespace barnabas {

/// One thread on which any number of clients live: their sockets, timers and callbacks. Each
/// client takes a std::shared_ptr of it; without one, a client starts its own. Besides the thread
/// itself there are at most two more, which resolve names and compress large batches while there
/// is something of the kind to do.
///
/// Callbacks and continuations run on this thread and must not block it: all of its clients would
/// stand still.
class EventLoop {
public:
    /// The thread runs when this returns. Several in one process do not know of each other. `log`
    /// is that of all clients on the loop; one that a client starts for itself has the standard
    /// one: warnings on standard error.
    [[nodiscard]] static Result<std::shared_ptr<EventLoop>> start(ClientLog log = {});

    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    /// Runs what was posted, then ends the thread. On that thread itself (the last client went in a
    /// callback) it does not wait for the end.
    ~EventLoop();

    /// Runs `task` on the loop's thread, soon. From any thread.
    void post(std::move_only_function<void()> task);
    /// True on the loop's own thread.
    [[nodiscard]] bool is_current() const;

    /// The inside, for Barnabas' own clients.
    class Impl;
    [[nodiscard]] Impl& impl() { return *impl_; }

private:
    explicit EventLoop(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

    std::shared_ptr<Impl> impl_;
};

}  // namespace barnabas
