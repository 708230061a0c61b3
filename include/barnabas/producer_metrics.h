#pragma once

#include <barnabas/measured.h>

#include <cstddef>
#include <cstdint>

namespace barnabas {

/// What a producer has measured of its Produce requests since it was made, as Kafka's
/// SenderMetricsRegistry defines it: each time that a batch is sent counts, a repeated one too.
/// Then how it stands now. What became of each record is told by its future or callback.
struct ProducerMetrics {
    Measured batch_bytes;       ///< of a batch as it is sent, compressed
    Measured compression_rate;  ///< of a batch: bytes of its records per byte before compression
    Measured queue_ms;          ///< since a batch was begun, when it is sent
    Measured records_per_request;
    Measured request_latency_ms;        ///< from sending to the answer; nothing with acks=0
    Measured throttle_ms;               ///< of an answer: how long the broker's quota holds us up
    std::uint64_t records_retried = 0;  ///< put back to be sent again

    std::size_t requests_in_flight = 0;
    std::size_t buffer_total_bytes = 0;      ///< buffer.memory
    std::size_t buffer_available_bytes = 0;  ///< of it: not taken by records that wait
};

}  // namespace barnabas
