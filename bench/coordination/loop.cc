#include "coordination/loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <sys/epoll.h>
#include <unistd.h>
#include <utility>

namespace coordination_bench {
namespace {

constexpr double joining_poll_s = 0.001;

double seconds_of(clockid_t clock) {
    timespec time{};
    checked(clock_gettime(clock, &time), "clock_gettime");
    return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

Detached keep_result(Task<std::string> task, std::optional<std::string>& result) {
    result = co_await std::move(task);
}

}  // namespace

void give_up(const std::string& sentence) {
    std::fprintf(stderr, "coordination_bench: %s\n", sentence.c_str());
    std::_Exit(1);  // coroutines wait for answers that do not come: no destructors
}

int checked(int result, const char* what) {
    if (result < 0) {
        give_up(fmt::format("{}: {}", what, std::strerror(errno)));
    }
    return result;
}

double now() {
    return seconds_of(CLOCK_MONOTONIC);
}
double cpu_seconds() {
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

Loop::Loop(double seconds)
    : epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), deadline_(now() + seconds) {}

Loop::~Loop() {
    close(epoll_);
}

void Loop::watch(int fd, Watcher& watcher) {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &watcher}};
    checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

void Loop::watch_writable(int fd, Watcher& watcher, bool writable) const {
    const std::uint32_t events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN;
    epoll_event event{.events = events, .data = {.ptr = &watcher}};
    checked(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event), "epoll_ctl");
}

std::string Loop::run(Task<std::string> task) {
    std::optional<std::string> result;
    keep_result(std::move(task), result);
    while (!result) {
        turn();
    }
    return *std::move(result);
}

void Loop::turn() {
    const double start = now();
    if (start > deadline_) {
        give_up("out of time");
    }
    const double due = timers_.empty() ? deadline_ : std::min(timers_.top().due, deadline_);
    const auto wait_ms = static_cast<int>(std::ceil(std::max(due - start, 0.0) * 1e3));
    std::array<epoll_event, 256> events;
    int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms);
    if (count < 0 && errno == EINTR) {
        count = 0;
    }
    checked(count, "epoll_wait");
    for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        static_cast<Watcher*>(event.data.ptr)->ready(event.events);
    }
    resume_due();
}

void Loop::resume_due() {
    const double time = now();  // timers set meanwhile wait for the next turn
    while (!timers_.empty() && timers_.top().due <= time) {
        const auto sleeper = timers_.top().sleeper;
        timers_.pop();
        sleeper.resume();
    }
}

Task<> Tasks::join() {
    while (running_ > 0) {
        co_await loop_.sleep(joining_poll_s);
    }
}

Detached Tasks::run(Task<> task) {
    co_await std::move(task);
    --running_;
}

}  // namespace coordination_bench
