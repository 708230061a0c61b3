#pragma once

#include "runtime/disk.h"

#include <optional>

namespace barnabas::runtime {

/// Where the file system is mounted that `path` is on: an administrator's name for what is full.
/// Follows symbolic links. Nothing if the path is not there. Blocks where the disk hangs: for the
/// blocking pool. There is no simulated kind, and nobody decides by it.
[[nodiscard]] std::optional<Path> mount_point(const Path& path);

}  // namespace barnabas::runtime
