#pragma once

#include "base/result.h"
#include "base/time.h"

#include <cstdint>

namespace barnabas::runtime {

/// What this process takes from the machine, as Linux tells it.
struct ProcessUsage {
    Duration cpu{};  // user and system, all threads
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_files = 0;
    std::uint64_t open_files_max = 0;
};

/// Reads it anew; from any thread. Walks through the open descriptors, which takes milliseconds
/// when there are tens of thousands: call it on the blocking pool.
[[nodiscard]] Result<ProcessUsage> process_usage();

}  // namespace barnabas::runtime
