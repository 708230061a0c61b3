#include "client/cluster/backoff.h"

#include <algorithm>
#include <cmath>

namespace barnabas::client {

Duration Backoff::after(std::uint32_t failures, std::uint64_t random) const {
    if (failures == 0) {
        return Duration{0};
    }
    constexpr double jitter = 0.2;
    constexpr int doublings_max = 30;
    const int doublings = static_cast<int>(std::min<std::uint32_t>(failures - 1, doublings_max));
    const double drawn = std::ldexp(static_cast<double>(random >> 11), -53);  // in [0, 1)
    const double wanted = std::ldexp(static_cast<double>(first.count()), doublings) *
                          (1 - jitter + 2 * jitter * drawn);
    const auto limit = static_cast<double>(most.count());
    return wanted >= limit ? most : Duration{static_cast<Duration::rep>(wanted)};
}

}  // namespace barnabas::client
