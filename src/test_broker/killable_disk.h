#pragma once

#include "runtime/disk.h"

#include <atomic>
#include <memory>

namespace barnabas::test_broker {

/// A disk and the process in front of it: from kill() on nothing is written, cut, renamed or
/// removed any more; all of that fails, as on a disk that broke, so that nothing is acknowledged
/// that is not there. What the disk holds is what a killed process leaves; reads go on.
class KillableDisk final : public runtime::Disk {
public:
    /// `disk` outlives it and all files that it opened.
    explicit KillableDisk(runtime::Disk& disk);
    KillableDisk(const KillableDisk&) = delete;
    KillableDisk& operator=(const KillableDisk&) = delete;
    ~KillableDisk() override;

    /// From any thread. An operation that is under way goes through whole, as a system call does.
    void kill();

    [[nodiscard]] Result<std::shared_ptr<runtime::File>> open(const runtime::Path& path,
                                                              runtime::OpenMode mode) override;
    [[nodiscard]] bool exists(const runtime::Path& path) const override;
    [[nodiscard]] bool is_directory(const runtime::Path& path) const override;
    [[nodiscard]] runtime::Path absolute(const runtime::Path& path) const override;
    [[nodiscard]] Result<std::vector<runtime::DirectoryEntry>> list(
        const runtime::Path& directory) const override;
    Result<void> create_directories(const runtime::Path& directory) override;
    Result<void> rename(const runtime::Path& from, const runtime::Path& to) override;
    Result<void> remove(const runtime::Path& file) override;
    Result<void> remove_all(const runtime::Path& directory) override;
    Result<void> sync_directory(const runtime::Path& directory) override;
    [[nodiscard]] Result<runtime::DiskSpace> space(const runtime::Path& path) const override;
    [[nodiscard]] Result<std::int64_t> modified_at(const runtime::Path& path) const override;
    Result<void> set_modified(const runtime::Path& path, std::int64_t when) override;
    [[nodiscard]] Result<std::unique_ptr<runtime::FileLock>> lock(
        const runtime::Path& path) override;

private:
    class Life;
    class KillableFile;
    class Forward;

    runtime::Disk& disk_;
    std::shared_ptr<Life> life_;
    std::shared_ptr<Forward> forward_;  // what the disk itself complains of
};

}  // namespace barnabas::test_broker
