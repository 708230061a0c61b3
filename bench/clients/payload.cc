#include "clients/payload.h"

#include <bit>
#include <cstring>

namespace rdkafka_bench {
namespace {

constexpr std::size_t header_bytes = 16;
constexpr std::size_t noise_places = 1 << 20;
constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15;

static_assert(std::endian::native == std::endian::little, "payload headers are copied as they are");

/// java.util.SplittableRandom, as far as ProducerPerformance needs it.
class SplittableRandom {
public:
    std::uint32_t next_below(std::uint32_t bound) {
        // The JDK draws again where u - r + bound - 1 overflows 31 bits, else the low results
        // would be likelier.
        for (;;) {
            const std::uint32_t u = next() >> 1;
            const std::uint32_t r = u % bound;
            if (u - r + (bound - 1) < (1U << 31)) {
                return r;
            }
        }
    }

private:
    std::uint32_t next() {
        seed_ += golden_gamma;
        std::uint64_t z = seed_;
        z = (z ^ (z >> 33)) * 0x62a9d9ed799705f5;
        return static_cast<std::uint32_t>(((z ^ (z >> 28)) * 0xcb24d0a5c88c35b3) >> 32);
    }

    std::uint64_t seed_ = 0;
};

void fill_with_noise(std::span<std::uint8_t> out) {
    std::uint64_t seed = 0;
    for (std::size_t i = 0; i + sizeof seed <= out.size(); i += sizeof seed) {
        seed += golden_gamma;
        const std::uint64_t word = mix(seed);
        std::memcpy(out.data() + i, &word, sizeof word);
    }
}

/// A thousand words of 3 to 10 letters: zstd makes a third of it, lz4 two thirds.
void fill_with_words(std::span<std::uint8_t> out) {
    constexpr std::uint64_t words = 1000;
    std::uint64_t seed = 0;
    for (std::size_t i = 0; i < out.size();) {
        seed += golden_gamma;
        const std::uint64_t word = mix(mix(seed) % words + 1);
        const std::size_t length = 3 + word % 8;
        for (std::size_t letter = 0; letter < length && i < out.size(); ++letter) {
            out[i++] = static_cast<std::uint8_t>('a' + (word >> (4 + 5 * letter)) % 26);
        }
        if (i < out.size()) {
            out[i++] = ' ';
        }
    }
}

}  // namespace

std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

OwnPayload::OwnPayload(std::int64_t size, Filler filler)
    : size_(static_cast<std::size_t>(size)), noise_(noise_places + size_ + sizeof(std::uint64_t)) {
    filler == Filler::noise ? fill_with_noise(noise_) : fill_with_words(noise_);
}

std::span<const std::uint8_t> OwnPayload::filler(std::uint64_t counter) const {
    const auto place = mix(counter + golden_gamma) % noise_places;
    return std::span(noise_).subspan(place, size_ - header_bytes);
}

void OwnPayload::write(std::uint64_t counter, std::span<std::uint8_t> out) const {
    const std::uint64_t head[2] = {counter, mix(counter)};
    std::memcpy(out.data(), head, header_bytes);
    const auto rest = filler(counter);
    std::memcpy(out.data() + header_bytes, rest.data(), rest.size());
}

std::int64_t OwnPayload::counter_of(std::span<const std::uint8_t> payload) {
    if (payload.size() < header_bytes) {
        return -1;
    }
    std::int64_t counter = 0;
    std::memcpy(&counter, payload.data(), sizeof counter);
    return counter;
}

bool OwnPayload::matches(std::span<const std::uint8_t> payload) const {
    if (payload.size() != size_ || payload.size() < header_bytes) {
        return false;
    }
    std::uint64_t head[2];
    std::memcpy(head, payload.data(), header_bytes);
    if (head[1] != mix(head[0])) {
        return false;
    }
    const auto rest = filler(head[0]);
    return std::memcmp(payload.data() + header_bytes, rest.data(), rest.size()) == 0;
}

void SetDigest::add(std::span<const std::uint8_t> payload) {
    std::uint64_t hash = payload.size();
    std::size_t i = 0;
    for (; i + 8 <= payload.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, payload.data() + i, 8);
        hash = (std::rotl(hash, 27) ^ word) * golden_gamma;
    }
    for (; i < payload.size(); ++i) {
        hash = (std::rotl(hash, 27) ^ payload[i]) * golden_gamma;
    }
    sum_ += mix(hash);
    ++count_;
}

SetDigest java_payloads(std::int64_t count, std::int64_t size) {
    SplittableRandom random;
    std::vector<std::uint8_t> payload(static_cast<std::size_t>(size));
    SetDigest digest;
    for (std::int64_t i = 0; i < count; ++i) {
        for (auto& byte : payload) {
            byte = static_cast<std::uint8_t>('A' + random.next_below(26));
        }
        digest.add(payload);
    }
    return digest;
}

}  // namespace rdkafka_bench
