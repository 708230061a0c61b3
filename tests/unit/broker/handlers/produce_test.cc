// What a client may produce, through a whole broker: Kafka's rules for acks, formats and records.
#include "wire/messages/produce.h"

#include "unit/broker/broker_fixture.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/list_offsets.h"
#include "wire/records/batch_builder.h"
#include "wire/records/legacy_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

using namespace wire;
using Answer = ProduceResponse::Response::PartitionResponse;

struct Sent {
    std::string topic = "t";
    std::int32_t partition = 0;
    std::int16_t version = 12;
    std::int16_t acks = -1;
};

ErrorCode code(const Answer& answer) {
    return static_cast<ErrorCode>(answer.error_code);
}

NullableBytes bytes(std::string_view text) {
    return as_bytes(text);
}

/// One batch of format 2: three records, those of `keyless` without a key.
ByteBuffer batch(const BatchOptions& options = {}, std::vector<int> keyless = {},
                 std::string_view value = "value") {
    ByteBuffer out;
    BatchBuilder builder;
    builder.start(out, options);
    for (int i = 0; i < 3; ++i) {
        const bool has_key = std::ranges::find(keyless, i) == keyless.end();
        EXPECT_TRUE(builder.append(Offset{i}, {.timestamp = Timestamp{1000 + i},
                                               .key = has_key ? bytes("key") : NullableBytes(),
                                               .value = bytes(value),
                                               .headers = {}}));
    }
    EXPECT_TRUE(builder.finish());
    return out;
}

ByteBuffer legacy(std::int8_t magic, Codec codec) {
    ByteBuffer out;
    LegacySetBuilder builder(out, {.magic = magic, .compression = Compression::of(codec)});
    for (int i = 0; i < 3; ++i) {
        builder.append(Offset{i}, Timestamp{1000 + i}, bytes("key"), bytes("value"));
    }
    EXPECT_TRUE(builder.finish());
    return out;
}

ProduceRequest request_of(const Sent& sent, const ByteBuffer& records) {
    ProduceRequest request;
    request.acks = sent.acks;
    request.timeout_ms = 1000;
    auto& topic = request.topic_data.emplace_back();
    topic.name = sent.topic;
    auto& partition = topic.partition_data.emplace_back();
    partition.index = sent.partition;
    partition.records = Records(ByteView(records.data(), records.size()));
    return request;
}

Answer produce(BrokerFixture& at, const Sent& sent, const ByteBuffer& records) {
    const auto response = at.call<ProduceResponse>(request_of(sent, records), sent.version);
    return response.responses.at(0).partition_responses.at(0);
}

std::int64_t end_of(BrokerFixture& at, const std::string& name) {
    ListOffsetsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.partitions.emplace_back().timestamp = -1;
    return at.call<ListOffsetsResponse>(request).topics.at(0).partitions.at(0).offset;
}

TEST(Produce, EveryVersionAppendsWhatItsClientsSend) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    std::int64_t end = 0;
    const auto check = [&](std::int16_t version, const ByteBuffer& records) {
        const auto answer = produce(at, {.version = version}, records);
        EXPECT_EQ(code(answer), ErrorCode::none) << version;
        EXPECT_EQ(answer.base_offset, end) << version;
        end += 3;
    };
    for (std::int16_t v = 0; v <= 2; ++v) {
        check(v, legacy(0, Codec::none));
        check(v, legacy(1, Codec::none));
        check(v, legacy(1, Codec::gzip));
        check(v, legacy(0, Codec::snappy));
    }
    for (std::int16_t v = 3; v <= 12; ++v) {
        check(v, batch());
    }
    EXPECT_EQ(end_of(at, "t"), end);
}

TEST(Produce, RefusesWhatBreaksARule) {
    struct Row {
        std::string_view what;
        Sent sent;
        ByteBuffer records;
        ErrorCode want;
    };
    auto wrong_crc = batch();
    wrong_crc.data()[wrong_crc.size() - 1] ^= std::byte{1};
    auto cut = batch();
    cut.resize(cut.size() - 1);
    const BatchOptions zstd{.compression = Compression::of(Codec::zstd)};
    const std::string large(2'000'000, 'x');
    Row rows[] = {
        {"acks 2", {.acks = 2}, batch(), ErrorCode::invalid_required_acks},
        {"acks -2", {.acks = -2}, batch(), ErrorCode::invalid_required_acks},
        {"no topic", {.topic = "u"}, batch(), ErrorCode::unknown_topic_or_partition},
        {"no partition", {.partition = 1}, batch(), ErrorCode::unknown_topic_or_partition},
        {"CRC", {}, std::move(wrong_crc), ErrorCode::corrupt_message},
        {"cut", {}, std::move(cut), ErrorCode::invalid_record},
        {"nothing", {}, {}, ErrorCode::invalid_record},
        {"format 1 in version 3",
         {.version = 3},
         legacy(1, Codec::none),
         ErrorCode::invalid_record},
        {"zstd in version 6", {.version = 6}, batch(zstd), ErrorCode::unsupported_compression_type},
        {"zstd in version 7", {.version = 7}, batch(zstd), ErrorCode::none},
        {"too large", {}, batch({}, {}, large), ErrorCode::message_too_large},
        {"a transaction without an id",
         {},
         batch({.producer_id = ProducerId{1},
                .producer_epoch = ProducerEpoch{0},
                .base_sequence = 0,
                .transactional = true}),
         ErrorCode::transactional_id_authorization_failed},
    };
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    for (const auto& row : rows) {
        const auto answer = produce(at, row.sent, row.records);
        EXPECT_EQ(code(answer), row.want) << row.what << ": " << answer.error_message.value_or("");
        EXPECT_EQ(answer.base_offset >= 0, row.want == ErrorCode::none) << row.what;
        if (row.sent.version >= 8) {
            EXPECT_TRUE(answer.error_message) << row.what;
        }
    }
    EXPECT_EQ(end_of(at, "t"), 3);
}

TEST(Produce, NamesTheRecordsWithoutKeysOnACompactedTopic) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t", 1, {{"cleanup.policy", "compact"}}), ErrorCode::none);
    for (const auto codec : {Codec::none, Codec::lz4}) {
        const auto answer = produce(at, {}, batch({.compression = Compression::of(codec)}, {0, 2}));
        EXPECT_EQ(code(answer), ErrorCode::invalid_record);
        ASSERT_EQ(answer.record_errors.size(), 2U);
        EXPECT_EQ(answer.record_errors[0].batch_index, 0);
        EXPECT_EQ(answer.record_errors[1].batch_index, 2);
        EXPECT_TRUE(answer.record_errors[1].batch_index_error_message);
    }
    EXPECT_EQ(code(produce(at, {}, batch())), ErrorCode::none);
    EXPECT_EQ(end_of(at, "t"), 3);
}

TEST(Produce, AnErrorWithoutAcknowledgementClosesTheConnection) {
    BrokerFixture at;
    const auto records = batch();
    const auto request = request_of({.topic = "none", .acks = 0}, records);
    EXPECT_FALSE(at.try_call<ProduceResponse>(request, 12));
    at.reconnect();
    EXPECT_EQ(at.create_topic("t"), ErrorCode::none);
}

/// A file that was written for three brokers has min.insync.replicas=2.
TEST(Produce, MinInSyncReplicasAskForNoMoreThanThereAre) {
    BrokerFixture at({{"min.insync.replicas", "2"}});
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    ASSERT_EQ(at.create_topic("own", 1, {{"min.insync.replicas", "3"}}), ErrorCode::none);
    for (const std::int16_t acks : {-1, 1}) {
        EXPECT_EQ(code(produce(at, {.topic = "t", .acks = acks}, batch())), ErrorCode::none);
        EXPECT_EQ(code(produce(at, {.topic = "own", .acks = acks}, batch())), ErrorCode::none);
    }
}

/// Where the disk is known to be slow nothing is written by a shard, which would wait for it, and
/// nothing is acknowledged that is in memory alone. (A simulated shard that waits for a disk ends
/// the test.)
TEST(Produce, ASlowDiskIsWaitedForWithoutTheShard) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("safe"), ErrorCode::none);
    ASSERT_EQ(at.create_topic("fast", 1, {{"flush.before.ack", "never"}}), ErrorCode::none);
    for (const auto* const topic : {"safe", "fast"}) {
        EXPECT_EQ(code(produce(at, {.topic = topic}, batch())), ErrorCode::none);
    }
    at.disk().hang("/data");
    EXPECT_EQ(code(produce(at, {.topic = "safe"}, batch())), ErrorCode::request_timed_out);
    for (const std::int16_t acks : {-1, 1}) {
        EXPECT_EQ(code(produce(at, {.topic = "fast", .acks = acks}, batch())),
                  ErrorCode::request_timed_out);
    }
    EXPECT_EQ(end_of(at, "fast"), 3);
    at.disk().heal();
    at.wait(2s);
    EXPECT_EQ(end_of(at, "safe"), 6);
    EXPECT_EQ(end_of(at, "fast"), 9) << "what was waited for in vain is there later";
}

TEST(Produce, AProducerIsDescribedWithItsLastSequence) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    const BatchOptions options{
        .producer_id = ProducerId{7}, .producer_epoch = ProducerEpoch{2}, .base_sequence = 0};
    EXPECT_EQ(produce(at, {}, batch(options)).base_offset, 0);
    EXPECT_EQ(produce(at, {}, batch(options)).base_offset, 0) << "a duplicate";
    DescribeProducersRequest request;
    request.topics.emplace_back().name = "t";
    request.topics[0].partition_indexes = {0};
    const auto response = at.call<DescribeProducersResponse>(request);
    const auto& producers = response.topics.at(0).partitions.at(0).active_producers;
    ASSERT_EQ(producers.size(), 1U);
    EXPECT_EQ(producers[0].producer_id, 7);
    EXPECT_EQ(producers[0].producer_epoch, 2);
    EXPECT_EQ(producers[0].last_sequence, 2);
    EXPECT_EQ(producers[0].current_txn_start_offset, -1);
}

/// Once producer.id.expiration.check.interval.ms is over, not before; what its client needs to go
/// on is in the answer.
TEST(Produce, AForgottenProducerIsToldSo) {
    BrokerFixture at({{"producer.id.expiration.ms", "1000"},
                      {"producer.id.expiration.check.interval.ms", "60000"},
                      {"log.retention.ms", "-1"}});  // the records are of long ago
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    const auto send = [&at](std::int32_t sequence, std::int16_t epoch = 0) {
        return produce(at, {},
                       batch({.producer_id = ProducerId{7},
                              .producer_epoch = ProducerEpoch{epoch},
                              .base_sequence = sequence}));
    };
    EXPECT_EQ(code(send(0)), ErrorCode::none);
    at.wait(std::chrono::seconds(30));
    EXPECT_EQ(code(send(3)), ErrorCode::none) << "nobody has looked yet";
    at.wait(std::chrono::seconds(60));
    const auto refused = send(6);
    EXPECT_EQ(code(refused), ErrorCode::unknown_producer_id);
    EXPECT_EQ(refused.log_start_offset, 0);
    EXPECT_EQ(code(send(0, 1)), ErrorCode::none);
}

TEST(ListOffsets, KnowsASpecialTimestampFromItsVersionOn) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    ASSERT_EQ(code(produce(at, {}, batch())), ErrorCode::none);
    const auto ask = [&at](std::int64_t timestamp, std::int16_t version) {
        ListOffsetsRequest request;
        auto& topic = request.topics.emplace_back();
        topic.name = "t";
        topic.partitions.emplace_back().timestamp = timestamp;
        const auto response = at.call<ListOffsetsResponse>(request, version);
        return static_cast<ErrorCode>(response.topics.at(0).partitions.at(0).error_code);
    };
    for (const auto& [timestamp, since] :
         {std::pair<std::int64_t, std::int16_t>{-3, 7}, {-4, 8}, {-5, 9}, {-6, 11}}) {
        EXPECT_EQ(ask(timestamp, since), ErrorCode::none) << timestamp;
        EXPECT_EQ(ask(timestamp, static_cast<std::int16_t>(since - 1)),
                  ErrorCode::unsupported_version)
            << timestamp;
    }
}

TEST(DeleteRecords, MovesTheStartUpToTheHighWatermark) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("t"), ErrorCode::none);
    ASSERT_EQ(code(produce(at, {}, batch())), ErrorCode::none);
    struct Row {
        std::int64_t before;
        std::int16_t error;
        std::int64_t low;
    };
    for (const auto& row : {Row{2, 0, 2}, Row{1, 0, 2}, Row{4, 1, -1}, Row{-1, 0, 3}}) {
        DeleteRecordsRequest request;
        auto& topic = request.topics.emplace_back();
        topic.name = "t";
        topic.partitions.emplace_back().offset = row.before;
        const auto answer = at.call<DeleteRecordsResponse>(request).topics.at(0).partitions.at(0);
        EXPECT_EQ(answer.error_code, row.error) << row.before;
        EXPECT_EQ(answer.low_watermark, row.low) << row.before;
    }
}

}  // namespace
}  // namespace barnabas::broker
