#pragma once

#include <cstddef>
#include <functional>

namespace barnabas::runtime {

/// Threads for what may block: fsync, cold reads, opening files, recovery, compaction. Shared by
/// all shards. In simulation the work runs on the one thread at a later simulated moment.
/// Coroutines use run_blocking() of tasks.h.
class BlockingPool {
public:
    virtual ~BlockingPool() = default;
    /// Queues `work`; from any thread. `work` must not throw. What is queued when the pool stops is
    /// still run.
    virtual void submit(std::move_only_function<void()> work) = 0;
    [[nodiscard]] virtual std::size_t threads() const = 0;
};

}  // namespace barnabas::runtime
