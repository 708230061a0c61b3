#pragma once

#include "runtime/random.h"

#include <array>
#include <cstddef>

namespace barnabas::runtime {

/// The kernel's random source, fetched some hundred bytes at a time. Fit for ids that nobody must
/// guess. Used by one thread.
class RealRandom final : public Random {
public:
    std::uint64_t next() override;

private:
    std::array<std::uint64_t, 32> drawn_{};
    std::size_t used_ = 32;  // the first next() draws
};

}  // namespace barnabas::runtime
