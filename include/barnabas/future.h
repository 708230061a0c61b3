#pragma once

#include <barnabas/result.h>
#include <barnabas/time.h>

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace barnabas {

/// The thread on which a client lives and on which futures go on: an EventLoop's.
class LoopThread {
public:
    virtual ~LoopThread() = default;
    /// Runs `task` on the thread, soon, in the order of posting from one thread. From any thread.
    /// False, with nothing done and `task` as it was, if the loop is over.
    [[nodiscard]] virtual bool post(std::move_only_function<void()>& task) = 0;
    [[nodiscard]] virtual bool is_current() const = 0;
};

namespace detail {

/// What a future and its promise share, but for the result. The promise's side calls finish() once;
/// of the future's side one call at a time waits, and after it was told that the result is there
/// nobody calls again. Safe between the two.
class FutureCore {
public:
    explicit FutureCore(std::shared_ptr<LoopThread> loop) : loop_(std::move(loop)) {}
    FutureCore(const FutureCore&) = delete;
    FutureCore& operator=(const FutureCore&) = delete;
    ~FutureCore() = default;

    [[nodiscard]] bool done() const {
        return phase_.load(std::memory_order_acquire) == Phase::done;
    }
    [[nodiscard]] bool on_loop() const { return loop_->is_current(); }

    /// The result has been stored: wakes or calls who waits for it.
    void finish();
    /// Blocks until done() or for `at_most`; says whether it is. INVARIANT: not on the loop.
    bool wait(std::optional<Duration> at_most);
    /// `next` runs on the loop's thread when done(); where that is over, on the caller's.
    void on_done(std::move_only_function<void()> next);

private:
    struct Sleeper;
    enum class Phase : std::uint8_t { pending, sleeping, continued, done };

    void go_on(std::move_only_function<void()> next);

    std::shared_ptr<LoopThread> loop_;
    std::move_only_function<void()> next_;  // while `continued`
    Sleeper* sleeper_ = nullptr;            // while `sleeping`
    std::atomic<Phase> phase_ = Phase::pending;
};

template <class T>
struct FutureState : FutureCore {
    using FutureCore::FutureCore;
    std::optional<Result<T>> result;
};

[[noreturn]] void future_misused(const char* how);

}  // namespace detail

template <class T>
class Promise;

/// The result of an operation that goes on on a client's event loop. Move-only. Taken once, by one
/// of get(), wait_for(), then() or co_await, after which valid() is false; using it then is a bug
/// that ends the process. May be dropped: the operation goes on. Each call may come from any
/// thread, one at a time.
///
/// A client that ends answers all that it still owes, so that no future waits for ever.
template <class T = void>
class [[nodiscard]] Future {
public:
    using value_type = Result<T>;

    Future() = default;  // valid() is false

    [[nodiscard]] bool valid() const { return state_ != nullptr; }
    [[nodiscard]] bool ready() const { return state_ != nullptr && state_->done(); }

    /// Blocks until the result is there. Never on the loop's own thread (in callbacks), which would
    /// wait for itself: that ends the process.
    Result<T> get() {
        auto state = take();
        state->wait(std::nullopt);
        return std::move(*state->result);
    }
    /// As get(), but nothing if it takes longer than `at_most`; the future may be asked again.
    std::optional<Result<T>> wait_for(Duration at_most) {
        auto state = take();
        if (!state->wait(at_most)) {
            state_ = std::move(state);
            return std::nullopt;
        }
        return std::move(*state->result);
    }
    /// Calls `next` with the result, once, on the loop's thread: never inside this call, unless the
    /// loop has ended. It must not block.
    void then(std::move_only_function<void(Result<T>)> next) {
        auto state = take();
        auto& core = *state;
        core.on_done([state = std::move(state), next = std::move(next)]() mutable {
            next(std::move(*state->result));
        });
    }

    /// For co_await, in coroutines of any kind: they go on on the loop's thread. A coroutine that
    /// waits here must not be destroyed.
    class Awaiter {
    public:
        explicit Awaiter(std::shared_ptr<detail::FutureState<T>> state)
            : state_(std::move(state)) {}
        [[nodiscard]] bool await_ready() const { return state_->done() && state_->on_loop(); }
        void await_suspend(std::coroutine_handle<> waiting) {
            state_->on_done([waiting] { waiting.resume(); });
        }
        Result<T> await_resume() { return std::move(*state_->result); }

    private:
        std::shared_ptr<detail::FutureState<T>> state_;
    };
    Awaiter operator co_await() && { return Awaiter(take()); }

private:
    friend class Promise<T>;
    explicit Future(std::shared_ptr<detail::FutureState<T>> state) : state_(std::move(state)) {}

    std::shared_ptr<detail::FutureState<T>> take() {
        if (state_ == nullptr) {
            detail::future_misused("a future without a result was asked for it");
        }
        return std::exchange(state_, nullptr);
    }

    std::shared_ptr<detail::FutureState<T>> state_;
};

/// The side of a Future that has the result. Move-only. One that goes before it was set answers
/// with an error.
template <class T = void>
class Promise {
public:
    Promise() = default;  // of no future
    /// `loop`: where the future goes on.
    explicit Promise(std::shared_ptr<LoopThread> loop)
        : state_(std::make_shared<detail::FutureState<T>>(std::move(loop))), future_(state_) {}
    Promise(Promise&&) noexcept = default;
    Promise& operator=(Promise&& other) noexcept {
        give_up();
        state_ = std::exchange(other.state_, nullptr);
        future_ = std::move(other.future_);
        return *this;
    }
    ~Promise() { give_up(); }

    /// Once, before or after set().
    Future<T> future() {
        if (!future_.valid()) {
            detail::future_misused("a promise's future was taken twice");
        }
        return std::move(future_);
    }
    /// Still to be set.
    explicit operator bool() const { return state_ != nullptr; }

    /// Once, on any thread. On the loop's thread whoever waits with then() or co_await goes on
    /// inside the call, and may well call the client again: bring your own state in order first.
    void set(Result<T> result) {
        if (state_ == nullptr) {
            detail::future_misused("a promise was set twice");
        }
        const auto state = std::exchange(state_, nullptr);
        state->result.emplace(std::move(result));
        state->finish();
    }

private:
    void give_up() {
        if (state_ != nullptr) {
            set(fail(ErrorCode::unknown_server_error,
                     "the client ended before it had an answer to this call"));
        }
    }

    std::shared_ptr<detail::FutureState<T>> state_;
    Future<T> future_;
};

}  // namespace barnabas
