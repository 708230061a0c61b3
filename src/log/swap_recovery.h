#pragma once

#include "base/logger.h"
#include "base/result.h"
#include "runtime/disk.h"

#include <span>

namespace barnabas::log {

/// Brings a log's folder to rest in which segments were being replaced when the process ended, as
/// Kafka's LogLoader does. Compaction writes *.cleaned, renames all of a group to *.swap from the
/// last segment to the first, then puts away what they replace, then takes ".swap" off. So:
/// - *.cleaned goes, and with it every *.swap at or behind the first of them: that group was not
///   complete.
/// - What else is *.swap is complete: segments between the first of them and the end of the last
///   were replaced and go; then the ".swap" comes off.
/// A crash in here loses nothing: the next open goes on. True if the folder has changed.
Result<bool> finish_interrupted_swaps(runtime::Disk& disk, const runtime::Path& folder,
                                      std::span<const runtime::DirectoryEntry> entries,
                                      const Logger& log);

}  // namespace barnabas::log
