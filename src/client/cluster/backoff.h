#pragma once

#include "base/time.h"

#include <cstdint>

namespace barnabas::client {

/// How long to wait after `failures` tries in a row that failed: none after 0, `first` after one,
/// doubled with each further one, 20 % more or less of that by `random`, and never more than
/// `most` (Kafka's ExponentialBackoff, KIP-580).
struct Backoff {
    Duration first{100ms};
    Duration most{1s};

    [[nodiscard]] Duration after(std::uint32_t failures, std::uint64_t random) const;
};

}  // namespace barnabas::client
