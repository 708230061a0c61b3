#pragma once

#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::cli {

/// What was acknowledged in a while. Latencies are from handing a record over to its
/// acknowledgement, in whole milliseconds.
struct SendCounts {
    std::int64_t records = 0;
    std::int64_t bytes = 0;  ///< of the values
    std::int64_t latency_total_ms = 0;
    std::int64_t latency_max_ms = 0;
};

struct SendWindow {
    SendCounts counts;
    Duration elapsed{};
    bool first = false;  ///< nothing was reported before
};

struct SendTotal {
    SendCounts counts;
    Duration elapsed{};
    std::int64_t p50_ms = 0;
    std::int64_t p95_ms = 0;
    std::int64_t p99_ms = 0;
    std::int64_t p999_ms = 0;
};

/// The arithmetic of kafka-producer-perf-test (ProducerPerformance.Stats): windows, and percentiles
/// over at most 500,000 latencies, evenly chosen where there are more. One thread at a time.
class SendStats {
public:
    /// `records`: how many there will be, at least 1.
    SendStats(std::int64_t records, Duration reporting_interval, Time start);

    /// One record was acknowledged. Answers with the window that is over by that, if one is.
    std::optional<SendWindow> add(std::int64_t latency_ms, std::size_t bytes, Time now);
    [[nodiscard]] SendTotal total(Time now) const;
    [[nodiscard]] const SendCounts& counts() const { return total_; }

private:
    Duration interval_;
    Time start_;
    std::int64_t sampling_;
    std::vector<std::int32_t> latencies_;
    SendCounts total_;
    SendCounts window_;
    Time window_start_;
    bool reported_ = false;
};

/// "7 records sent, 3.5 records/sec (0.01 MB/sec), 1.2 ms avg latency, 4.0 ms max latency."
[[nodiscard]] std::string window_text(const SendWindow& window);
/// With percentiles; `what`: "", or " steady state".
[[nodiscard]] std::string total_text(const SendTotal& total, std::string_view what);
/// The same figures as one JSON object; `event`: "window", "total" or "steady_state".
[[nodiscard]] std::string window_json(const SendWindow& window);
[[nodiscard]] std::string total_json(const SendTotal& total, std::string_view event);

}  // namespace barnabas::cli
