#pragma once

#include "base/time.h"

#include <cstdint>

namespace barnabas::cli {

/// Says when the records of a test are due, so many a second. Record n is due at start + n / rate
/// whatever became of those before it: what one wait was too long by, the next ones are shorter by,
/// so that the rate does not drift. After a stall it catches up, as Kafka's ThroughputThrottler.
class Pacer {
public:
    /// `per_second` below 0: no limit. 0: after the first record nothing is ever due.
    Pacer(double per_second, Time start) : per_second_(per_second), start_(start) {}

    /// How long to wait before record `index`, counted from 0, is sent. Zero where it is due, or
    /// will be in less than a millisecond, which is not worth a wait of its own. Duration::max():
    /// for ever.
    [[nodiscard]] Duration wait_before(std::int64_t index, Time now) const;

private:
    double per_second_;
    Time start_;
};

}  // namespace barnabas::cli
