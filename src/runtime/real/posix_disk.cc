#include "runtime/real/posix_disk.h"

#include "base/invariant.h"
#include "runtime/real/posix_file.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace barnabas::runtime {

namespace {

constexpr mode_t new_file_mode = 0644;

int open_flags(OpenMode mode) {
    switch (mode) {
        case OpenMode::read:
            return O_RDONLY;
        case OpenMode::read_write:
            return O_RDWR;
        case OpenMode::create_new:
            return O_RDWR | O_CREAT | O_EXCL;
        case OpenMode::create_or_open:
            return O_RDWR | O_CREAT;
    }
    INVARIANT(false, "open mode {}", static_cast<int>(mode));
}

int open_descriptor(const Path& path, int flags) {
    int descriptor = -1;
    do {
        descriptor = ::open(path.c_str(), flags | O_CLOEXEC, new_file_mode);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

std::int64_t milliseconds_of(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

/// What vanishes between the listing and the look counts as empty.
DirectoryEntry entry_of(int directory, const dirent& found) {
    DirectoryEntry entry{.name = found.d_name, .is_directory = found.d_type == DT_DIR};
    struct stat status{};
    if (!entry.is_directory && ::fstatat(directory, found.d_name, &status, 0) == 0) {
        entry.is_directory = S_ISDIR(status.st_mode);
        entry.size = entry.is_directory ? 0 : static_cast<std::uint64_t>(status.st_size);
        entry.modified = milliseconds_of(status.st_mtim);
    }
    return entry;
}

class PosixFileLock final : public FileLock {
public:
    explicit PosixFileLock(std::unique_ptr<PosixFile> file) : file_(std::move(file)) {}

private:
    std::unique_ptr<PosixFile> file_;  // closing it gives the lock up
};

}  // namespace

Result<std::shared_ptr<File>> PosixDisk::open(const Path& path, OpenMode mode) {
    const int descriptor = open_descriptor(path, open_flags(mode));
    if (descriptor < 0) {
        const bool creates = mode == OpenMode::create_new || mode == OpenMode::create_or_open;
        return disk_error(*watchers(), creates ? "create" : "open", path, errno);
    }
    return std::make_shared<PosixFile>(descriptor, path, watchers());
}

bool PosixDisk::exists(const Path& path) const {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

bool PosixDisk::is_directory(const Path& path) const {
    std::error_code error;
    return std::filesystem::is_directory(path, error);
}

Path PosixDisk::absolute(const Path& path) const {
    std::error_code error;  // a working directory that is gone: then it stays as it is
    const auto whole = std::filesystem::absolute(path, error);
    auto normal = (error ? path : whole).lexically_normal();
    return normal.has_filename() ? normal : normal.parent_path();
}

Result<std::vector<DirectoryEntry>> PosixDisk::list(const Path& directory) const {
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), &::closedir);
    if (!open) {
        return disk_error(*watchers(), "list", directory, errno);
    }
    std::vector<DirectoryEntry> entries;
    errno = 0;
    while (const dirent* found = ::readdir(open.get())) {
        const std::string_view name = found->d_name;
        if (name != "." && name != "..") {
            entries.push_back(entry_of(::dirfd(open.get()), *found));
        }
        errno = 0;
    }
    if (errno != 0) {
        return disk_error(*watchers(), "list", directory, errno);
    }
    std::ranges::sort(entries, {}, &DirectoryEntry::name);
    return entries;
}

Result<void> PosixDisk::create_directories(const Path& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        return disk_error(*watchers(), "create directory", directory, error.value());
    }
    return {};
}

Result<void> PosixDisk::rename(const Path& from, const Path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) {
        return disk_error(*watchers(), "rename to " + to.string() + " the file", from, errno);
    }
    return {};
}

Result<void> PosixDisk::remove(const Path& file) {
    if (::unlink(file.c_str()) != 0) {
        return disk_error(*watchers(), "remove", file, errno);
    }
    return {};
}

Result<void> PosixDisk::remove_all(const Path& directory) {
    std::error_code error;
    std::filesystem::remove_all(directory, error);
    if (error) {
        return disk_error(*watchers(), "remove", directory, error.value());
    }
    return {};
}

Result<void> PosixDisk::sync_directory(const Path& directory) {
    // The parent of a plain name is empty: the working directory.
    const Path path = directory.empty() ? Path(".") : directory;
    const int descriptor = open_descriptor(path, O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) {
        return disk_error(*watchers(), "open directory", path, errno);
    }
    const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (failed != 0) {
        return sync_error(*watchers(), "sync directory", path, failed);
    }
    return {};
}

Result<DiskSpace> PosixDisk::space(const Path& path) const {
    struct statvfs found{};
    if (::statvfs(path.c_str(), &found) != 0) {
        return disk_error(*watchers(), "ask for the free space of", path, errno);
    }
    return DiskSpace{.total = static_cast<std::uint64_t>(found.f_blocks) * found.f_frsize,
                     .free = static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize};
}

Result<std::int64_t> PosixDisk::modified_at(const Path& path) const {
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0) {
        return disk_error(*watchers(), "look at", path, errno);
    }
    return milliseconds_of(found.st_mtim);
}

Result<void> PosixDisk::set_modified(const Path& path, std::int64_t when) {
    const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::milliseconds(when));
    const auto rest = std::chrono::nanoseconds(std::chrono::milliseconds(when) - second);
    const timespec times[] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                              {.tv_sec = second.count(), .tv_nsec = rest.count()}};
    if (::utimensat(AT_FDCWD, path.c_str(), times, 0) != 0) {
        return disk_error(*watchers(), "date", path, errno);
    }
    return {};
}

Result<std::unique_ptr<FileLock>> PosixDisk::lock(const Path& path) {
    const int descriptor = open_descriptor(path, O_RDWR | O_CREAT);
    if (descriptor < 0) {
        return disk_error(*watchers(), "open to lock", path, errno);
    }
    auto file = std::make_unique<PosixFile>(descriptor, path, watchers());
    struct flock whole{};  // from 0, length 0: all of it
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(descriptor, F_OFD_SETLK, &whole) != 0) {
        if (errno == EAGAIN || errno == EACCES) {
            return watchers()->failed(
                DiskTrouble::other, path,
                fmt::format("{} is locked: another process uses its directory", path.string()));
        }
        return disk_error(*watchers(), "lock", path, errno);
    }
    return std::make_unique<PosixFileLock>(std::move(file));
}

}  // namespace barnabas::runtime
