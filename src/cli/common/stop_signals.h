#pragma once

#include <functional>
#include <memory>

namespace barnabas::cli {

/// SIGINT and SIGTERM become one call while it lives, for commands that would go on for ever. One
/// at a time in a process. A second signal ends the process at once. A signal that the process was
/// told to ignore when it began (nohup, `&` in a script) stays ignored, as in Java.
class StopSignals {
public:
    /// `on_stop` is called once, on a thread of its own: it may wait and take locks, as no signal
    /// handler may. An empty one: requested() alone tells.
    explicit StopSignals(std::function<void()> on_stop);
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    /// Waits until a call that is under way has ended; not for use inside it.
    ~StopSignals();

    /// From any thread, and inside the call.
    [[nodiscard]] static bool requested() { return signal() != 0; }
    /// Which one came first; 0: none yet.
    [[nodiscard]] static int signal();
    /// What Kafka's tools, and shells, end with after the signal: 130 for SIGINT, 143 for SIGTERM.
    /// 0 where none came.
    [[nodiscard]] static int exit_status();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace barnabas::cli
