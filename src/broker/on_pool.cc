#include "broker/on_pool.h"

#include "base/invariant.h"
#include "runtime/tasks.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

namespace barnabas::broker {
namespace {

constexpr Duration tick_every = 1s;

/// A list and how far it is.
struct Queue {
    WorkList list;
    std::atomic<std::size_t> next = 0;
};

struct Running {
    Running(runtime::Shard& home, std::vector<WorkList> lists,
            std::function<void(std::size_t)> each)
        : queues(lists.size()), work(std::move(each)), ended(home) {
        for (std::size_t i = 0; i < lists.size(); ++i) {
            queues[i].list = std::move(lists[i]);
        }
    }

    std::vector<Queue> queues;
    std::function<void(std::size_t)> work;
    std::atomic<bool> given_up = false;
    std::size_t workers = 0;  // on home only, as `ended`
    runtime::Signal ended;
};

awaitable<void> work_off(runtime::Shard& home, std::shared_ptr<Running> running,
                         std::size_t queue_index) {
    // Work that hangs on a simulated disk begins anew: its piece is still its own then.
    auto serve = [&queue = running->queues[queue_index], &running = *running,
                  at = std::optional<std::size_t>()]() mutable {
        for (at = at ? *at : queue.next++; *at < queue.list.size() && !running.given_up;
             at = queue.next++) {
            running.work(queue.list[*at]);
        }
    };
    co_await runtime::run_blocking(home, std::move(serve));
    INVARIANT(running->workers > 0, "a worker ended that was not counted");
    if (--running->workers == 0) {
        running->ended.notify_all();
    }
}

}  // namespace

std::vector<WorkList> lists_of(std::map<std::size_t, WorkList> by_directory) {
    std::vector<WorkList> lists;
    for (auto& [directory, list] : by_directory) {
        lists.push_back(std::move(list));
    }
    return lists;
}

awaitable<bool> on_pool(runtime::Shard& home, std::vector<WorkList> lists, std::size_t threads,
                        std::function<void(std::size_t)> work, std::function<bool()> goes_on) {
    INVARIANT(threads > 0, "no threads for {} lists", lists.size());
    auto running = std::make_shared<Running>(home, std::move(lists), std::move(work));
    for (std::size_t i = 0; i < running->queues.size(); ++i) {
        const auto wanted = std::min(threads, running->queues[i].list.size());
        for (std::size_t k = 0; k < wanted; ++k) {
            ++running->workers;
            runtime::spawn(home, work_off(home, running, i));
        }
    }
    Time next = home.clock().now() + tick_every;
    while (running->workers > 0) {
        const bool all_done = co_await running->ended.wait_until(next);
        if (!all_done) {
            if (!goes_on()) {
                running->given_up = true;
                co_return false;
            }
            next = home.clock().now() + tick_every;
        }
    }
    co_return true;
}

}  // namespace barnabas::broker
