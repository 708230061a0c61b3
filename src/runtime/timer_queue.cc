#include "runtime/timer_queue.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::runtime {

namespace {
constexpr std::size_t leftovers_tolerated = 64;
}  // namespace

TimerId TimerQueue::add(Time when, Task task) {
    INVARIANT(task, "a timer without a task");
    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(slots_.size()));
        slots_.emplace_back();
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    Slot& slot = slots_[index];
    slot.task = std::move(task);
    heap_.push_back({when, sequence_++, index, slot.generation});
    std::ranges::push_heap(heap_, later);
    return TimerId((std::uint64_t{slot.generation} << 32) | index);
}

TimerQueue::Task TimerQueue::release(std::uint32_t index) {
    ++slots_[index].generation;
    free_.push_back(index);
    return std::exchange(slots_[index].task, nullptr);
}

void TimerQueue::cancel(TimerId timer) {
    const auto index = static_cast<std::uint32_t>(timer.get());
    const auto generation = static_cast<std::uint32_t>(timer.get() >> 32);
    if (index >= slots_.size() || slots_[index].generation != generation) {
        return;
    }
    const Task dropped = release(index);
    if (heap_.size() > 2 * size() + leftovers_tolerated) {
        std::erase_if(heap_, [this](const Entry& entry) { return !alive(entry); });
        std::ranges::make_heap(heap_, later);
    }
}

void TimerQueue::drop_cancelled() {
    while (!heap_.empty() && !alive(heap_.front())) {
        std::ranges::pop_heap(heap_, later);
        heap_.pop_back();
    }
}

Time TimerQueue::next() {
    drop_cancelled();
    return heap_.empty() ? never : heap_.front().when;
}

TimerQueue::Task TimerQueue::take_due(Time now) {
    drop_cancelled();
    if (heap_.empty() || heap_.front().when > now) {
        return {};
    }
    const std::uint32_t slot = heap_.front().slot;
    std::ranges::pop_heap(heap_, later);
    heap_.pop_back();
    return release(slot);
}

void TimerQueue::clear() {
    heap_.clear();
    std::vector<Task> doomed;  // destroyed last: a task's end may cancel other timers
    for (std::uint32_t index = 0; index < slots_.size(); ++index) {
        if (slots_[index].task) {
            doomed.push_back(release(index));
        }
    }
}

}  // namespace barnabas::runtime
