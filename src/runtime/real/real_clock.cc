#include "runtime/real/real_clock.h"

#include <chrono>

namespace barnabas::runtime {

Time RealClock::now() const {
    return Time(
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

Timestamp RealClock::wall() const {
    return Timestamp(std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count());
}

}  // namespace barnabas::runtime
