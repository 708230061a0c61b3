#pragma once

#include "base/time.h"

#include <cstdint>

namespace barnabas::rpc {

/// Whether a shard lets pipelined requests gather (runtime::Shard::expect_more). That saves a
/// wake-up a request where the clients' rate does not hang on the answers. A client whose requests
/// in flight are all that it may have sends only what was answered: it would get a window of them
/// for each gathering. Nothing in the requests tells the two apart, so the rates with and without
/// are compared, again and again. One for each shard, for all of its connections, on its thread; no
/// I/O.
class Gathering {
public:
    static constexpr Duration measured_for = 5ms;     ///< without, then with
    static constexpr Duration gathers_for = 200ms;    ///< then both are measured again
    static constexpr Duration rests_for = 400ms;      ///< likewise
    static constexpr Duration pause = 2ms;            ///< between requests: no rate to be measured
    static constexpr double rate_kept_min = 2.0 / 3;  ///< of the rate without, or it rests

    /// A request has come in, on any connection of the shard.
    void on_request(Time now);

    /// A connection whose requests come together asks whether more may gather now.
    [[nodiscard]] bool may_gather(Time now);

private:
    enum class Phase : std::uint8_t { measures_without, measures_with, gathers, rests };

    void begin(Phase phase, Time now);
    void end_phase(Time now);
    /// Requests a second since the phase began.
    [[nodiscard]] double rate(Time now) const;

    Phase phase_ = Phase::measures_without;
    Time began_{};
    std::uint64_t requests_ = 0;  // since then
    Time last_{};
    double rate_without_ = 0;
};

}  // namespace barnabas::rpc
