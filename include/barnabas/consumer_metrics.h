#pragma once

#include <barnabas/measured.h>
#include <barnabas/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace barnabas {

/// What a consumer has measured since it was made, then how it stands now. Behind each: the name of
/// Kafka's consumer for it (FetchMetricsRegistry, ConsumerCoordinatorMetrics,
/// KafkaConsumerMetrics); its averages are those of the last minute, these of the whole time.
struct ConsumerMetrics {
    Measured fetch_latency_ms;  ///< from asking to the answer, waiting included (fetch-latency)
    Measured fetch_bytes;       ///< records of an answer, as they were stored (fetch-size)
    Measured throttle_ms;  ///< of an answer: how long a quota holds us up (fetch-throttle-time)
    std::uint64_t fetches_failed = 0;   ///< without an answer; asked again
    std::uint64_t records_read = 0;     ///< that poll() handed out (records-consumed-total)
    Measured poll_interval_ms;          ///< from one call of poll() to the next (time-between-poll)
    Measured commit_latency_ms;         ///< of commits that were answered (commit-latency)
    std::uint64_t assignments = 0;      ///< that a group has given us (rebalance-total)
    std::uint64_t partitions_lost = 0;  ///< taken away without our word (partition-lost)

    std::size_t queued_bytes = 0;  ///< fetched, and not handed out yet (librdkafka: fetchq_size)
    /// Of what is assigned and was fetched from: as Consumer::current_lag() (records-lag).
    std::map<TopicPartition, std::int64_t> lag;

    /// The largest of them; nothing where none is known (records-lag-max).
    [[nodiscard]] std::optional<std::int64_t> lag_max() const {
        std::optional<std::int64_t> most;
        for (const auto& [partition, records] : lag) {
            most = std::max(most.value_or(0), records);
        }
        return most;
    }
};

}  // namespace barnabas
