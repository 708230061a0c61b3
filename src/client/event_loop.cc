#include "base/invariant.h"
#include "client/client_log.h"
#include "client/event_loop_impl.h"

#include <functional>
#include <future>
#include <mutex>
#include <system_error>
#include <utility>

namespace barnabas {

/// How other threads reach the loop as long as it runs; outlives it.
class EventLoop::Impl::Door final : public LoopThread {
public:
    /// On the loop's thread, before anybody knocks.
    void open(runtime::Shard& shard) {
        shard_ = &shard;
        thread_ = std::this_thread::get_id();
        open_ = true;
    }
    bool post(std::move_only_function<void()>& task) override {
        const std::lock_guard lock(mutex_);
        if (!open_) {
            return false;
        }
        shard_->post(std::move(task));
        return true;
    }
    bool is_current() const override { return std::this_thread::get_id() == thread_; }
    /// Nobody gets in any more; `last` runs behind all that was posted. False if it was closed.
    bool close(std::move_only_function<void()> last) {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(open_, false)) {
            return false;
        }
        shard_->post(std::move(last));
        return true;
    }

private:
    std::mutex mutex_;
    runtime::Shard* shard_ = nullptr;
    std::thread::id thread_;
    bool open_ = false;
};

EventLoop::Impl::Impl(Logger log) : log_(std::move(log)), door_(std::make_shared<Door>()) {}

EventLoop::Impl::~Impl() {
    INVARIANT(!runner_.joinable(), "an event loop goes while its thread runs");
}

std::shared_ptr<LoopThread> EventLoop::Impl::thread() const {
    return door_;
}

Result<void> EventLoop::Impl::start() {
    std::promise<void> promise;
    const auto is_open = promise.get_future();
    auto body = [self = shared_from_this(), opened = std::move(promise)]() mutable {
        // The process's signals are its own: what a client writes asks for no SIGPIPE.
        runtime::RealRuntime runtime(
            {.shards = 1, .pool_threads_max = 2, .ignores_sigpipe = false});
        self->runtime_ = &runtime;
        self->door_->open(runtime.shard(0));
        opened.set_value();
        runtime.run();
    };
    try {
        runner_ = std::thread(std::move(body));
    } catch (const std::system_error& error) {
        return fail(ErrorCode::unknown_server_error, "cannot start an event loop's thread: {}",
                    error.what());
    }
    is_open.wait();
    return {};
}

void EventLoop::Impl::stop() {
    // What the last tasks post themselves is taken along: hence the second round.
    auto last = [this] { shard().post([this] { runtime_->stop(); }); };
    const bool was_open = door_->close(std::move(last));
    INVARIANT(was_open, "an event loop is stopped twice");
    if (door_->is_current()) {
        runner_.detach();
    } else {
        runner_.join();
    }
}

Result<std::shared_ptr<EventLoop>> EventLoop::start(ClientLog log) {
    auto impl = std::make_shared<Impl>(client::make_logger(std::move(log)));
    TRY(impl->start());
    return std::shared_ptr<EventLoop>(new EventLoop(std::move(impl)));
}

EventLoop::~EventLoop() {
    impl_->stop();  // the thread keeps the rest until it has ended
}

void EventLoop::post(std::move_only_function<void()> task) {
    const bool posted = impl_->thread()->post(task);
    INVARIANT(posted, "a task is posted to an event loop that is being destroyed");
}

bool EventLoop::is_current() const {
    return impl_->thread()->is_current();
}

}  // namespace barnabas
