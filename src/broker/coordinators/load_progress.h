#pragma once

#include "base/time.h"
#include "base/types.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace barnabas::broker {

/// How far a coordinator is with reading its state back, for the log: it may take minutes, in which
/// its clients are told to wait. Plain bookkeeping; lives as long as the reading.
class LoadProgress {
public:
    /// So often something is said, and nothing of what is done sooner.
    static constexpr Duration interval = std::chrono::seconds{5};

    explicit LoadProgress(Time began) : began_(began), due_(began + interval) {}

    /// More of the state is there: everything in front of `next`, of a log that goes up to `end`. A
    /// sentence when it is time for one.
    [[nodiscard]] std::optional<std::string> on_batch(std::size_t records, Offset next, Offset end,
                                                      Time now);
    [[nodiscard]] std::int64_t records() const { return records_; }
    [[nodiscard]] std::int64_t took_ms(Time now) const;

private:
    Time began_;
    Time due_;
    std::int64_t records_ = 0;
};

}  // namespace barnabas::broker
