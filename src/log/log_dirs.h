#pragma once

#include "base/logger.h"
#include "base/uuid.h"
#include "log/checkpoint_text.h"
#include "log/directory_health.h"
#include "log/directory_identity.h"
#include "log/log.h"
#include "runtime/disk.h"
#include "runtime/random.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace barnabas::log {

/// A partition's folder as it was found, before it is opened.
struct FoundLog {
    std::size_t directory = 0;
    TopicPartition partition;
    std::optional<TopicId> topic_id;  // of partition.metadata
};

/// What the checkpoints keep of one log.
struct LogOffsets {
    TopicPartition partition;
    std::size_t directory = 0;
    Offset recovery_point;
    Offset log_start;
    Offset high_watermark;
};

struct DirectoryUse {
    std::size_t index = 0;
    runtime::Path path;
    bool online = true;
    std::string why_offline;
    std::size_t logs = 0;
    runtime::DiskSpace space;
};

/// The log directories of one broker: their locks, identity, checkpoints, health, and which
/// partition is where. The logs themselves belong to the shards of their partitions. One call at a
/// time; use(), failed() and look_around() at any time, on any thread.
/// Always: each directory that is online is locked by us and by nobody else.
class LogDirs {
public:
    struct Options {
        runtime::Disk& disk;
        runtime::Random& random;
        std::vector<runtime::Path> directories;
        Logger log;
    };

    /// Creates and locks the directories and reads what they say of themselves. A directory that
    /// cannot be used is offline; an error if none can, if another process holds one, or if two
    /// belong to different clusters or brokers.
    static Result<std::unique_ptr<LogDirs>> open(Options options);

    /// What the directories' meta.properties agree on; empty in new ones.
    [[nodiscard]] const DirectoryIdentity& identity() const { return identity_; }
    /// Writes meta.properties where there is none.
    Result<void> claim(BrokerId node, const std::string& cluster_id);

    /// The partitions' folders in all directories, by name; folders left by deletions are removed.
    /// A partition found twice is an error.
    Result<std::vector<FoundLog>> scan();

    /// Opens one that scan() found, from its directory's checkpoints.
    Result<std::unique_ptr<Log>> open_log(const FoundLog& found, const LogConfig& config, Now now);
    /// Creates one in the online directory that has the fewest.
    Result<std::unique_ptr<Log>> create_log(const TopicPartition& partition, const TopicId& id,
                                            const LogConfig& config, Now now);
    /// Writes partition.metadata into a folder that has none.
    Result<void> write_topic_id(const FoundLog& found, const TopicId& id);
    /// Renames a closed log's folder out of the way; remove the answer after
    /// file.delete.delay.ms.
    Result<runtime::Path> delete_log(std::unique_ptr<Log> log);
    Result<void> remove_folder(const runtime::Path& folder) { return disk_.remove_all(folder); }

    /// Directories that are online and whose disk has failed meanwhile: to be taken offline.
    [[nodiscard]] std::vector<std::size_t> failed() const;
    /// Calls `wake` when a disk fails, on the thread of the failure.
    void on_failure(std::function<void()> wake) { watch_->on_first_failure(std::move(wake)); }
    /// Notices directories that are gone though nobody uses them. Looks at the disk.
    void look_around();
    /// A directory whose disk failed: nothing is written to it or placed in it any more, and its
    /// lock is given up. Answers the partitions whose logs are lost with it. Says so in the log,
    /// once; `why` counts where the disk has not said it.
    std::vector<TopicPartition> take_offline(std::size_t directory, std::string why = {});
    [[nodiscard]] bool any_online() const;

    /// Writes recovery points, log start offsets and high watermarks of all logs, per directory: as
    /// many as can be; the first error. Nothing goes to a directory that has failed.
    Result<void> write_checkpoints(const std::vector<LogOffsets>& logs);
    /// After every log was closed in order: the next start need not check them. Except in those
    /// where some could not be closed, and in those that have failed.
    Result<void> mark_clean(const std::set<std::size_t>& not_closed = {});

    [[nodiscard]] std::vector<DirectoryUse> use() const;
    [[nodiscard]] std::size_t directory_of(const TopicPartition& partition) const;
    [[nodiscard]] runtime::Disk& disk() { return disk_; }
    [[nodiscard]] const runtime::Path& path_of(std::size_t directory) const;
    /// Where the broker keeps a file of its own: the directory online that has it; in new
    /// directories the first one online. An error if it may be in one that is offline or not
    /// mounted.
    [[nodiscard]] Result<std::size_t> home_of(std::string_view file) const;

private:
    struct Checkpoints {
        OffsetCheckpoint recovery_points;
        OffsetCheckpoint log_starts;
        OffsetCheckpoint high_watermarks;
    };
    struct Directory {
        runtime::Path path;
        std::unique_ptr<runtime::FileLock> lock;
        std::shared_ptr<DirectoryHealth> health;
        bool online = false;  // under mutex_, as why_offline and logs
        bool clean = false;
        bool has_identity = false;
        std::string why_offline;
        Checkpoints checkpoints;  // as they are in the files
        std::size_t logs = 0;

        [[nodiscard]] bool usable() const { return online && !health->failed(); }
    };

    explicit LogDirs(Options options);
    Result<void> open_directory(Directory& directory);
    Result<void> read_identity(Directory& directory);
    Result<OffsetCheckpoint> read_checkpoint(const Directory& directory, std::string_view name);
    Result<void> scan_directory(std::size_t index, std::map<TopicPartition, FoundLog>& found);
    Result<std::size_t> roomiest();
    Result<std::unique_ptr<Log>> create_in(std::size_t directory, const TopicPartition& partition,
                                           const TopicId& id, const LogConfig& config, Now now);
    void place(const TopicPartition& partition, std::size_t directory);
    Result<void> write_checkpoints_of(Directory& directory, Checkpoints wanted);
    Result<void> write_checkpoint(const Directory& directory, std::string_view name,
                                  OffsetCheckpoint& wanted, OffsetCheckpoint& written);
    Result<void> write_metadata_file(const runtime::Path& folder, const TopicId& id);

    runtime::Disk& disk_;
    runtime::Random& random_;
    Logger log_;
    std::shared_ptr<DirectoryWatch> watch_;
    mutable std::mutex mutex_;
    std::vector<Directory> directories_;
    DirectoryIdentity identity_;
    std::map<TopicPartition, std::size_t> where_;
};

}  // namespace barnabas::log
