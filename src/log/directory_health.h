#pragma once

#include "runtime/disk.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace barnabas::log {

/// Whether the disk under one log directory works, from its opening to its first failure: it does
/// not become well again; a directory that is taken back gets a new one. Shared by all who write
/// there; safe on every thread.
class DirectoryHealth {
public:
    [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
    /// The first failure, as a sentence; empty while there is none.
    [[nodiscard]] std::string why() const;
    /// Whether this was the first failure.
    bool fail(std::string why);

private:
    std::atomic<bool> failed_ = false;
    mutable std::mutex mutex_;
    std::string why_;
};

/// Judges what the disk fails at below the log directories. A directory has failed when its disk is
/// broken, when a sync failed (nobody knows then what the medium has), or when it is gone: its lock
/// file is not where it was. A full disk, or one file that is missing or forbidden, is the matter
/// of whoever met it. Safe on every thread.
class DirectoryWatch final : public runtime::DiskWatcher {
public:
    DirectoryWatch(const runtime::Disk& disk, std::vector<runtime::Path> directories);

    void on_failure(const runtime::DiskFailure& failure) override;
    /// Whether the directory is where it was; if not, it has failed.
    bool look_for(std::size_t directory);

    [[nodiscard]] std::shared_ptr<DirectoryHealth> health(std::size_t directory) const;
    /// A new health, for a directory that is opened again.
    std::shared_ptr<DirectoryHealth> renew(std::size_t directory);
    /// Calls `wake` when a directory fails, on the thread of the failure: short, and no disk in it.
    void on_first_failure(std::function<void()> wake);

private:
    void fail(std::size_t directory, std::string why);

    const runtime::Disk& disk_;
    std::vector<runtime::Path> directories_;
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<DirectoryHealth>> health_;  // under mutex_
    std::function<void()> wake_;                            // under mutex_
};

}  // namespace barnabas::log
