#include "cli/perf/producer_metrics.h"

#include "wire/varint.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace barnabas::cli {

std::size_t measured_record_size(std::size_t value_size) {
    constexpr std::size_t batch_header = 61;
    constexpr std::size_t record_overhead_max = 21;  // its size, attributes, time and offset
    constexpr std::size_t no_key = 1;
    constexpr std::size_t no_headers = 1;
    return batch_header + record_overhead_max + no_key +
           wire::varlong_size(static_cast<std::int64_t>(value_size)) + value_size + no_headers;
}

void ProducerFigures::add(std::size_t value_size) {
    const std::uint64_t size = measured_record_size(value_size);
    ++records;
    size_total += size;
    size_max = std::max(size_max, size);
}

std::vector<std::pair<std::string_view, double>> producer_metrics(const ProducerFigures& figures) {
    const auto seconds = std::chrono::duration<double>(figures.elapsed).count();
    const auto records = static_cast<double>(figures.records);
    const auto errors = static_cast<double>(figures.errors);
    const auto& inside = figures.inside;
    const auto retries = static_cast<double>(inside.records_retried);
    return {{"record-send-total", records},
            {"record-send-rate", records / seconds},
            {"record-error-total", errors},
            {"record-error-rate", errors / seconds},
            {"record-size-avg", static_cast<double>(figures.size_total) / records},
            {"record-size-max", static_cast<double>(figures.size_max)},
            {"record-retry-total", retries},
            {"record-retry-rate", retries / seconds},
            {"batch-size-avg", inside.batch_bytes.average()},
            {"batch-size-max", inside.batch_bytes.max},
            {"compression-rate-avg", inside.compression_rate.average()},
            {"record-queue-time-avg", inside.queue_ms.average()},
            {"record-queue-time-max", inside.queue_ms.max},
            {"records-per-request-avg", inside.records_per_request.average()},
            {"request-latency-avg", inside.request_latency_ms.average()},
            {"request-latency-max", inside.request_latency_ms.max}};
}

namespace {

/// Kafka has the others of all topics together.
bool is_of_topic(std::string_view name) {
    return name.starts_with("record-send-") || name.starts_with("record-error-") ||
           name.starts_with("record-retry-");
}

}  // namespace

std::map<std::string, double> named_producer_metrics(const ProducerFigures& figures,
                                                     std::string_view client_id,
                                                     std::string_view topic) {
    std::map<std::string, double> named;
    for (const auto& [name, value] : producer_metrics(figures)) {
        named.emplace(fmt::format("producer-metrics:{}:{{client-id={}}}", name, client_id), value);
        if (is_of_topic(name)) {
            named.emplace(fmt::format("producer-topic-metrics:{}:{{client-id={}, topic={}}}", name,
                                      client_id, topic),
                          value);
        }
    }
    return named;
}

}  // namespace barnabas::cli
