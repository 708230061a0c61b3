#pragma once

#include "log/check/problem.h"
#include "log/leader_epochs.h"
#include "log/producer_state.h"
#include "runtime/disk.h"

#include <cstdint>

namespace barnabas::log {

/// What the segments before this one left: it goes on from there.
struct LogSoFar {
    ProducerStates producers;
    LeaderEpochs epochs;  // as the batches show them
    Offset end;           // where the next segment's offsets may begin
    bool has_gaps = false;
};

struct SegmentFacts {
    std::uint64_t batches = 0;
    std::uint64_t bytes = 0;
    bool damaged = false;  // whole batches lie behind some that are not, or their offsets fall
};

/// Reads one segment from front to back and holds its indexes against it. Changes nothing.
struct SegmentCheck {
    runtime::Disk& disk;
    runtime::Path folder;
    Offset base;
    /// False for the one that was being written to when the broker was killed: its indexes are
    /// preallocated and lag.
    bool closed = true;

    /// Problems of the segment are added to `problems`; errors are those of the disk.
    Result<SegmentFacts> run(LogSoFar& so_far, Problems& problems) const;
};

}  // namespace barnabas::log
