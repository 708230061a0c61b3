#include "cli/perf/e2e_records.h"

#include "unit/cli/perf/record_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(E2eRecords, HaveTheSizesAskedFor) {
    E2eOptions options{.topic = "t",
                       .value_size = 5,
                       .key_size = 2,
                       .headers = 2,
                       .header_key_size = 3,
                       .header_value_size = 4};
    const auto record = E2eRecords(options).next();
    EXPECT_EQ(record.topic, "t");
    EXPECT_EQ(record.value->size(), 5U);
    EXPECT_EQ(record.key->size(), 2U);
    ASSERT_EQ(record.headers.size(), 2U);
    EXPECT_EQ(record.headers[1].key.size(), 3U);
    EXPECT_EQ(record.headers[1].value->size(), 4U);
    options.header_value_size.reset();
    EXPECT_FALSE(E2eRecords(options).next().headers[0].value);
    options.key_size = 0;
    EXPECT_EQ(E2eRecords(options).next().key, Bytes{});  // empty, not null: as Kafka's tool
}

TEST(E2eRecords, AreComparedWithWhatWasRead) {
    const ProducerRecord sent{.topic = "t", .key = to_bytes("k"), .value = to_bytes("vvv")};
    auto with_header = sent;
    with_header.headers.push_back({.key = "h", .value = {}});
    struct Row {
        ProducerRecord sent;
        ReadRecord read;
        std::size_t count;
        std::string want;
    };
    const Row rows[] = {
        {sent, {.key = "k", .value = "vvv"}, 1, ""},
        {sent,
         {.key = "k", .value = "vvw"},
         1,
         "The message value read [vvw] did not match the message value sent [vvv]"},
        {sent, {.key = {}, .value = "vvv"}, 1, "Expected message key but received null"},
        {sent,
         {.key = "x", .value = "vvv"},
         1,
         "The message key read [x] did not match the message key sent [k]"},
        {sent,
         {.key = "k", .value = "vvv"},
         2,
         "Only one result was expected during this test. We found [2]"},
        {with_header,
         {.key = "k", .value = "vvv"},
         1,
         "1 message headers were sent and 0 came back"},
    };
    for (const auto& row : rows) {
        const auto judged = judge_round_trip(row.sent, record_of(row.read), row.count);
        EXPECT_EQ(judged ? "" : judged.error().message, row.want);
    }
}

TEST(E2eRecords, SumUp) {
    E2eLatencies latencies{.each_ms = {}, .total = 1500500us};
    for (int i = 999; i >= 0; --i) {
        latencies.each_ms.push_back(i);
    }
    EXPECT_EQ(e2e_text(latencies),
              "Avg latency: 1.5005 ms\nPercentiles: 50th = 500, 99th = 990, 99.9th = 999\n");
    EXPECT_EQ(e2e_json(latencies),
              R"({"event":"total","records":1000,"avg_latency_ms":1.5005,"p50_ms":500,)"
              R"("p99_ms":990,"p999_ms":999})");
    EXPECT_EQ(e2e_progress(1000, 2250us), "1000\t2.25");
    EXPECT_EQ(e2e_text({.each_ms = {4}, .total = 4ms}),
              "Avg latency: 4.0000 ms\nPercentiles: 50th = 4, 99th = 4, 99.9th = 4\n");
}

}  // namespace
}  // namespace barnabas::cli
