#include "runtime/real/posix_disk.h"

#include "base/invariant.h"
#include "runtime/real/posix_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
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
    std::vector<DirectoryEntry> entries;
    std::error_code error;
    for (auto at = std::filesystem::directory_iterator(directory, error);
         !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
        DirectoryEntry entry{.name = at->path().filename().string()};
        std::error_code vanished;  // between the listing and the look: then it counts as empty
        entry.is_directory = at->is_directory(vanished);
        if (!entry.is_directory) {
            const auto size = at->file_size(vanished);
            entry.size = vanished ? 0 : size;
        }
        entries.push_back(std::move(entry));
    }
    if (error) {
        return disk_error(*watchers(), "list", directory, error.value());
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
    return std::int64_t{found.st_mtim.tv_sec} * 1000 + found.st_mtim.tv_nsec / 1'000'000;
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
