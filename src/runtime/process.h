#pragma once

#include "base/result.h"
#include "runtime/shard.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace barnabas::runtime {

/// What concerns the process as a whole. There is no simulated kind: start-up and metrics use it.

struct FileLimit {
    std::uint64_t before = 0;
    std::uint64_t now = 0;
};

/// Raises the number of files the process may open to the hard limit, as the JVM does.
[[nodiscard]] Result<FileLimit> raise_file_limit();

/// How many files the process may open now.
[[nodiscard]] std::uint64_t file_limit();

struct ProcessUsage {
    Duration cpu{0};  // user and system, of all threads
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_files = 0;
    std::uint64_t open_files_max = 0;
};

/// What the process uses now; from any thread. Walks through the open files, which takes
/// milliseconds where there are tens of thousands: call it on the blocking pool.
[[nodiscard]] ProcessUsage process_usage();

/// Hands SIGTERM and SIGINT to a function on a shard while it lives; they no longer end the
/// process. Made and destroyed on the thread of the shard (or before it runs), which it uses.
class StopSignals {
public:
    /// `on_signal` gets the signal's number, at each one.
    StopSignals(Shard& shard, std::move_only_function<void(int)> on_signal);
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    ~StopSignals();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace barnabas::runtime
