#include "client/loop.h"

#include "client/event_loop_impl.h"

#include <utility>

namespace barnabas::client {

namespace {

/// The thread of a simulation, as futures see it.
class ShardThread final : public LoopThread {
public:
    explicit ShardThread(runtime::Shard& shard) : shard_(shard) {}

    bool post(std::move_only_function<void()>& task) override {
        if (shard_.stopped()) {
            return false;
        }
        shard_.post(std::move(task));
        return true;
    }
    bool is_current() const override { return shard_.on_this_shard(); }

private:
    runtime::Shard& shard_;
};

}  // namespace

Loop Loop::of(EventLoop& loop) {
    return {
        .shard = &loop.impl().shard(), .thread = loop.impl().thread(), .log = loop.impl().log()};
}

Loop Loop::of(runtime::Shard& shard) {
    return {.shard = &shard, .thread = std::make_shared<ShardThread>(shard)};
}

Result<std::shared_ptr<EventLoop>> loop_or_new(std::shared_ptr<EventLoop> loop) {
    if (loop) {
        return loop;
    }
    return EventLoop::start();
}

Result<void> run_and_wait(const Loop& loop, std::move_only_function<void()> work) {
    if (loop.thread->is_current()) {
        work();
        return {};
    }
    // In the future, not on our stack: where the loop is over the task goes without having run.
    Promise<void> promise(loop.thread);
    Future<void> done = promise.future();
    std::move_only_function<void()> task = [owed = std::move(promise),
                                            run = std::move(work)]() mutable {
        run();
        owed.set({});
    };
    static_cast<void>(loop.thread->post(task));
    task = nullptr;  // if it was not taken: its promise answers
    return done.get();
}

}  // namespace barnabas::client
