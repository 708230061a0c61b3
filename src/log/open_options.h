#pragma once

#include "base/logger.h"
#include "base/time.h"
#include "base/types.h"
#include "log/directory_health.h"
#include "log/log_config.h"
#include "runtime/disk.h"

#include <atomic>
#include <cstdint>
#include <memory>

namespace barnabas::log {

/// What a log is opened with.
struct LogOpenOptions {
    runtime::Disk& disk;
    runtime::Path folder;
    TopicPartition partition;
    LogConfig config;
    Offset log_start{0};       // of the checkpoint; records before it are not served
    Offset recovery_point{0};  // of the checkpoint; what lies behind is read and checked
    bool clean = true;         // shut down in order: nothing needs to be checked
    std::shared_ptr<const DirectoryHealth> health = nullptr;  // of its log directory
    /// False after a failure of the disk: what the page cache has may not be on the medium,
    /// and would be taken for durable.
    bool cached = true;
    Now now;
    Logger log;
    std::atomic<std::uint64_t>* scanned = nullptr;  // counts the bytes that are checked
};

}  // namespace barnabas::log
