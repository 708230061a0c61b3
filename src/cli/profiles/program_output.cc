#include "cli/profiles/program_output.h"

#include "runtime/real/real_clock.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <tuple>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace barnabas::cli {
namespace {

constexpr std::size_t output_max = 64 << 10;

std::string system_text(int number) {
    return std::generic_category().message(number);
}

class Descriptor {
public:
    explicit Descriptor(int value) : value_(value) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    [[nodiscard]] int get() const { return value_; }
    void close() {
        if (const int value = std::exchange(value_, -1); value >= 0) {
            ::close(value);
        }
    }

private:
    int value_;
};

/// A program that runs; ended, if need be, and waited for when this goes.
class Running {
public:
    explicit Running(pid_t pid) : pid_(pid) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            std::ignore = wait();
        }
    }
    /// Its status, as waitpid() tells it.
    int wait() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = 0;
        return status;
    }

private:
    pid_t pid_;
};

/// Starts it with its output in `out`; errno's number where it cannot be started.
int start_program(const std::vector<std::string>& words, int out, pid_t& pid) {
    std::vector<char*> arguments;
    for (const auto& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str()));  // NOLINT: posix_spawn's own type
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    const int failed =
        ::posix_spawnp(&pid, arguments.front(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/// Until the other end is closed.
Result<std::string> read_until_closed(int from, Duration time) {
    const runtime::RealClock clock;
    const auto deadline = clock.now() + time;
    std::string output;
    std::array<char, 4096> buffer{};
    while (output.size() <= output_max) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock.now());
        if (left.count() <= 0) {
            return fail(ErrorCode::invalid_config, "it took longer than {} s",
                        std::chrono::duration_cast<std::chrono::seconds>(time).count());
        }
        pollfd waiting{.fd = from, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
        if (ready <= 0) {
            continue;
        }
        const auto count = ::read(from, buffer.data(), buffer.size());
        if (count == 0) {
            return output;
        }
        if (count > 0) {
            output.append(buffer.data(), static_cast<std::size_t>(count));
        } else if (errno != EINTR) {
            return fail(ErrorCode::invalid_config, "its output cannot be read: {}",
                        system_text(errno));
        }
    }
    return fail(ErrorCode::invalid_config, "it printed more than {} bytes", output_max);
}

Result<std::string> run_program(const std::vector<std::string>& words, Duration time) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(ErrorCode::invalid_config, "no pipe: {}", system_text(errno));
    }
    const Descriptor from(ends[0]);
    Descriptor to(ends[1]);
    pid_t pid = 0;
    if (const int failed = start_program(words, to.get(), pid); failed != 0) {
        return fail(ErrorCode::invalid_config, "it cannot be run: {}", system_text(failed));
    }
    Running running(pid);
    to.close();
    TRY_ASSIGN(auto output, read_until_closed(from.get(), time));
    const int status = running.wait();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return WIFEXITED(status)
                   ? fail(ErrorCode::invalid_config, "it ended with {}", WEXITSTATUS(status))
                   : fail(ErrorCode::invalid_config, "signal {} ended it", WTERMSIG(status));
    }
    return output;
}

}  // namespace

Result<std::string> program_output(const std::vector<std::string>& words, Duration time) {
    auto output = run_program(words, time);
    if (!output) {
        return fail(ErrorCode::invalid_config, "{}: {}", words.front(), output.error().message);
    }
    return output;
}

}  // namespace barnabas::cli
