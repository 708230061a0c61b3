#include "cli/perf/verifiable_records.h"

#include <fmt/format.h>

#include <algorithm>

namespace barnabas::cli {

VerifiableRecord VerifiableRecords::next() {
    VerifiableRecord record{.value = prefix_ ? fmt::format("{}.{}", *prefix_, value_)
                                             : std::to_string(value_)};
    ++value_;
    if (keys_) {
        record.key = std::to_string(key_);
        key_ = key_ + 1 == *keys_ ? 0 : key_ + 1;
    }
    return record;
}

std::optional<Timestamp> CreateTimes::next(Duration since_start) {
    if (!next_ms_) {
        return std::nullopt;
    }
    const Timestamp time(*next_ms_);
    *next_ms_ += std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count();
    return time;
}

std::size_t MessageLimit::take(std::size_t there) {
    const auto counted =
        most_ < 0 ? there : std::min(there, static_cast<std::size_t>(most_ - taken_));
    taken_ += static_cast<std::int64_t>(counted);
    return counted;
}

}  // namespace barnabas::cli
