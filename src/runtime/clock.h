#pragma once

#include "base/time.h"

namespace barnabas::runtime {

/// Tells the time. Safe on every thread; shared by everything that runs on one (real or simulated)
/// machine. Logic does not hold one: it takes Time or Timestamp as an argument.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Time now() const = 0;
    [[nodiscard]] virtual Timestamp wall() const = 0;
    [[nodiscard]] Now both() const { return {now(), wall()}; }
};

}  // namespace barnabas::runtime
