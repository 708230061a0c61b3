#pragma once

#include "base/time.h"

#include <cstdint>

namespace barnabas::log {

/// Holds what is read and written to so many bytes a second
/// (log.cleaner.io.max.bytes.per.second, replica.alter.log.dirs.io.max.bytes.per.second). Plain:
/// who has used bytes says so, and waits before it uses more. What is not used is not saved up.
/// Shared by all compactions of a broker, or all its moves, on one thread.
class IoThrottle {
public:
    /// From now on, also for what was used before and not waited for. Not negative; with 0 the wait
    /// does not end; without a rate there is none.
    void set_rate(double bytes_per_second, Time now);
    void use(std::uint64_t bytes, Time now);
    /// How long from now on nothing more may be used.
    [[nodiscard]] Duration wait(Time now);

private:
    void pay_off(Time now);

    static constexpr double unlimited = 1e300;  // finite: time that does not pass pays nothing

    double rate_ = unlimited;
    double owed_bytes_ = 0;  // used ahead of what the rate allowed by paid_at_
    Time paid_at_{};
};

}  // namespace barnabas::log
