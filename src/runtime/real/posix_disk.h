#pragma once

#include "runtime/disk.h"

namespace barnabas::runtime {

/// The file system of this machine. Safe on every thread; holds nothing but its watchers.
class PosixDisk final : public Disk {
public:
    [[nodiscard]] Result<std::shared_ptr<File>> open(const Path& path, OpenMode mode) override;
    [[nodiscard]] bool exists(const Path& path) const override;
    [[nodiscard]] bool is_directory(const Path& path) const override;
    [[nodiscard]] Path absolute(const Path& path) const override;
    [[nodiscard]] Result<std::vector<DirectoryEntry>> list(const Path& directory) const override;
    Result<void> create_directories(const Path& directory) override;
    Result<void> rename(const Path& from, const Path& to) override;
    Result<void> remove(const Path& file) override;
    Result<void> remove_all(const Path& directory) override;
    Result<void> sync_directory(const Path& directory) override;
    [[nodiscard]] Result<DiskSpace> space(const Path& path) const override;
    [[nodiscard]] Result<std::int64_t> modified_at(const Path& path) const override;
    Result<void> set_modified(const Path& path, std::int64_t when) override;
    /// A lock of the open file description (F_OFD_SETLK): it excludes our own second open, other
    /// processes, and Java's FileChannel.lock, so Apache Kafka and we never share a directory.
    [[nodiscard]] Result<std::unique_ptr<FileLock>> lock(const Path& path) override;
};

}  // namespace barnabas::runtime
