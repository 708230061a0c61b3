#include "runtime/tasks.h"

#include "base/invariant.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace barnabas::runtime {

namespace asio = boost::asio;

namespace {

/// Puts asio's handler of the suspended coroutine into the shard's table.
struct Suspend {
    Shard* shard;

    template <class Handler>
    void operator()(Handler&& handler, std::move_only_function<void(Wakeup)> start) const {
        start(Wakeup(*shard, shard->suspended().add(std::forward<Handler>(handler))));
    }
};

/// The sentence of an exception that should not have been.
std::string what(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "something that is no std::exception";
    }
}

void on_task_end(const std::exception_ptr& thrown) {
    INVARIANT(!thrown, "a task ended with an exception: {}", what(thrown));
}

}  // namespace

awaitable<void> suspend(Shard& shard, std::move_only_function<void(Wakeup)> start) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        Suspend{&shard}, asio::use_awaitable, std::move(start));
}

awaitable<void> sleep_for(Shard& shard, Duration how_long) {
    const Time when = shard.clock().now() + how_long;
    // Its id is not kept: a sleep is not cut short.
    return suspend(shard, [&shard, when](Wakeup wakeup) { shard.call_at(when, wakeup); });
}

void spawn(Shard& shard, awaitable<void> task) {
    asio::co_spawn(shard.executor(), std::move(task), on_task_end);
}

/// One coroutine in wait_until, in its frame; linked while it waits.
struct Signal::Waiter {
    Waiter* previous = nullptr;
    Waiter* next = nullptr;
    Wakeup wakeup{};
    bool notified = false;
};

struct Signal::State {
    explicit State(Shard& where) : shard(where) { ends.previous = ends.next = &ends; }

    void link(Waiter& waiter) {
        waiter.previous = ends.previous;
        waiter.next = &ends;
        waiter.previous->next = &waiter;
        ends.previous = &waiter;
    }
    static void unlink(Waiter& waiter) {
        if (waiter.next != nullptr) {
            waiter.previous->next = waiter.next;
            waiter.next->previous = waiter.previous;
            waiter.next = nullptr;
        }
    }
    void notify_all() {
        while (ends.next != &ends) {
            Waiter& waiter = *ends.next;
            unlink(waiter);
            waiter.notified = true;
            waiter.wakeup.post();
        }
    }

    Shard& shard;
    Waiter ends;  // of the circle of those who wait, the longest waiting first
};

Signal::Signal(Shard& shard) : state_(std::make_shared<State>(shard)) {}

Signal::~Signal() {
    state_->notify_all();
}

awaitable<bool> Signal::wait_until(Time deadline) {
    return wait(state_, deadline);
}

void Signal::notify_all() {
    state_->notify_all();
}

awaitable<bool> Signal::wait(std::shared_ptr<State> state, Time deadline) {
    struct Linked {
        Waiter waiter;
        TimerId timer;
        // Also when the frame is destroyed with its shard, never having been woken.
        ~Linked() { State::unlink(waiter); }
    } self;
    auto start = [&state, &self, deadline](Wakeup wakeup) {
        self.waiter.wakeup = wakeup;
        state->link(self.waiter);
        if (deadline != never) {
            self.timer = state->shard.call_at(deadline, wakeup);
        }
    };
    co_await suspend(state->shard, std::move(start));
    if (deadline != never) {
        state->shard.cancel(self.timer);
    }
    co_return self.waiter.notified;
}

struct TaskGroup::State {
    explicit State(Shard& where) : shard(where), ended(where) {}

    Shard& shard;
    std::size_t count = 0;
    Signal ended;
};

TaskGroup::TaskGroup(Shard& shard) : state_(std::make_shared<State>(shard)) {}

TaskGroup::~TaskGroup() {
    INVARIANT(state_->count == 0 || state_->shard.stopped(), "{} tasks still run", state_->count);
}

void TaskGroup::spawn(awaitable<void> task) {
    ++state_->count;
    runtime::spawn(state_->shard, run(state_, std::move(task)));
}

awaitable<void> TaskGroup::run(std::shared_ptr<State> state, awaitable<void> task) {
    co_await std::move(task);
    INVARIANT(state->count > 0, "a task ended that was not counted");
    if (--state->count == 0) {
        state->ended.notify_all();
    }
}

std::size_t TaskGroup::size() const {
    return state_->count;
}

awaitable<void> TaskGroup::join() {
    return wait(state_);
}

awaitable<void> TaskGroup::wait(std::shared_ptr<State> state) {
    while (state->count > 0) {
        co_await state->ended.wait_until(never);
    }
}

}  // namespace barnabas::runtime
