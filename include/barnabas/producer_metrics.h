#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace barnabas {

/// What was measured of one thing, in its unit.
struct Measured {
    std::uint64_t count = 0;
    double sum = 0;
    double max = 0;

    void add(double value) {
        ++count;
        sum += value;
        max = count == 1 ? value : std::max(max, value);
    }
    /// NaN where nothing was measured.
    [[nodiscard]] double average() const {
        return count == 0 ? std::numeric_limits<double>::quiet_NaN()
                          : sum / static_cast<double>(count);
    }
};

/// What a producer has measured of its Produce requests since it was made, as Kafka's
/// SenderMetricsRegistry defines it: each time that a batch is sent counts, a repeated one too.
/// (Kafka's averages are those of the last minute; these are of the whole time.)
struct ProducerMetrics {
    Measured batch_bytes;       ///< of a batch as it is sent, compressed
    Measured compression_rate;  ///< of a batch: bytes of its records per byte before compression
    Measured queue_ms;          ///< since a batch was begun, when it is sent
    Measured records_per_request;
    Measured request_latency_ms;        ///< from sending to the answer; nothing with acks=0
    std::uint64_t records_retried = 0;  ///< put back to be sent again
};

}  // namespace barnabas
