#include "log/compaction/key_hash.h"

#include <bit>
#include <cstring>

namespace barnabas::log {
namespace {

/// The algorithm counts in little-endian words.
std::uint64_t load_word(const std::byte* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if constexpr (std::endian::native == std::endian::big) {
        word = std::byteswap(word);
    }
    return word;
}

struct State {
    std::uint64_t v0;
    std::uint64_t v1;
    std::uint64_t v2;
    std::uint64_t v3;

    void round() {
        v0 += v1;
        v2 += v3;
        v1 = std::rotl(v1, 13) ^ v0;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 = std::rotl(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = std::rotl(v1, 17) ^ v2;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 = std::rotl(v2, 32);
    }
    void rounds(int count) {
        for (int i = 0; i < count; ++i) {
            round();
        }
    }
    void absorb(std::uint64_t word) {
        v3 ^= word;
        rounds(2);
        v0 ^= word;
    }
    [[nodiscard]] std::uint64_t sum() const { return v0 ^ v1 ^ v2 ^ v3; }
};

}  // namespace

KeyHash KeyHasher::operator()(ByteView key) const {
    // The words of SipHash's paper, and 0xee for the longer of its two results.
    State state{.v0 = k0_ ^ 0x736f6d6570736575ULL,
                .v1 = k1_ ^ 0x646f72616e646f6dULL ^ 0xee,
                .v2 = k0_ ^ 0x6c7967656e657261ULL,
                .v3 = k1_ ^ 0x7465646279746573ULL};
    std::size_t at = 0;
    for (; at + 8 <= key.size(); at += 8) {
        state.absorb(load_word(key.data() + at));
    }
    std::uint64_t last = static_cast<std::uint64_t>(key.size()) << 56;
    for (std::size_t i = 0; at + i < key.size(); ++i) {
        last |= std::to_integer<std::uint64_t>(key[at + i]) << (8 * i);
    }
    state.absorb(last);
    state.v2 ^= 0xee;
    state.rounds(4);
    const std::uint64_t first = state.sum();
    state.v1 ^= 0xdd;
    state.rounds(4);
    return {.first = first, .second = state.sum()};
}

}  // namespace barnabas::log
