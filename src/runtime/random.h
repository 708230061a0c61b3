#pragma once

#include "base/uuid.h"

#include <cstdint>

namespace barnabas::runtime {

/// A source of random bits: the system's, or a seeded one in simulation. Used by one thread.
class Random {
public:
    virtual ~Random() = default;
    virtual std::uint64_t next() = 0;

    /// In [0, bound); bound is not 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    /// As Kafka's Uuid.randomUuid(): never one whose text begins with '-'.
    [[nodiscard]] Uuid uuid();
};

}  // namespace barnabas::runtime
