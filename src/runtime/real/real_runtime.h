#pragma once

#include "runtime/real/posix_disk.h"
#include "runtime/real/real_clock.h"
#include "runtime/real/real_shard.h"
#include "runtime/real/thread_pool.h"

#include <memory>
#include <thread>
#include <vector>

namespace barnabas::runtime {

struct RealRuntimeOptions {
    std::size_t shards = 1;
    std::size_t pool_threads_max = 16;
    /// For the whole process. Without it, whoever sends files to a peer that has gone is ended by
    /// the signal (sendfile has no flag against it); what only sends memory has nothing to fear.
    bool ignores_sigpipe = true;
};

/// Shards, their threads and ports. Any number in a process, which know nothing of each other; each
/// is made and destroyed by the thread that runs its shard 0. What lives on the shards (streams,
/// listeners, brokers) goes before it does. Making it starts no thread.
class RealRuntime {
public:
    explicit RealRuntime(RealRuntimeOptions options = {});
    RealRuntime(const RealRuntime&) = delete;
    RealRuntime& operator=(const RealRuntime&) = delete;
    /// Joins the pool, then destroys whatever coroutines still wait.
    ~RealRuntime();

    /// Runs shard 0 here and each other shard on a thread of its own; returns when all have
    /// ended after stop(). Once. What was posted before is run first.
    void run();
    /// From any thread, also before run().
    void stop();

    [[nodiscard]] std::size_t size() const { return shards_.size(); }
    [[nodiscard]] Shard& shard(std::size_t index) { return *shards_[index]; }
    [[nodiscard]] const Clock& clock() const { return clock_; }
    [[nodiscard]] Disk& disk() { return disk_; }
    [[nodiscard]] BlockingPool& pool() { return pool_; }

private:
    RealClock clock_;
    PosixDisk disk_;
    ThreadPool pool_;
    std::vector<std::unique_ptr<RealShard>> shards_;
};

}  // namespace barnabas::runtime
