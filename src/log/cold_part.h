#pragma once

#include "base/result.h"
#include "runtime/disk.h"

#include <cstdint>

namespace barnabas::log {

/// Part of a file that a read would have had to wait for: whoever wants to read brings it into
/// memory first, on the blocking pool, and tries again. By its path, because opening it may wait
/// too.
struct ColdPart {
    runtime::Disk* disk = nullptr;
    runtime::Path path;
    std::uint64_t position = 0;
    std::uint64_t size = 0;

    /// Blocks. An error if the file is gone meanwhile or cannot be read; trying again tells.
    [[nodiscard]] Result<void> bring_in() const {
        TRY_ASSIGN(const auto file, disk->open(path, runtime::OpenMode::read));
        return file->bring_in(position, size);
    }
};

}  // namespace barnabas::log
