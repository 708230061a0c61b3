#pragma once

#include "base/strong.h"
#include "base/time.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace barnabas::runtime {

using TimerId = Strong<std::uint64_t, struct TimerIdTag>;

/// What is to happen when, for real and simulated shards. Timers of one moment run in the order in
/// which they were set. A cancelled timer leaves the heap when its time comes, or earlier when
/// such leftovers outnumber the living. One thread.
class TimerQueue {
public:
    using Task = std::move_only_function<void()>;

    TimerId add(Time when, Task task);
    /// Nothing happens if it ran or was cancelled.
    void cancel(TimerId timer);
    /// `never` when nothing is set.
    [[nodiscard]] Time next();
    /// Takes out the first timer that is due; an empty task if none is.
    [[nodiscard]] Task take_due(Time now);
    [[nodiscard]] std::size_t size() const { return slots_.size() - free_.size(); }
    /// Drops all tasks; cancel() of an earlier id stays harmless.
    void clear();

private:
    struct Slot {
        Task task;
        std::uint32_t generation = 1;
    };
    struct Entry {
        Time when;
        std::uint64_t sequence;
        std::uint32_t slot;
        std::uint32_t generation;
    };
    static bool later(const Entry& a, const Entry& b) {
        return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
    }
    [[nodiscard]] bool alive(const Entry& entry) const {
        return slots_[entry.slot].generation == entry.generation;
    }
    [[nodiscard]] Task release(std::uint32_t slot);
    void drop_cancelled();

    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
    std::vector<Entry> heap_;  // the earliest first
    std::uint64_t sequence_ = 0;
};

}  // namespace barnabas::runtime
