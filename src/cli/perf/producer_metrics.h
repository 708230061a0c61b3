#pragma once

#include "base/time.h"
#include <barnabas/producer_metrics.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::cli {

/// A record without key and headers as Kafka's producer measures it for its metrics: the most that
/// it may take as the only one of a batch (AbstractRecords.estimateSizeInBytesUpperBound).
[[nodiscard]] std::size_t measured_record_size(std::size_t value_size);

/// What a run of producer-perf-test saw of its records.
struct ProducerFigures {
    std::int64_t records = 0;  ///< acknowledged
    std::int64_t errors = 0;
    std::uint64_t size_total = 0;  ///< of those that were acknowledged, as they are measured
    std::uint64_t size_max = 0;
    Duration elapsed{};
    ProducerMetrics inside;  ///< what the producer itself has measured

    void add(std::size_t value_size);
};

/// Under the names of Kafka's group producer-metrics (SenderMetricsRegistry).
[[nodiscard]] std::vector<std::pair<std::string_view, double>> producer_metrics(
    const ProducerFigures& figures);

/// The same and the topic's own by "group:name:{tag=value}", as --print-metrics has them.
[[nodiscard]] std::map<std::string, double> named_producer_metrics(const ProducerFigures& figures,
                                                                   std::string_view client_id,
                                                                   std::string_view topic);

}  // namespace barnabas::cli
