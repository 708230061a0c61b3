#include "broker/stop_times.h"

#include "base/invariant.h"

namespace barnabas::broker {

bool ClosingWatch::goes_on(const std::vector<Directory>& directories, Time now) {
    seen_.resize(directories.size(), {.closed = 0, .since = now});
    bool any = false;
    for (std::size_t i = 0; i < directories.size(); ++i) {
        const auto& [logs, closed] = directories[i];
        auto& seen = seen_[i];
        INVARIANT(closed <= logs && closed >= seen.closed, "{} of {} logs closed, {} before",
                  closed, logs, seen.closed);
        if (closed > seen.closed) {
            seen = {.closed = closed, .since = now};
        }
        any = any || (closed < logs && (now < until_ || now - seen.since < patience));
    }
    return any;
}

}  // namespace barnabas::broker
