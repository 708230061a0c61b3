#include "cli/perf/pacer.h"

namespace barnabas::cli {
namespace {

constexpr Duration least_wait = std::chrono::milliseconds(1);
constexpr std::chrono::duration<double> longest_wait = std::chrono::hours(24 * 365 * 100);

}  // namespace

Duration Pacer::wait_before(std::int64_t index, Time now) const {
    if (per_second_ < 0 || index <= 0) {
        return Duration::zero();
    }
    const std::chrono::duration<double> due(static_cast<double>(index) / per_second_);
    if (per_second_ == 0 || due > longest_wait) {
        return Duration::max();
    }
    const auto wait = start_ + std::chrono::duration_cast<Duration>(due) - now;
    return wait < least_wait ? Duration::zero() : wait;
}

}  // namespace barnabas::cli
