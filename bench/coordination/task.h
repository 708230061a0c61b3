#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace coordination_bench {

template <class T>
class Task;

/// What the promises of all tasks have in common: a task starts when it is awaited, and its end
/// resumes whoever awaits it. An exception ends the program: nothing here throws on purpose.
class TaskPromise {
public:
    struct ResumeAwaiter {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        [[nodiscard]] std::coroutine_handle<> await_suspend(
            std::coroutine_handle<Promise> done) const noexcept {
            return done.promise().awaiter;
        }
        void await_resume() const noexcept {}
    };

    std::suspend_always initial_suspend() noexcept { return {}; }
    ResumeAwaiter final_suspend() noexcept { return {}; }
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }

    std::coroutine_handle<> awaiter = std::noop_coroutine();
};

/// A coroutine of the one thread that this program has. Move-only; owns its frame, and must be
/// awaited once, to its end.
template <class T = void>
class [[nodiscard]] Task {
public:
    struct promise_type : TaskPromise {
        Task get_return_object() {
            return Task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        void return_value(T result) { value.emplace(std::move(result)); }

        std::optional<T> value;
    };

    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (frame_) {
            frame_.destroy();
        }
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
        frame_.promise().awaiter = awaiter;
        return frame_;
    }
    T await_resume() { return std::move(*frame_.promise().value); }

private:
    explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

    std::coroutine_handle<promise_type> frame_;
};

template <>
class [[nodiscard]] Task<void> {
public:
    struct promise_type : TaskPromise {
        Task get_return_object() {
            return Task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        void return_void() {}
    };

    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (frame_) {
            frame_.destroy();
        }
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
        frame_.promise().awaiter = awaiter;
        return frame_;
    }
    void await_resume() {}

private:
    explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

    std::coroutine_handle<promise_type> frame_;
};

/// A coroutine that runs by itself from its call on and frees itself at its end.
struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
    };
};

}  // namespace coordination_bench
