#include "runtime/process.h"

#include <boost/asio/signal_set.hpp>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace barnabas::runtime {

namespace {

Duration from_timeval(const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
}

/// The second number of /proc/self/statm: resident pages.
std::uint64_t resident_pages() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    statm >> total >> resident;
    return resident;
}

std::uint64_t count_open_files() {
    std::error_code error;
    std::uint64_t count = 0;
    for (auto at = std::filesystem::directory_iterator("/proc/self/fd", error);
         !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
        ++count;
    }
    return count > 0 ? count - 1 : 0;  // the listing itself was one
}

}  // namespace

Result<FileLimit> raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return fail(ErrorCode::unknown_server_error, "cannot read the limit of open files: {}",
                    std::generic_category().message(errno));
    }
    FileLimit result{.before = limit.rlim_cur, .now = limit.rlim_max};
    limit.rlim_cur = limit.rlim_max;
    if (result.before != result.now && ::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return fail(ErrorCode::unknown_server_error,
                    "cannot raise the limit of open files from {} to {}: {}", result.before,
                    result.now, std::generic_category().message(errno));
    }
    return result;
}

std::uint64_t file_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

ProcessUsage process_usage() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return {
        .cpu = from_timeval(used.ru_utime) + from_timeval(used.ru_stime),
        .resident_bytes = resident_pages() * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)),
        .open_files = count_open_files(),
        .open_files_max = file_limit()};
}

struct StopSignals::State : std::enable_shared_from_this<StopSignals::State> {
    State(Shard& shard, std::move_only_function<void(int)> handler)
        : signals(shard.executor(), SIGTERM, SIGINT), on_signal(std::move(handler)) {}

    void wait() {
        signals.async_wait(
            [self = shared_from_this()](const boost::system::error_code& error, int signal) {
                if (!error) {
                    self->wait();
                    self->on_signal(signal);
                }
            });
    }

    boost::asio::signal_set signals;
    std::move_only_function<void(int)> on_signal;
};

StopSignals::StopSignals(Shard& shard, std::move_only_function<void(int)> on_signal)
    : state_(std::make_shared<State>(shard, std::move(on_signal))) {
    state_->wait();
}

StopSignals::~StopSignals() {
    boost::system::error_code ignored;
    state_->signals.cancel(ignored);
}

}  // namespace barnabas::runtime
