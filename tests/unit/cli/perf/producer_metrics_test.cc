#include "cli/perf/producer_metrics.h"

#include <gtest/gtest.h>

#include <chrono>

namespace barnabas::cli {
namespace {

TEST(ProducerMetrics, MeasureRecordsAsKafkasProducer) {
    EXPECT_EQ(measured_record_size(0), 85U);
    EXPECT_EQ(measured_record_size(10), 95U);
    EXPECT_EQ(measured_record_size(63), 148U);
    EXPECT_EQ(measured_record_size(64), 150U);  // its length takes two bytes from here on
}

TEST(ProducerMetrics, AreNamedAsKafkas) {
    ProducerFigures figures{.errors = 1, .elapsed = std::chrono::seconds(2)};
    figures.add(10);
    figures.add(10);
    figures.add(20);
    figures.inside.records_retried = 4;
    for (const double value : {1.0, 2.0}) {
        figures.inside.batch_bytes.add(100 * value);
        figures.inside.compression_rate.add(value / 4);
        figures.inside.queue_ms.add(5 * value);
        figures.inside.records_per_request.add(value);
        figures.inside.request_latency_ms.add(0.5 * value);
    }
    const std::map<std::string, double> want{
        {"producer-metrics:record-send-total:{client-id=c}", 3},
        {"producer-metrics:record-send-rate:{client-id=c}", 1.5},
        {"producer-metrics:record-error-total:{client-id=c}", 1},
        {"producer-metrics:record-error-rate:{client-id=c}", 0.5},
        {"producer-metrics:record-size-avg:{client-id=c}", (95 + 95 + 105) / 3.0},
        {"producer-metrics:record-size-max:{client-id=c}", 105},
        {"producer-metrics:record-retry-total:{client-id=c}", 4},
        {"producer-metrics:record-retry-rate:{client-id=c}", 2},
        {"producer-metrics:batch-size-avg:{client-id=c}", 150},
        {"producer-metrics:batch-size-max:{client-id=c}", 200},
        {"producer-metrics:compression-rate-avg:{client-id=c}", 0.375},
        {"producer-metrics:record-queue-time-avg:{client-id=c}", 7.5},
        {"producer-metrics:record-queue-time-max:{client-id=c}", 10},
        {"producer-metrics:records-per-request-avg:{client-id=c}", 1.5},
        {"producer-metrics:request-latency-avg:{client-id=c}", 0.75},
        {"producer-metrics:request-latency-max:{client-id=c}", 1},
        {"producer-topic-metrics:record-retry-total:{client-id=c, topic=t}", 4},
        {"producer-topic-metrics:record-retry-rate:{client-id=c, topic=t}", 2},
        {"producer-topic-metrics:record-send-total:{client-id=c, topic=t}", 3},
        {"producer-topic-metrics:record-send-rate:{client-id=c, topic=t}", 1.5},
        {"producer-topic-metrics:record-error-total:{client-id=c, topic=t}", 1},
        {"producer-topic-metrics:record-error-rate:{client-id=c, topic=t}", 0.5}};
    EXPECT_EQ(named_producer_metrics(figures, "c", "t"), want);
}

}  // namespace
}  // namespace barnabas::cli
