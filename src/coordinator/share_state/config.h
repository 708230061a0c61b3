#pragma once

#include "base/time.h"

#include <chrono>
#include <cstdint>

namespace barnabas::coordinator {

/// What share coordinators go by: share.coordinator.*.
struct ShareStateConfig {
    std::int32_t updates_per_snapshot = 500;           // snapshot.update.records.per.snapshot
    std::chrono::milliseconds cold_interval{300'000};  // cold.partition.snapshot.interval.ms
    Duration prune_interval = 300s;                    // state.topic.prune.interval.ms
};

}  // namespace barnabas::coordinator
