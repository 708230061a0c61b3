#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace barnabas::runtime {

using Path = std::filesystem::path;

/// What kind of trouble made an operation of the disk fail.
enum class DiskTrouble : std::int8_t {
    broken,  // the medium or its file system: an I/O error, read-only, gone
    path,    // not there, or not for us: this path alone, or everything around it
    space,   // no room or no quota left
    other,   // it is there already, is locked, too many open files: the disk is well
};

struct DiskFailure {
    DiskTrouble trouble = DiskTrouble::other;
    const Path& path;
    const std::string& sentence;
};

/// Hears of every operation of a disk that failed, on the thread where it failed and before the
/// caller does: no failure is overlooked, whatever becomes of the error. exists() and
/// is_directory() fail silently.
class DiskWatcher {
public:
    virtual ~DiskWatcher() = default;
    virtual void on_failure(const DiskFailure& failure) = 0;
};

/// Who watches a disk; shared by the disk and its open files. Safe on every thread.
class DiskWatchers {
public:
    void add(std::weak_ptr<DiskWatcher> watcher);
    void tell(const DiskFailure& failure);
    /// The error of a failed operation, once the watchers know of it: to be returned.
    [[nodiscard]] std::unexpected<Error> failed(DiskTrouble trouble, const Path& path,
                                                std::string sentence);

private:
    std::mutex mutex_;
    std::vector<std::weak_ptr<DiskWatcher>> watchers_;
};

/// An open file. Reads and writes name their position; no call moves another's.
/// Reads may come from any thread at any time; writes, truncation and sync from one at a time.
/// What was written but not synced may be lost, in part and out of order, when the machine stops.
/// Every failure is ErrorCode::kafka_storage_error with path, operation and cause in the sentence.
class File {
public:
    virtual ~File() = default;

    /// Reads until `into` is full or the file ends; returns how much it read.
    [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t position,
                                                      MutableByteView into) const = 0;
    /// All of `parts`, one after the other, from `position` on; all or an error. After an error the
    /// bytes from `position` on are indeterminate: the caller truncates.
    virtual Result<void> write_at(std::uint64_t position, std::span<const ByteView> parts) = 0;
    Result<void> write_at(std::uint64_t position, ByteView bytes) {
        return write_at(position, std::span(&bytes, 1));
    }
    /// Longer: filled with zeros, sparse. Shorter: cut. Of what reserve() has taken nothing stays.
    virtual Result<void> truncate(std::uint64_t size) = 0;
    /// Takes room on the medium for the first `size` bytes: writes to them do not fail for want of
    /// space. size() stays as it is, and so does what reads find. False where the file system has
    /// no such thing. Quick where room is taken in extents, not where it is filled (tmpfs).
    [[nodiscard]] virtual Result<bool> reserve(std::uint64_t size) = 0;
    /// Data and size are on the medium when it returns. Blocks for milliseconds. After a failure
    /// nobody knows what the medium has, and it fails for good: the next sync would find nothing
    /// left to write and succeed (Linux reports a lost write once).
    virtual Result<void> sync() = 0;
    /// What the medium does not have is forgotten as far as that can be: reads show what would be
    /// there after a crash. For files that another sync has failed on.
    virtual void forget_unsynced() = 0;
    [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
    /// Whether bytes [position, position + size) of the file can be read or sent without waiting
    /// for the medium, because the system has them in memory: one cheap call, from any thread. It
    /// may be outdated the next moment, and where the system cannot tell the answer is yes.
    [[nodiscard]] virtual bool in_memory(std::uint64_t position, std::uint64_t size) const = 0;
    /// Reads the bytes, as far as the file goes, so that the system has them in memory. Blocks: for
    /// the blocking pool.
    [[nodiscard]] Result<void> bring_in(std::uint64_t position, std::uint64_t size) const;
    /// For sendfile; -1 where there is none (simulated files).
    [[nodiscard]] virtual int native_handle() const = 0;
};

/// Bytes [position, position + size) of a file that stays open, and stays the same there, while
/// the slice lives: what Fetch hands to the socket.
struct FileSlice {
    std::shared_ptr<const File> file;
    std::uint64_t position = 0;
    std::uint32_t size = 0;
};

enum class OpenMode { read, read_write, create_new, create_or_open };

/// What replace_text() brings to the medium. Nothing is for what need not outlive the machine.
enum class Syncs { nothing, file_and_directory };

struct DirectoryEntry {
    std::string name;
    bool is_directory = false;
    std::uint64_t size = 0;     // of a file
    std::int64_t modified = 0;  // of a file: as modified_at()
};

struct DiskSpace {
    std::uint64_t total = 0;
    std::uint64_t free = 0;  // for us, not for root alone
};

/// A lock that another process (or another open of the same file) cannot take while it lives.
class FileLock {
public:
    virtual ~FileLock() = default;
};

/// The file system. Safe on every thread. A path that is not there is
/// ErrorCode::kafka_storage_error too: ask exists() where absence is expected.
class Disk {
public:
    virtual ~Disk() = default;

    /// `watcher` hears of failures as long as it lives.
    void watch(std::weak_ptr<DiskWatcher> watcher) { watchers_->add(std::move(watcher)); }
    /// For those who reach the medium by another way (SQLite): the watchers hear of it.
    void report(const DiskFailure& failure) const { watchers_->tell(failure); }

    [[nodiscard]] virtual Result<std::shared_ptr<File>> open(const Path& path, OpenMode mode) = 0;
    [[nodiscard]] virtual bool exists(const Path& path) const = 0;
    [[nodiscard]] virtual bool is_directory(const Path& path) const = 0;
    /// One spelling for each path: from the root on, without "." and "..", no slash at the end.
    [[nodiscard]] virtual Path absolute(const Path& path) const = 0;
    /// Sorted by name, without "." and "..".
    [[nodiscard]] virtual Result<std::vector<DirectoryEntry>> list(const Path& directory) const = 0;
    /// With parents; no error if it is there.
    virtual Result<void> create_directories(const Path& directory) = 0;
    /// Replaces `to` if it is a file: atomic, durable after sync_directory of the parent.
    virtual Result<void> rename(const Path& from, const Path& to) = 0;
    virtual Result<void> remove(const Path& file) = 0;
    virtual Result<void> remove_all(const Path& directory) = 0;
    /// Makes creations, renames and removals in `directory` durable.
    virtual Result<void> sync_directory(const Path& directory) = 0;
    [[nodiscard]] virtual Result<DiskSpace> space(const Path& path) const = 0;
    /// Milliseconds since 1970 of the last change.
    [[nodiscard]] virtual Result<std::int64_t> modified_at(const Path& path) const = 0;
    /// Dates a file's last change, in the same unit.
    virtual Result<void> set_modified(const Path& path, std::int64_t when) = 0;
    /// ErrorCode::kafka_storage_error if somebody holds it.
    [[nodiscard]] virtual Result<std::unique_ptr<FileLock>> lock(const Path& path) = 0;

    /// The whole file, which must not be longer than `limit`.
    [[nodiscard]] Result<std::string> read_text(const Path& path, std::size_t limit = 64 << 20);
    /// Through "<path>.tmp" and a rename: readers see the old or the new, whole. So does whoever
    /// comes after a crash, unless nothing was synced.
    Result<void> replace_text(const Path& path, std::string_view text,
                              Syncs syncs = Syncs::file_and_directory);

protected:
    [[nodiscard]] const std::shared_ptr<DiskWatchers>& watchers() const { return watchers_; }

private:
    std::shared_ptr<DiskWatchers> watchers_ = std::make_shared<DiskWatchers>();
};

}  // namespace barnabas::runtime
