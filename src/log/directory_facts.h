#pragma once

#include "base/time.h"
#include "base/types.h"
#include "log/log_config.h"
#include "runtime/disk.h"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace barnabas::log {

// What LogDirs is told, and what it tells.

/// A partition's folder as it was found, before it is opened.
struct FoundLog {
    std::size_t directory = 0;
    TopicPartition partition;
    std::optional<TopicId> topic_id;  // of partition.metadata
    std::string folder;               // its name in the directory
    std::string trouble{};            // why it cannot be opened, whatever it holds; or empty
};

/// What directories answered that were asked for folders of some partitions.
struct FolderLook {
    std::set<std::size_t> answered;  // the disks of the others hang, unless they are offline
    std::map<TopicPartition, std::vector<std::size_t>> folders;
};

/// A log that is to be filled in one directory while its partition is in another.
struct NewFuture {
    TopicPartition partition;
    TopicId id;
    std::size_t directory = 0;
    Offset start;
    LogConfig config;
    Now now;
};

/// What the checkpoints keep of one log.
struct LogOffsets {
    TopicPartition partition;
    std::size_t directory = 0;
    Offset recovery_point;
    Offset log_start;
    Offset high_watermark;

    friend bool operator==(const LogOffsets&, const LogOffsets&) = default;
};

struct DirectoryUse {
    std::size_t index = 0;
    runtime::Path path;
    bool online = true;
    std::string why_offline;
    bool cordoned = false;
    std::size_t logs = 0;
    runtime::DiskSpace space;
};

}  // namespace barnabas::log
