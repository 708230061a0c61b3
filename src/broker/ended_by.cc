#include "broker/ended_by.h"

#include "runtime/tasks.h"

#include <memory>
#include <utility>

namespace barnabas::broker {
namespace {

struct EndingStage {
    explicit EndingStage(runtime::Shard& home) : ended(home) {}
    runtime::Signal ended;
    bool over = false;
};

awaitable<void> run_ending_stage(awaitable<void> work, std::shared_ptr<EndingStage> stage) {
    co_await std::move(work);
    stage->over = true;
    stage->ended.notify_all();
}

}  // namespace

awaitable<bool> ended_by(runtime::Shard& home, awaitable<void> work, Time until) {
    const auto stage = std::make_shared<EndingStage>(home);
    runtime::spawn(home, run_ending_stage(std::move(work), stage));
    while (!stage->over && co_await stage->ended.wait_until(until)) {
    }
    co_return stage->over;
}

}  // namespace barnabas::broker
