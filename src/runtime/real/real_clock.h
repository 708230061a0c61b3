#pragma once

#include "runtime/clock.h"

namespace barnabas::runtime {

/// The system's steady clock and calendar.
class RealClock final : public Clock {
public:
    [[nodiscard]] Time now() const override;
    [[nodiscard]] Timestamp wall() const override;
};

}  // namespace barnabas::runtime
