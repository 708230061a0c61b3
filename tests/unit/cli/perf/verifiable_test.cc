// The events and records of the verifiable clients.
#include "cli/perf/verifiable_events.h"
#include "cli/perf/verifiable_records.h"
#include "unit/cli/perf/record_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

constexpr Timestamp now{1700000000000};
const TopicPartition t1{.topic = "t", .partition = PartitionId(1)};
const TopicPartition t2{.topic = "t", .partition = PartitionId(2)};

TEST(VerifiableEvents, AreThoseOfKafkasProducer) {
    const VerifiableRecord plain{.value = "7"};
    const VerifiableRecord keyed{.key = "k", .value = "1.\"7\""};
    const RecordMetadata where{
        .topic = "t", .partition = PartitionId(1), .offset = Offset(12), .timestamp = now};
    const Error late{ErrorCode::request_timed_out, "too late"};
    const std::pair<std::string, std::string> rows[] = {
        {startup_complete(now), R"({"timestamp":1700000000000,"name":"startup_complete"})"},
        {shutdown_complete(now), R"({"timestamp":1700000000000,"name":"shutdown_complete"})"},
        {shutdown_requested(now), R"({"timestamp":1700000000000,"name":"shutdown_requested"})"},
        {send_success(now, plain, where),
         R"({"timestamp":1700000000000,"name":"producer_send_success","key":null,"value":"7",)"
         R"("offset":12,"topic":"t","partition":1})"},
        {send_error(now, keyed, "t", late),
         R"({"timestamp":1700000000000,"name":"producer_send_error","topic":"t",)"
         R"("key":"k","value":"1.\"7\"",)"
         R"("exception":"class org.apache.kafka.common.errors.TimeoutException",)"
         R"("message":"too late"})"},
        {tool_data(now, {.sent = 20, .acked = 10, .target = -1, .elapsed = 4s}),
         R"({"timestamp":1700000000000,"name":"tool_data","sent":20,"acked":10,)"
         R"("target_throughput":-1,"avg_throughput":2.5})"},
    };
    for (const auto& [said, want] : rows) {
        EXPECT_EQ(said, want);
    }
    EXPECT_TRUE(tool_data(now, {}).ends_with(R"("avg_throughput":"NaN"})"));
}

TEST(VerifiableEvents, AreThoseOfKafkasConsumer) {
    const Error fenced{ErrorCode::illegal_generation, "no longer"};
    const ReadSummary summary{.partition = t1, .count = 3, .first = Offset(5), .last = Offset(9)};
    const OffsetMap offsets{{t1, {.offset = Offset(10)}}, {t2, {.offset = Offset(4)}}};
    const std::pair<std::string, std::string> rows[] = {
        {partitions_assigned(now, std::vector{t1, t2}),
         R"({"timestamp":1700000000000,"name":"partitions_assigned","partitions":)"
         R"([{"topic":"t","partition":1},{"topic":"t","partition":2}]})"},
        {partitions_revoked(now, {}),
         R"({"timestamp":1700000000000,"name":"partitions_revoked","partitions":[]})"},
        {records_consumed(now, 4, std::vector{summary}),
         R"({"timestamp":1700000000000,"name":"records_consumed","count":4,"partitions":)"
         R"([{"topic":"t","partition":1,"count":3,"minOffset":5,"maxOffset":9}]})"},
        {record_data(now, record_of({.offset = 8, .key = std::nullopt, .value = "v"})),
         R"({"timestamp":1700000000000,"name":"record_data","key":null,"value":"v","topic":"t",)"
         R"("partition":1,"offset":8})"},
        {offsets_committed(now, offsets, nullptr),
         R"({"timestamp":1700000000000,"name":"offsets_committed","offsets":)"
         R"([{"topic":"t","partition":1,"offset":10},{"topic":"t","partition":2,"offset":4}],)"
         R"("success":true})"},
        {offsets_committed(now, {}, &fenced),
         R"({"timestamp":1700000000000,"name":"offsets_committed","offsets":[],)"
         R"("error":"no longer","success":false})"},
    };
    for (const auto& [said, want] : rows) {
        EXPECT_EQ(said, want);
    }
}

TEST(VerifiableRecords, CountUnderKeysThatRepeat) {
    VerifiableRecords plain({}, {});
    EXPECT_EQ(plain.next(), (VerifiableRecord{.value = "0"}));
    EXPECT_EQ(plain.next(), (VerifiableRecord{.value = "1"}));
    VerifiableRecords keyed(4, 2);
    EXPECT_EQ(keyed.next(), (VerifiableRecord{.key = "0", .value = "4.0"}));
    EXPECT_EQ(keyed.next(), (VerifiableRecord{.key = "1", .value = "4.1"}));
    EXPECT_EQ(keyed.next(), (VerifiableRecord{.key = "0", .value = "4.2"}));
}

TEST(CreateTimes, AddTheTimeSinceTheStart) {
    CreateTimes times(1000);
    EXPECT_EQ(times.next(0ms), Timestamp(1000));
    EXPECT_EQ(times.next(5ms), Timestamp(1000));
    EXPECT_EQ(times.next(7ms), Timestamp(1005));
    EXPECT_EQ(times.next(9ms), Timestamp(1012));
    EXPECT_EQ(CreateTimes({}).next(5ms), std::nullopt);
}

TEST(MessageLimit, LetsSoManyThrough) {
    MessageLimit none(-1);
    EXPECT_EQ(none.take(1'000'000), 1'000'000U);
    EXPECT_FALSE(none.reached());
    EXPECT_TRUE(MessageLimit(0).reached());
    MessageLimit ten(10);
    EXPECT_EQ(ten.take(4), 4U);
    EXPECT_FALSE(ten.reached());
    EXPECT_EQ(ten.take(7), 6U);
    EXPECT_TRUE(ten.reached());
    EXPECT_EQ(ten.take(1), 0U);
}

}  // namespace
}  // namespace barnabas::cli
