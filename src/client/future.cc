#include "base/invariant.h"
#include <barnabas/future.h>

#include <condition_variable>
#include <mutex>

namespace barnabas::detail {

/// A thread in wait(), on its own stack. It stays until wake() has let go of the lock.
struct FutureCore::Sleeper {
    std::mutex mutex;
    std::condition_variable changed;
    bool woken = false;

    void wake() {
        const std::lock_guard lock(mutex);
        woken = true;
        changed.notify_one();
    }
    /// False after `at_most`.
    bool sleep(std::optional<Duration> at_most) {
        std::unique_lock lock(mutex);
        const auto is_woken = [this] { return woken; };
        if (at_most) {
            return changed.wait_for(lock, *at_most, is_woken);
        }
        changed.wait(lock, is_woken);
        return true;
    }
};

void FutureCore::finish() {
    switch (phase_.exchange(Phase::done, std::memory_order_acq_rel)) {
        case Phase::pending:
            return;
        case Phase::sleeping:
            sleeper_->wake();
            return;
        case Phase::continued: {
            auto next = std::exchange(next_, nullptr);
            if (loop_->is_current()) {
                next();
            } else {
                go_on(std::move(next));
            }
            return;
        }
        case Phase::done:
            break;
    }
    INVARIANT(false, "a future is finished twice");
}

void FutureCore::go_on(std::move_only_function<void()> next) {
    if (!loop_->post(next)) {
        next();
    }
}

bool FutureCore::wait(std::optional<Duration> at_most) {
    INVARIANT(!loop_->is_current(),
              "a callback waits for its own event loop: use then() or co_await there");
    Sleeper sleeper;
    sleeper_ = &sleeper;
    Phase was = Phase::pending;
    if (!phase_.compare_exchange_strong(was, Phase::sleeping, std::memory_order_acq_rel)) {
        INVARIANT(was == Phase::done, "two wait for one future");
        return true;
    }
    if (sleeper.sleep(at_most)) {
        return true;
    }
    was = Phase::sleeping;
    if (phase_.compare_exchange_strong(was, Phase::pending, std::memory_order_acq_rel)) {
        return false;
    }
    // Finished just now: wake() is about to touch what is on our stack.
    sleeper.sleep(std::nullopt);
    return true;
}

void FutureCore::on_done(std::move_only_function<void()> next) {
    next_ = std::move(next);
    Phase was = Phase::pending;
    if (!phase_.compare_exchange_strong(was, Phase::continued, std::memory_order_acq_rel)) {
        INVARIANT(was == Phase::done, "two wait for one future");
        go_on(std::exchange(next_, nullptr));
    }
}

void future_misused(const char* how) {
    invariant_failed(__FILE__, __LINE__, "a future is used once", how);
}

}  // namespace barnabas::detail
