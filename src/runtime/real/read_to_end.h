#pragma once

#include "runtime/disk.h"

#include <cstddef>
#include <string>

namespace barnabas::runtime {

/// All of what a path names, which may be a pipe (/dev/stdin, or a shell's <(...)): it has no size
/// beforehand, and is read until whoever writes closes it. Blocks until then. For programs, not for
/// brokers: the disk's watchers hear nothing. Longer than `limit` is an error.
[[nodiscard]] Result<std::string> read_to_end(const Path& path, std::size_t limit = 64 << 20);

}  // namespace barnabas::runtime
