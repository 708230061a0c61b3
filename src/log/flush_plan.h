#pragma once

#include "base/result.h"
#include "base/types.h"
#include "runtime/disk.h"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace barnabas::log {

/// What one flush has to bring to the medium: batches, what goes with sealed segments, and the
/// entries of directories. sync() may run on another thread while the log goes on; then the log is
/// told with flushed(); if it is not told, because sync() failed, the next plan has all that this
/// one had. Where a file was not synced a recovery has to make that good: its log directory is
/// broken.
struct FlushPlan {
    runtime::Disk* disk = nullptr;
    std::vector<std::shared_ptr<runtime::File>> files;
    std::map<Offset, std::shared_ptr<runtime::File>> snapshots;  // of producers
    std::vector<runtime::Path> folders;
    Offset up_to = no_offset;
    std::uint64_t truncations = 0;  // of the log, when the plan was made
    std::uint64_t number = 0;       // of the log's plans

    [[nodiscard]] Result<void> sync() const;
};

/// What the last plan took from the log, until it is known to be on the medium.
struct InFlight {
    std::vector<std::shared_ptr<runtime::File>> files;
    bool folder = false;
    bool parent = false;
};

}  // namespace barnabas::log
