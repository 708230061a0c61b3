#include "rpc/gathering.h"

#include <chrono>

namespace barnabas::rpc {

void Gathering::on_request(Time now) {
    if (now - last_ > pause) {
        begin(Phase::measures_without, now);
    }
    last_ = now;
    ++requests_;
}

bool Gathering::may_gather(Time now) {
    end_phase(now);
    return phase_ == Phase::measures_with || phase_ == Phase::gathers;
}

void Gathering::begin(Phase phase, Time now) {
    phase_ = phase;
    began_ = now;
    requests_ = 0;
}

void Gathering::end_phase(Time now) {
    const Duration past = now - began_;
    switch (phase_) {
        case Phase::measures_without:
            if (past >= measured_for) {
                rate_without_ = rate(now);
                begin(Phase::measures_with, now);
            }
            break;
        case Phase::measures_with:
            if (past >= measured_for) {
                const bool kept = rate(now) >= rate_without_ * rate_kept_min;
                begin(kept ? Phase::gathers : Phase::rests, now);
            }
            break;
        case Phase::gathers:
            if (past >= gathers_for) {
                begin(Phase::measures_without, now);
            }
            break;
        case Phase::rests:
            if (past >= rests_for) {
                begin(Phase::measures_without, now);
            }
            break;
    }
}

double Gathering::rate(Time now) const {
    return static_cast<double>(requests_) / std::chrono::duration<double>(now - began_).count();
}

}  // namespace barnabas::rpc
