#include "log/compaction/io_throttle.h"

#include "base/invariant.h"

#include <algorithm>

namespace barnabas::log {

Duration IoThrottle::pay(std::uint64_t bytes, Time now) {
    INVARIANT(rate_ > 0, "{} bytes a second", rate_);
    if (unlimited()) {
        return {};
    }
    constexpr double longest = 1e9;  // seconds: what a Duration holds
    const double seconds = std::min(static_cast<double>(bytes) / rate_, longest);
    paid_until_ = std::max(paid_until_, now) +
                  std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    return paid_until_ - now;
}

}  // namespace barnabas::log
