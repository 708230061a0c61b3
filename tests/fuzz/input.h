#pragma once

#include "base/bytes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace barnabas::fuzzing {

/// What the fuzzer invents, taken from the front: numbers that choose, then the bytes to be read.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size)
        : rest_(std::as_bytes(std::span{data, size})) {}

    /// 0 once nothing is left.
    std::uint8_t byte() {
        if (rest_.empty()) {
            return 0;
        }
        const auto value = std::to_integer<std::uint8_t>(rest_.front());
        rest_ = rest_.subspan(1);
        return value;
    }
    /// As many bytes as two bytes in front of them say (big-endian), or what there is.
    ByteView sized() {
        const std::size_t high = byte();
        const auto size = std::min(high << 8 | byte(), rest_.size());
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }
    [[nodiscard]] ByteView rest() const { return rest_; }

private:
    ByteView rest_;
};

/// The whole input as steps of a world: what to do, a number that says how, and bytes.
template <class World>
void run_steps(Input input, World& world) {
    while (!input.rest().empty()) {
        const auto what = input.byte();
        const auto number = input.byte();
        world.step(what, number, input.sized());
    }
}

}  // namespace barnabas::fuzzing
