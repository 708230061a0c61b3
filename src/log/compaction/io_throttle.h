#pragma once

#include "base/time.h"

#include <cstdint>

namespace barnabas::log {

/// Holds what is read and written to so many bytes a second
/// (log.cleaner.io.max.bytes.per.second). Plain: who has used bytes pays for them, and waits for
/// what it is told before it uses more. Shared by all compactions of a broker, on one thread.
class IoThrottle {
public:
    /// More than 0; beyond 10^18 nothing is ever waited for.
    void set_rate(double bytes_per_second) { rate_ = bytes_per_second; }
    /// How long to wait now that so many bytes were used. What is not used is not saved up.
    [[nodiscard]] Duration pay(std::uint64_t bytes, Time now);
    [[nodiscard]] bool unlimited() const { return rate_ > 1e18; }

private:
    double rate_ = 1e300;
    Time paid_until_{};
};

}  // namespace barnabas::log
