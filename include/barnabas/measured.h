#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace barnabas {

/// What was measured of one thing, in its unit. Kafka's averages and maxima are those of the last
/// minute; these are of the whole time. A plain value: to see what came of a minute, subtract
/// `count` and `sum` as they were before it.
struct Measured {
    std::uint64_t count = 0;
    double sum = 0;
    double max = 0;

    void add(double value) {
        ++count;
        sum += value;
        max = count == 1 ? value : std::max(max, value);
    }
    /// NaN where nothing was measured.
    [[nodiscard]] double average() const {
        return count == 0 ? std::numeric_limits<double>::quiet_NaN()
                          : sum / static_cast<double>(count);
    }
};

}  // namespace barnabas
