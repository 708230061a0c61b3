#pragma once

#include "base/result.h"
#include "base/types.h"
#include "log/planned_writes.h"
#include "runtime/disk.h"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace barnabas::log {

/// What one flush has to write and to bring to the medium: what is in memory alone, batches, what
/// goes with sealed segments, and the entries of directories. write() and sync() may run on another
/// thread while the log goes on; then the log is told with flushed() or flush_failed(). Of what was
/// not synced the next plan has all that this one had. Where a sync failed a recovery has to make
/// that good: its log directory is broken.
struct FlushPlan {
    runtime::Disk* disk = nullptr;
    std::vector<std::shared_ptr<runtime::File>> files;
    std::map<Offset, std::shared_ptr<runtime::File>> snapshots;  // of producers
    std::vector<runtime::Path> folders;
    Offset up_to = no_offset;
    std::uint64_t truncations = 0;  // of the log, when the plan was made
    std::uint64_t number = 0;       // of the log's plans

    /// What whoever carries it out works with, and nobody else until then.
    struct Work {
        PlannedWrites writes;
        std::uint64_t batch_bytes = 0;  // of those that are to be written
        bool written = false;
        bool synced = false;
    };
    std::shared_ptr<Work> work = std::make_shared<Work>();

    /// Brings into the files what they lack: then a crash of the process takes nothing away.
    [[nodiscard]] Result<void> write() const;
    /// That, and everything to the medium.
    [[nodiscard]] Result<void> sync() const;
};

/// What the last plan took from the log, until it is known to be on the medium.
struct InFlight {
    std::vector<std::shared_ptr<runtime::File>> files;
    bool folder = false;
    bool parent = false;
};

}  // namespace barnabas::log
