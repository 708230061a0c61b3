#include "runtime/real/process_usage.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace barnabas::runtime {

namespace {

Duration duration_of(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

std::unexpected<Error> failed(const char* what, int cause) {
    return fail(ErrorCode::unknown_server_error, "{}: {}", what,
                std::system_category().message(cause));
}

/// The second number of /proc/self/statm, in pages.
Result<std::uint64_t> resident_bytes() {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                               &std::fclose);
    unsigned long long pages = 0;
    if (!file || std::fscanf(file.get(), "%*u %llu", &pages) != 1) {
        return failed("read /proc/self/statm", errno);
    }
    return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

Result<std::uint64_t> open_files() {
    std::error_code error;
    std::filesystem::directory_iterator at("/proc/self/fd", error);
    std::uint64_t count = 0;
    for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
        ++count;
    }
    if (error) {
        return failed("list /proc/self/fd", error.value());
    }
    return count - 1;  // without the one that the walk itself had open
}

}  // namespace

Result<ProcessUsage> process_usage() {
    rusage used{};
    rlimit files{};
    if (getrusage(RUSAGE_SELF, &used) != 0 || getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return failed("read the process's usage", errno);
    }
    TRY_ASSIGN(const auto resident, resident_bytes());
    TRY_ASSIGN(const auto open, open_files());
    return ProcessUsage{.cpu = duration_of(used.ru_utime) + duration_of(used.ru_stime),
                        .resident_bytes = resident,
                        .open_files = open,
                        .open_files_max = files.rlim_cur};
}

}  // namespace barnabas::runtime
