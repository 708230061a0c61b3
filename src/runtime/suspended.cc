#include "runtime/suspended.h"

#include "base/invariant.h"

#include <utility>

namespace barnabas::runtime {

Suspended::Ticket Suspended::add(std::move_only_function<void()> coroutine) {
    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(slots_.size()));
        slots_.emplace_back();
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    Slot& slot = slots_[index];
    INVARIANT(!slot.coroutine, "slot {} is taken", index);
    slot.coroutine = std::move(coroutine);
    return {.slot = index, .generation = slot.generation};
}

void Suspended::resume(Ticket ticket) {
    Slot& slot = slots_[ticket.slot];
    if (slot.generation != ticket.generation) {
        return;
    }
    ++slot.generation;
    auto coroutine = std::exchange(slot.coroutine, nullptr);
    free_.push_back(ticket.slot);  // before it runs: it may well suspend again at once
    coroutine();
}

void Suspended::clear() {
    // What a destroyed coroutine wakes on its way out finds a new generation. Slots stay, so that
    // its ticket still names one.
    std::vector<std::move_only_function<void()>> doomed;
    for (std::uint32_t index = 0; index < slots_.size(); ++index) {
        if (slots_[index].coroutine) {
            ++slots_[index].generation;
            doomed.push_back(std::exchange(slots_[index].coroutine, nullptr));
            free_.push_back(index);
        }
    }
}

}  // namespace barnabas::runtime
