#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// java.util.SplittableRandom, so that a test writes the same bytes as Kafka's.
class SplittableRandom {
public:
    explicit SplittableRandom(std::uint64_t seed) : seed_(seed) {}
    /// nextInt(bound): in [0, bound); bound is not 0.
    std::uint32_t below(std::uint32_t bound);

private:
    std::uint32_t next();

    std::uint64_t seed_;
};

/// The values of kafka-producer-perf-test's records, byte for byte. One thread.
class Payloads {
public:
    /// `size` capital letters each, drawn at random, always the same.
    [[nodiscard]] static Payloads letters(std::size_t size);
    /// One of these, drawn at random, always the same; there is at least one.
    [[nodiscard]] static Payloads choices(std::vector<std::string> values);
    /// The record's number.
    [[nodiscard]] static Payloads numbers();

    /// The value of record `index`, which is asked for in order. Good until the next call.
    [[nodiscard]] std::string_view next(std::int64_t index);

private:
    enum class Kind : std::int8_t { letters, choices, numbers };
    explicit Payloads(Kind kind) : kind_(kind) {}

    Kind kind_;
    SplittableRandom random_{0};
    std::string value_;
    std::vector<std::string> choices_;
};

/// A text taken apart as java.util.Scanner does with a delimiter, which is a regular expression:
/// parts between two of them may be empty, the first and the last are only there if they are not.
/// invalid_request where the expression is none.
[[nodiscard]] Result<std::vector<std::string>> split_payloads(std::string_view text,
                                                              std::string_view delimiter);

}  // namespace barnabas::cli
