#include "support/vectors.h"
#include "vectors/batch_lines.h"
#include "wire/records/batch_builder.h"
#include "wire/records/legacy_builder.h"
#include "wire/records/record_format.h"
#include "wire/records/record_reader.h"

#include <gtest/gtest.h>

namespace barnabas::testing {
namespace {

class VectorsOfBatches : public ::testing::TestWithParam<const char*> {};

TEST_P(VectorsOfBatches, ReadAsKafkaReadsThem) {
    for (const auto& line : vector_lines(GetParam())) {
        const auto bytes = bytes_of_hex(line.at("hex").as_string());
        EXPECT_EQ(batches_difference(line, bytes), "")
            << line.at("group").as_string() << ": " << line.at("id").as_string();
    }
}

INSTANTIATE_TEST_SUITE_P(Files, VectorsOfBatches,
                         ::testing::Values("record-batches", "record-batches-bad"));

wire::BatchOptions options_of(const wire::BatchView& batch) {
    return {.compression = wire::Compression::of(*batch.codec()),
            .timestamp_type = batch.timestamp_type(),
            .base_offset = batch.base_offset(),
            .leader_epoch = batch.leader_epoch(),
            .log_append_time = batch.max_timestamp(),
            .producer_id = batch.producer_id(),
            .producer_epoch = batch.producer_epoch(),
            .base_sequence = batch.base_sequence(),
            .transactional = batch.is_transactional(),
            .control = batch.is_control(),
            .delete_horizon = batch.delete_horizon()};
}

/// The timestamps that the builder was given, which a batch stamped by the log hides: its raw
/// deltas tell.
std::vector<Timestamp> raw_timestamps(const wire::BatchView& batch) {
    std::vector<Timestamp> found;
    const std::byte* p = batch.payload().data();
    const std::byte* const end = p + batch.payload().size();
    while (p != end) {
        std::int32_t size = 0;
        p = wire::read_varint(p, end, size);
        wire::RecordFields fields;
        EXPECT_EQ(wire::parse_record(p, p + size, fields), nullptr);
        found.push_back(batch.base_timestamp() + fields.timestamp_delta);
        p += size;
    }
    return found;
}

void rebuild_default(const wire::BatchView& batch, ByteBuffer& out) {
    wire::BatchBuilder builder;
    builder.start(out, options_of(batch));
    wire::RecordReader reader;
    ASSERT_TRUE(reader.start(batch, 1 << 20));
    const auto timestamps = raw_timestamps(batch);
    wire::RecordView record;
    for (std::size_t i = 0; *reader.next(record); ++i) {
        const std::vector<wire::RecordHeader> headers(record.headers.begin(), record.headers.end());
        ASSERT_TRUE(builder.append(record.offset, {.timestamp = timestamps.at(i),
                                                   .key = record.key,
                                                   .value = record.value,
                                                   .headers = headers}));
    }
    builder.cover_up_to(batch.last_offset());
    if (batch.count() == 0) {
        builder.set_max_timestamp(batch.max_timestamp());
    }
    ASSERT_TRUE(builder.finish());
}

void rebuild_legacy(const wire::BatchView& batch, ByteBuffer& out) {
    wire::RecordReader reader;
    ASSERT_TRUE(reader.start(batch, 1 << 20));
    wire::RecordView record;
    ASSERT_TRUE(*reader.next(record));
    wire::LegacySetBuilder builder{out,
                                   {.magic = batch.magic(),
                                    .timestamp_type = batch.timestamp_type(),
                                    .log_append_time = batch.max_timestamp()}};
    builder.append(record.offset, record.timestamp, record.key, record.value);
    ASSERT_TRUE(builder.finish());
}

TEST(VectorsOfCanonicalBatches, AreBuiltByteForByte) {
    for (const auto& line : vector_lines("record-batches")) {
        if (!line.at("canonical").as_bool()) {
            continue;
        }
        const auto bytes = bytes_of_hex(line.at("hex").as_string());
        ByteBuffer out;
        wire::BatchCursor cursor{bytes};
        while (true) {
            const auto batch = cursor.next();
            ASSERT_TRUE(batch);
            if (!*batch) {
                break;
            }
            (*batch)->is_legacy() ? rebuild_legacy(**batch, out) : rebuild_default(**batch, out);
        }
        EXPECT_EQ(hex_of_bytes(out.view()), line.at("hex").as_string()) << line.at("id");
    }
}

}  // namespace
}  // namespace barnabas::testing
