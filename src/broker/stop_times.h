#pragma once

#include "base/time.h"

#include <chrono>
#include <cstddef>
#include <vector>

namespace barnabas::broker {

/// Until when an orderly stop waits for what hangs, a disk above all. All its stages share these
/// times: what one does not need the next one has. A stage that begins late has `moment` all the
/// same: what it waits for may be on another disk, which works.
/// Where nothing gets on for a disk that hangs the whole stop takes less than `longest`, as service
/// managers kill what has not stopped in time (systemd after 90 s, unless it is told otherwise).
struct StopTimes {
    static constexpr Duration longest = std::chrono::seconds(80);
    static constexpr Duration moment = std::chrono::seconds(3);

    Time begun = never;   // for what was begun before the stop
    Time closed = never;  // for logs that are being closed, see ClosingWatch
    Time all = never;     // for the offsets and marks of the directories

    [[nodiscard]] static StopTimes from(Time began) {
        using std::chrono::seconds;
        return {.begun = began + seconds(30),
                .closed = began + seconds(60),
                .all = began + seconds(70)};
    }
    [[nodiscard]] static Time at_least_a_moment(Time until, Time now) {
        return until > now + moment ? until : now + moment;
    }
};

/// Whether a stop goes on waiting for logs that are being closed: until a time, and then as long as
/// the logs of some directory still go, one after the other. It waits for no directory that does
/// not get on.
class ClosingWatch {
public:
    /// How far a directory is.
    struct Directory {
        std::size_t logs = 0;
        std::size_t closed = 0;
    };
    static constexpr Duration patience = std::chrono::seconds(5);

    explicit ClosingWatch(Time until) : until_(until) {}

    /// Asked about every second, with the same directories in the same order.
    [[nodiscard]] bool goes_on(const std::vector<Directory>& directories, Time now);

private:
    struct Seen {
        std::size_t closed = 0;
        Time since{};
    };

    Time until_;
    std::vector<Seen> seen_;
};

}  // namespace barnabas::broker
