#include "log/compaction/io_throttle.h"

#include "base/invariant.h"

#include <algorithm>

namespace barnabas::log {

void IoThrottle::set_rate(double bytes_per_second, Time now) {
    INVARIANT(bytes_per_second >= 0, "{} bytes a second", bytes_per_second);
    pay_off(now);
    rate_ = std::min(bytes_per_second, unlimited);
}

void IoThrottle::use(std::uint64_t bytes, Time now) {
    pay_off(now);
    owed_bytes_ += static_cast<double>(bytes);
}

Duration IoThrottle::wait(Time now) {
    constexpr double longest = 1e9;  // seconds: what a Duration holds
    pay_off(now);
    const double seconds = rate_ > 0 ? std::min(owed_bytes_ / rate_, longest) : longest;
    return std::chrono::round<Duration>(std::chrono::duration<double>(seconds));
}

/// Time has passed: so much more may be used.
void IoThrottle::pay_off(Time now) {
    const std::chrono::duration<double> passed = now - paid_at_;
    owed_bytes_ = std::max(0.0, owed_bytes_ - passed.count() * rate_);
    paid_at_ = now;
}

}  // namespace barnabas::log
