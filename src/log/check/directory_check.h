#pragma once

#include "base/types.h"
#include "log/check/partition_check.h"
#include "log/check/problem.h"
#include "log/checkpoint_text.h"
#include "log/directory_identity.h"
#include "runtime/disk.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace barnabas::log {

/// A partition's folder, and of which topic it says that it is; nothing: it does not say.
using FoundFolders = std::map<TopicPartition, std::optional<TopicId>>;

/// What a log directory holds, and what is wrong with it.
struct DirectoryReport {
    DirectoryIdentity identity;
    bool clean = false;  // its broker stopped in order
    std::uint64_t partitions = 0;
    std::uint64_t segments = 0;
    std::uint64_t batches = 0;
    std::uint64_t bytes = 0;
    FoundFolders folders;
    Problems problems;  // in the order of the names
};

/// Keeps brokers, and other tools, out while it lives. A check of a directory that was never used,
/// or that only root could write to, goes without: `writing` says that this is not enough.
/// invalid_config where a running broker holds the directory, or where it is no log directory: then
/// nothing is written to it.
[[nodiscard]] Result<std::unique_ptr<runtime::FileLock>> lock_for_tool(
    runtime::Disk& disk, const runtime::Path& directory, bool writing);

/// Looks through one log directory of a stopped broker, Kafka's or ours: identity, checkpoints,
/// every partition's folder, every batch. Changes nothing. The caller holds the lock.
/// Errors: those of the disk; unsupported_version for a directory of a newer format.
class DirectoryCheck {
public:
    DirectoryCheck(runtime::Disk& disk, runtime::Path directory)
        : disk_(disk), directory_(std::move(directory)) {}

    [[nodiscard]] Result<DirectoryReport> run();

private:
    Result<void> read_identity();
    Result<void> read_checkpoints();
    Result<OffsetCheckpoint> read_checkpoint(std::string_view name);
    Result<void> check_entry(const runtime::DirectoryEntry& entry);
    void check_file(const std::string& name);
    Result<void> check_folder(const std::string& name);
    Result<void> check_partition(const std::string& name, const TopicPartition& partition,
                                 bool kraft);
    void compare_checkpoints();
    struct Beyond;
    void compare_checkpoint(std::string_view name, const Beyond& beyond,
                            const OffsetCheckpoint& offsets);
    [[nodiscard]] std::optional<TopicId> topic_id_in(const std::string& folder);
    void add(ProblemKind kind, const runtime::Path& path, std::string sentence,
             std::optional<Mend> mend = std::nullopt);

    runtime::Disk& disk_;
    runtime::Path directory_;
    DirectoryReport report_;
    std::map<std::string_view, OffsetCheckpoint> checkpoints_;
    std::map<TopicPartition, PartitionFacts> logs_;
};

}  // namespace barnabas::log
