#include "client/admin/backoff.h"

#include <algorithm>

namespace barnabas::client::admin_api {

Duration backoff(const Settings& settings, std::int32_t failures) {
    constexpr double jitter = 0.2;
    const Duration most = std::max(settings.retry_backoff, settings.retry_backoff_max);
    Duration wait = settings.retry_backoff;
    for (std::int32_t i = 1; i < failures && wait < most; ++i) {
        wait *= 2;
    }
    const double factor = 1 - jitter + 2 * jitter * settings.spread;
    return std::chrono::duration_cast<Duration>(std::min(wait, most) * factor);
}

}  // namespace barnabas::client::admin_api
