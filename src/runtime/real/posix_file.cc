#include "runtime/real/posix_file.h"

#include "base/invariant.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace barnabas::runtime {

namespace {

/// How many parts one pwritev takes; a batch has one or two. IOV_MAX is 1024.
constexpr std::size_t file_parts_at_once = 64;

constexpr std::uint64_t page_bytes = 4096;

/// cachestat(2), which Linux has from 6.5 on and its C library may not know of.
struct CacheRange {
    std::uint64_t position;
    std::uint64_t size;
};
struct CacheStat {
    std::uint64_t cached;
    std::uint64_t dirty;
    std::uint64_t written_back;
    std::uint64_t evicted;
    std::uint64_t evicted_recently;
};
constexpr long cachestat_number = 451;  // on every architecture

/// How many of the range's pages are in memory; -1 where the system has no such call.
std::int64_t pages_by_cachestat(int descriptor, std::uint64_t first, std::uint64_t pages) {
    CacheRange range{.position = first * page_bytes, .size = pages * page_bytes};
    CacheStat found{};
    if (::syscall(cachestat_number, descriptor, &range, &found, 0U) != 0) {
        return -1;
    }
    return static_cast<std::int64_t>(found.cached);
}

/// The same by a mapping made for the question: three calls instead of one. -1 if that fails.
std::int64_t pages_by_mincore(int descriptor, std::uint64_t first, std::uint64_t pages) {
    void* const at = ::mmap(nullptr, pages * page_bytes, PROT_READ, MAP_SHARED, descriptor,
                            static_cast<off_t>(first * page_bytes));
    if (at == MAP_FAILED) {
        return -1;
    }
    std::vector<unsigned char> resident(pages);
    const bool told = ::mincore(at, pages * page_bytes, resident.data()) == 0;
    ::munmap(at, pages * page_bytes);
    return told ? std::ranges::count_if(resident, [](unsigned char page) { return page & 1; }) : -1;
}

/// The parts not yet written, as an array of iovec from `first` on, `skip` bytes into it.
std::size_t fill(std::array<iovec, file_parts_at_once>& to, std::span<const ByteView> parts,
                 std::size_t skip) {
    std::size_t count = 0;
    for (const ByteView part : parts.first(std::min(parts.size(), file_parts_at_once))) {
        const ByteView rest = part.subspan(skip);
        skip = 0;
        // pwritev does not write through it; iovec is shared with reads and so not const.
        to[count++] = {const_cast<std::byte*>(rest.data()), rest.size()};  // NOLINT
    }
    return count;
}

}  // namespace

DiskTrouble trouble_of(int error) {
    switch (error) {
        case ENOSPC:
        case EDQUOT:
            return DiskTrouble::space;
        case ENOENT:
        case ENOTDIR:
        case EACCES:
        case EPERM:
        case ELOOP:
            return DiskTrouble::path;
        case EEXIST:
        case ENOTEMPTY:
        case EISDIR:
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case ENAMETOOLONG:
        case EINVAL:
        case EFBIG:
        case EXDEV:
        case EAGAIN:
        case EBUSY:
        case EBADF:
            return DiskTrouble::other;
        default:  // EIO, EROFS, ENODEV, ENXIO, ESTALE, EUCLEAN, ETIMEDOUT of network disks, ...
            return DiskTrouble::broken;
    }
}

std::unexpected<Error> disk_error(DiskWatchers& watchers, std::string_view operation,
                                  const Path& path, int error) {
    return watchers.failed(trouble_of(error), path,
                           fmt::format("cannot {} {}: {}", operation, path.string(),
                                       std::generic_category().message(error)));
}

std::unexpected<Error> sync_error(DiskWatchers& watchers, std::string_view operation,
                                  const Path& path, int error) {
    return watchers.failed(DiskTrouble::broken, path,
                           fmt::format("cannot {} {}: {}", operation, path.string(),
                                       std::generic_category().message(error)));
}

PosixFile::~PosixFile() {
    ::close(descriptor_);
}

Result<std::size_t> PosixFile::read_at(std::uint64_t position, MutableByteView into) const {
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t got = ::pread(descriptor_, into.data() + done, into.size() - done,
                                    static_cast<off_t>(position + done));
        if (got == 0) {
            break;
        }
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return disk_error(*watchers_, "read", path_, errno);
        }
        done += static_cast<std::size_t>(got);
    }
    INVARIANT(done <= into.size(), "read {} of {} bytes", done, into.size());
    return done;
}

Result<void> PosixFile::write_at(std::uint64_t position, std::span<const ByteView> parts) {
    std::array<iovec, file_parts_at_once> vectors;
    std::size_t skip = 0;  // bytes of parts.front() that are written
    while (!parts.empty()) {
        if (skip == parts.front().size()) {
            parts = parts.subspan(1);
            skip = 0;
            continue;
        }
        const std::size_t count = fill(vectors, parts, skip);
        const ssize_t wrote = ::pwritev(descriptor_, vectors.data(), static_cast<int>(count),
                                        static_cast<off_t>(position));
        if (wrote < 0) {
            if (errno == EINTR) {
                continue;
            }
            return disk_error(*watchers_, "write to", path_, errno);
        }
        position += static_cast<std::uint64_t>(wrote);
        skip += static_cast<std::size_t>(wrote);
        while (!parts.empty() && skip >= parts.front().size()) {
            skip -= parts.front().size();
            parts = parts.subspan(1);
        }
        INVARIANT(!parts.empty() || skip == 0, "{} bytes written beyond the last part", skip);
    }
    return {};
}

Result<void> PosixFile::truncate(std::uint64_t size) {
    while (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
        if (errno != EINTR) {
            return disk_error(*watchers_, "set the size of", path_, errno);
        }
    }
    return {};
}

Result<bool> PosixFile::reserve(std::uint64_t size) {
    while (::fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size)) != 0) {
        if (errno == EOPNOTSUPP || errno == ENOSYS) {
            return false;
        }
        if (errno != EINTR) {
            return disk_error(*watchers_, "reserve room for", path_, errno);
        }
    }
    return true;
}

Result<void> PosixFile::sync() {
    // fdatasync writes the size too, and leaves out the time stamps that cost a second write.
    const std::lock_guard lock(sync_mutex_);
    while (sync_failed_ == 0 && ::fdatasync(descriptor_) != 0) {
        sync_failed_ = errno == EINTR ? 0 : errno;
    }
    if (sync_failed_ != 0) {
        return sync_error(*watchers_, "sync", path_, sync_failed_);
    }
    return {};
}

void PosixFile::forget_unsynced() {
    // First whatever can still be written: the kernel drops clean pages alone.
    ::fdatasync(descriptor_);
    ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED);
}

bool PosixFile::in_memory(std::uint64_t position, std::uint64_t size) const {
    static_assert(sizeof(CacheRange) == 16 && sizeof(CacheStat) == 40);
    static std::atomic<bool> has_cachestat = true;
    if (size == 0) {
        return true;
    }
    const auto first = position / page_bytes;
    const auto pages = (position + size - 1) / page_bytes - first + 1;
    std::int64_t cached = -1;
    if (has_cachestat.load(std::memory_order_relaxed)) {
        cached = pages_by_cachestat(descriptor_, first, pages);
        if (cached < 0 && errno == ENOSYS) {
            has_cachestat.store(false, std::memory_order_relaxed);
        }
    }
    if (!has_cachestat.load(std::memory_order_relaxed)) {
        cached = pages_by_mincore(descriptor_, first, pages);
    }
    return cached < 0 || std::cmp_equal(cached, pages);
}

Result<std::uint64_t> PosixFile::size() const {
    struct stat found{};
    if (::fstat(descriptor_, &found) != 0) {
        return disk_error(*watchers_, "look at", path_, errno);
    }
    return static_cast<std::uint64_t>(found.st_size);
}

}  // namespace barnabas::runtime
