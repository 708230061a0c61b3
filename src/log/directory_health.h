#pragma once

#include "base/time.h"
#include "runtime/disk.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace barnabas::log {

/// Whether the disk under one log directory works, from its opening to its first failure: it does
/// not become well again; a directory that is taken back gets a new one. And whether it is slow:
/// then records are held and written by the blocking pool, so that no shard waits for it. Shared by
/// all who write there; safe on every thread.
class DirectoryHealth {
public:
    [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
    /// The first failure, as a sentence; empty while there is none.
    [[nodiscard]] std::string why() const;
    /// Whether this was the first failure.
    bool fail(std::string why);

    [[nodiscard]] bool is_slow(Time now) const {
        return now.time_since_epoch().count() < slow_until_.load(std::memory_order_relaxed);
    }
    /// Something there took `how_long`, or is taking it. If that is more than a disk that works
    /// needs, it is slow for a while. Whoever only reads here may know it too.
    void note_pace(Duration how_long, Time now) const {
        if (how_long > patience) {
            slow_until_.store((now + slow_for).time_since_epoch().count(),
                              std::memory_order_relaxed);
        }
    }
    static constexpr Duration patience = std::chrono::milliseconds(50);
    static constexpr Duration slow_for = std::chrono::seconds(10);

private:
    std::atomic<bool> failed_ = false;
    mutable std::atomic<Time::rep> slow_until_ = std::numeric_limits<Time::rep>::min();
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
