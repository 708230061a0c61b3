#include "broker/ended_by.h"

#include "runtime/tasks.h"

#include <utility>

namespace barnabas::broker {

struct EndingWork::State {
    explicit State(runtime::Shard& home) : ended(home) {}
    runtime::Signal ended;
    bool over = false;
};

EndingWork::EndingWork(runtime::Shard& home, awaitable<void> work)
    : state_(std::make_shared<State>(home)) {
    runtime::spawn(home, run(std::move(work), state_));
}

awaitable<void> EndingWork::run(awaitable<void> work, std::shared_ptr<State> state) {
    co_await std::move(work);
    state->over = true;
    state->ended.notify_all();
}

awaitable<bool> EndingWork::ended_by(Time until) {
    return wait(state_, until);
}

bool EndingWork::has_ended() const {
    return state_->over;
}

awaitable<bool> EndingWork::wait(std::shared_ptr<State> state, Time until) {
    while (!state->over && co_await state->ended.wait_until(until)) {
    }
    co_return state->over;
}

awaitable<bool> ended_by(runtime::Shard& home, awaitable<void> work, Time until) {
    EndingWork begun(home, std::move(work));
    co_return co_await begun.ended_by(until);
}

}  // namespace barnabas::broker
