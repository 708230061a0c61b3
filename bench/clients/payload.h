#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rdkafka_bench {

/// SplitMix64's finaliser (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t z);

/// What payloads are filled with: bytes that no codec makes smaller, or the words of a small
/// language, as in the documents that people compress.
enum class Filler { noise, words };

/// The payloads of this program: [counter, 8 bytes LE][mix(counter), 8 bytes LE][filler], where the
/// filler is the piece of one pseudo-random MiB that starts at a place derived from the counter.
/// Whoever knows the counter and the size knows every byte, so a reader can prove what was written,
/// and making one costs no more than a copy. OwnPayload.java holds the same rules for noise.
class OwnPayload {
public:
    OwnPayload(std::int64_t size, Filler filler);

    /// Writes payload number `counter` over `out`, whose size is the constructor's.
    void write(std::uint64_t counter, std::span<std::uint8_t> out) const;

    /// The counter that `payload` claims; -1 if it is too short to carry one.
    static std::int64_t counter_of(std::span<const std::uint8_t> payload);

    /// Whether every byte of `payload` is what its counter demands, and its size the constructor's.
    bool matches(std::span<const std::uint8_t> payload) const;

private:
    std::span<const std::uint8_t> filler(std::uint64_t counter) const;

    std::size_t size_;
    std::vector<std::uint8_t> noise_;
};

/// A digest of a set of payloads that does not depend on their order.
class SetDigest {
public:
    void add(std::span<const std::uint8_t> payload);
    bool operator==(const SetDigest&) const = default;

private:
    std::uint64_t sum_ = 0;
    std::uint64_t count_ = 0;
};

/// The digest of what Kafka's ProducerPerformance writes with --record-size `size`: letters from
/// java.util.SplittableRandom(0), one nextInt(26) per byte (class ProducerPerformance).
SetDigest java_payloads(std::int64_t count, std::int64_t size);

}  // namespace rdkafka_bench
