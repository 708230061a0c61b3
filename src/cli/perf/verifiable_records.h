#pragma once

#include "base/time.h"
#include "base/types.h"
#include "cli/perf/verifiable_events.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace barnabas::cli {

/// The records of a verifiable producer: values that count from 0, each behind a prefix and a dot
/// where there is to be one, under keys that count from 0 below `keys` again and again.
class VerifiableRecords {
public:
    VerifiableRecords(std::optional<std::int32_t> prefix, std::optional<std::int32_t> keys)
        : prefix_(prefix), keys_(keys) {}

    [[nodiscard]] VerifiableRecord next();

private:
    std::optional<std::int32_t> prefix_;
    std::optional<std::int32_t> keys_;
    std::int64_t value_ = 0;
    std::int32_t key_ = 0;
};

/// The times of a verifiable producer's records with --message-create-time: each is later than the
/// one before by all the time since the start, which is how Kafka's counts.
class CreateTimes {
public:
    explicit CreateTimes(std::optional<std::int64_t> first_ms) : next_ms_(first_ms) {}

    /// Of the record that is sent `since_start` after the beginning; nothing: the time of sending.
    [[nodiscard]] std::optional<Timestamp> next(Duration since_start);

private:
    std::optional<std::int64_t> next_ms_;
};

/// How many messages may still be read. Below 0: any number.
class MessageLimit {
public:
    explicit MessageLimit(std::int64_t most) : most_(most) {}

    /// `there` messages came; answers how many of them count.
    [[nodiscard]] std::size_t take(std::size_t there);
    [[nodiscard]] bool reached() const { return most_ >= 0 && taken_ >= most_; }

private:
    std::int64_t most_;
    std::int64_t taken_ = 0;
};

}  // namespace barnabas::cli
