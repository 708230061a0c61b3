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
/// told with flushed(). A plan whose sync() failed has to be made good by a recovery: its log
/// directory is broken.
struct FlushPlan {
    runtime::Disk* disk = nullptr;
    std::vector<std::shared_ptr<runtime::File>> files;
    std::map<Offset, std::shared_ptr<runtime::File>> snapshots;  // of producers
    std::vector<runtime::Path> folders;
    Offset up_to = no_offset;
    std::uint64_t truncations = 0;  // of the log, when the plan was made

    [[nodiscard]] Result<void> sync() const;
};

}  // namespace barnabas::log
