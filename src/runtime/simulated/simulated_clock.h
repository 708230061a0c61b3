#pragma once

#include "base/invariant.h"
#include "runtime/clock.h"

namespace barnabas::runtime {

/// A clock that stands until it is moved, by a test or by Simulation. Used by one thread.
class SimulatedClock final : public Clock {
public:
    /// 2026-01-01 00:00 UTC: a calendar that never depends on the day a test runs.
    static constexpr Timestamp default_start{1'767'225'600'000};

    explicit SimulatedClock(Timestamp start = default_start) : start_(start) {}

    [[nodiscard]] Time now() const override { return now_; }
    [[nodiscard]] Timestamp wall() const override {
        const auto since = now_.time_since_epoch() - initial;
        return start_ + std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    }

    void advance(Duration by) { advance_to(now_ + by); }
    void advance_to(Time when) {
        INVARIANT(when >= now_, "time runs back by {} ns", (now_ - when).count());
        now_ = when;
    }

private:
    // Not 0, so that "now - an hour" is a moment like any other.
    static constexpr Duration initial = std::chrono::hours(1000);

    Timestamp start_;
    Time now_{initial};
};

}  // namespace barnabas::runtime
