#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace barnabas::runtime {

/// The coroutines of one shard that wait to be woken (suspend() of tasks.h). The table owns them,
/// so that whoever wakes holds a small ticket that may be used twice, late or never, and so that
/// stopping a shard (or crashing a simulated machine) destroys what still waits. One thread.
class Suspended {
public:
    struct Ticket {
        std::uint32_t slot = 0;
        std::uint32_t generation = 0;
    };

    [[nodiscard]] Ticket add(std::move_only_function<void()> coroutine);
    /// The coroutine goes on inside the call; nothing happens if it did already.
    void resume(Ticket ticket);
    /// Destroys them all, and makes every ticket that is out there void.
    void clear();
    [[nodiscard]] std::size_t size() const { return slots_.size() - free_.size(); }

private:
    struct Slot {
        std::move_only_function<void()> coroutine;
        std::uint32_t generation = 0;
    };

    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
};

}  // namespace barnabas::runtime
