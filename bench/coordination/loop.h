#pragma once

#include "coordination/task.h"

#include <coroutine>
#include <cstdint>
#include <queue>
#include <string>
#include <vector>

namespace coordination_bench {

/// Prints `sentence` on standard error and ends the process with status 1: a measurement that went
/// wrong has no figures to give.
[[noreturn]] void give_up(const std::string& sentence);

/// `result` of a system call, or the end with the reason.
int checked(int result, const char* what);

/// Monotonic seconds.
double now();
/// CPU seconds that this process has used; it has one thread.
double cpu_seconds();

/// What the loop tells that its file descriptor can be read or written. Lives as long as the loop.
class Watcher {
public:
    virtual ~Watcher() = default;
    virtual void ready(std::uint32_t events) = 0;
};

/// The one thread's readiness loop (epoll) and its timers. Everything that was not done when the
/// deadline comes ends the program.
class Loop {
public:
    /// `seconds` for everything, counted from now.
    explicit Loop(double seconds);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    /// From now on `watcher` hears that `fd` is readable, with `writable` that it is writable too.
    void watch(int fd, Watcher& watcher);
    void watch_writable(int fd, Watcher& watcher, bool writable) const;

    struct Sleep {
        Loop& loop;
        double until;
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> sleeper) {
            loop.timers_.push({until, loop.next_timer_++, sleeper});
        }
        void await_resume() const noexcept {}
    };
    /// co_await it: goes on at `until`, or at the next turn of the loop if that is over.
    [[nodiscard]] Sleep sleep_until(double until) { return {*this, until}; }
    [[nodiscard]] Sleep sleep(double seconds) { return sleep_until(now() + seconds); }

    /// Runs until `task` has ended; its result. What else was started stays where it is.
    std::string run(Task<std::string> task);

private:
    struct Timer {
        double due;
        std::uint64_t number;  // among equals the first set is the first to go
        std::coroutine_handle<> sleeper;
        bool operator<(const Timer& other) const {
            return due != other.due ? due > other.due : number > other.number;
        }
    };

    void turn();
    void resume_due();

    int epoll_;
    double deadline_;
    std::uint64_t next_timer_ = 0;
    std::priority_queue<Timer> timers_;
};

/// Tasks that run side by side. Must outlive them: see join().
class Tasks {
public:
    explicit Tasks(Loop& loop) : loop_(loop) {}
    Tasks(const Tasks&) = delete;
    Tasks& operator=(const Tasks&) = delete;

    /// Runs the task up to its first wait; it goes on by itself.
    void start(Task<> task) {
        ++running_;
        run(std::move(task));
    }
    /// Ends when all have.
    Task<> join();

private:
    Detached run(Task<> task);

    Loop& loop_;
    int running_ = 0;
};

}  // namespace coordination_bench
