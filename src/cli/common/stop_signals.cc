#include "cli/common/stop_signals.h"

#include "base/invariant.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <semaphore.h>
#include <thread>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array stop_signals{SIGINT, SIGTERM};

// What the handler touches: a handler has no other way to find it.
struct StopMailbox {
    std::atomic<int> signal{0};
    std::atomic<bool> in_use{false};
    sem_t came{};
};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler takes no lock");
StopMailbox stop_mailbox;

extern "C" void barnabas_on_stop_signal(int number) {
    const int kept = errno;
    for (const int other : stop_signals) {  // the next one ends the process
        struct sigaction now{};
        if (::sigaction(other, nullptr, &now) == 0 && now.sa_handler == barnabas_on_stop_signal) {
            now.sa_handler = SIG_DFL;
            ::sigaction(other, &now, nullptr);
        }
    }
    int none = 0;
    stop_mailbox.signal.compare_exchange_strong(none, number);
    ::sem_post(&stop_mailbox.came);
    errno = kept;
}

}  // namespace

struct StopSignals::State {
    explicit State(std::function<void()> handler) : on_stop(std::move(handler)) {
        INVARIANT(!stop_mailbox.in_use.exchange(true), "two StopSignals in one process");
        stop_mailbox.signal = 0;
        INVARIANT(::sem_init(&stop_mailbox.came, 0, 0) == 0, "no semaphore, errno {}", errno);
        thread = std::thread([this] { wait(); });
        for (std::size_t i = 0; i < stop_signals.size(); ++i) {
            install(stop_signals[i], before[i]);
        }
    }

    ~State() {
        for (std::size_t i = 0; i < stop_signals.size(); ++i) {
            ::sigaction(stop_signals[i], &before[i], nullptr);
        }
        ::sem_post(&stop_mailbox.came);
        thread.join();
        ::sem_destroy(&stop_mailbox.came);
        stop_mailbox.in_use = false;
    }

    static void install(int number, struct sigaction& old) {
        struct sigaction handling{};
        handling.sa_handler = barnabas_on_stop_signal;
        handling.sa_flags = SA_RESTART;  // who reads and writes meanwhile need not know
        ::sigemptyset(&handling.sa_mask);
        ::sigaddset(&handling.sa_mask, SIGINT);
        ::sigaddset(&handling.sa_mask, SIGTERM);
        if (::sigaction(number, nullptr, &old) == 0 && old.sa_handler != SIG_IGN) {
            ::sigaction(number, &handling, nullptr);
        }
    }

    void wait() {
        while (::sem_wait(&stop_mailbox.came) != 0 && errno == EINTR) {
        }
        if (stop_mailbox.signal != 0 && on_stop) {
            on_stop();
        }
    }

    std::function<void()> on_stop;
    std::array<struct sigaction, stop_signals.size()> before{};
    std::thread thread;
};

StopSignals::StopSignals(std::function<void()> on_stop)
    : state_(std::make_unique<State>(std::move(on_stop))) {}

StopSignals::~StopSignals() = default;

int StopSignals::signal() {
    return stop_mailbox.signal;
}

int StopSignals::exit_status() {
    constexpr int signalled = 128;
    return requested() ? signalled + signal() : 0;
}

}  // namespace barnabas::cli
