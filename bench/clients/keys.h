#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace rdkafka_bench {

/// The keys of --keys: record number n has one of so many, drawn by a hash of n. Whoever knows the
/// number knows the key, and which records are the last of theirs. AssignedConsumer.java knows no
/// keys. Immutable.
class OwnKeys {
public:
    /// 0: records have no key.
    explicit OwnKeys(std::int64_t keys) : keys_(static_cast<std::uint64_t>(keys)) {}

    /// The key of record number `counter`: "key-00012345"; empty if records have none.
    [[nodiscard]] std::string of(std::uint64_t counter) const;
    [[nodiscard]] bool matches(std::uint64_t counter, std::span<const std::uint8_t> key) const;

    /// Which of the records [0, cleaned_to) are gone once these were compacted: all but the last of
    /// each key. Records from there on say nothing of those before.
    [[nodiscard]] std::vector<bool> gone(std::int64_t cleaned_to) const;

private:
    [[nodiscard]] std::uint64_t number_of(std::uint64_t counter) const;

    std::uint64_t keys_;
};

}  // namespace rdkafka_bench
