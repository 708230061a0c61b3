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
    const std::map<std::string, double> want{
        {"producer-metrics:record-send-total:{client-id=c}", 3},
        {"producer-metrics:record-send-rate:{client-id=c}", 1.5},
        {"producer-metrics:record-error-total:{client-id=c}", 1},
        {"producer-metrics:record-error-rate:{client-id=c}", 0.5},
        {"producer-metrics:record-size-avg:{client-id=c}", (95 + 95 + 105) / 3.0},
        {"producer-metrics:record-size-max:{client-id=c}", 105},
        {"producer-topic-metrics:record-send-total:{client-id=c, topic=t}", 3},
        {"producer-topic-metrics:record-send-rate:{client-id=c, topic=t}", 1.5},
        {"producer-topic-metrics:record-error-total:{client-id=c, topic=t}", 1},
        {"producer-topic-metrics:record-error-rate:{client-id=c, topic=t}", 0.5}};
    EXPECT_EQ(named_producer_metrics(figures, "c", "t"), want);
}

}  // namespace
}  // namespace barnabas::cli
