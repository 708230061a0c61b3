#pragma once

#include "wire/records/batch_builder.h"
#include "wire/records/record_reader.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace barnabas::log::testing {

/// A record as compaction sees it; no value: a tombstone.
struct KeyedRecord {
    std::optional<std::string> key = {};
    std::optional<std::string> value = {};

    friend bool operator==(const KeyedRecord&, const KeyedRecord&) = default;
};

struct KeyedSpec {
    std::vector<KeyedRecord> records = {};
    Offset base{0};
    Timestamp timestamp{1'767'225'600'000};  // of the first record, and of others by the step
    std::int64_t timestamp_step = 0;
    wire::Codec codec = wire::Codec::none;
    wire::TimestampType timestamp_type = wire::TimestampType::create_time;
    ProducerId producer = no_producer;
    ProducerEpoch epoch = no_producer_epoch;
    std::int32_t sequence = wire::no_sequence;
    bool transactional = false;
    std::optional<Timestamp> horizon = {};
};

inline wire::NullableBytes bytes_of(const std::optional<std::string>& text) {
    return text ? wire::NullableBytes(as_bytes(*text)) : std::nullopt;
}

inline ByteBuffer make_keyed(const KeyedSpec& spec) {
    ByteBuffer bytes;
    wire::BatchBuilder builder;
    builder.start(bytes, {.compression = wire::Compression::of(spec.codec),
                          .timestamp_type = spec.timestamp_type,
                          .base_offset = spec.base,
                          .leader_epoch = LeaderEpoch{7},
                          .log_append_time = spec.timestamp,
                          .producer_id = spec.producer,
                          .producer_epoch = spec.epoch,
                          .base_sequence = spec.sequence,
                          .transactional = spec.transactional,
                          .delete_horizon = spec.horizon});
    std::int64_t i = 0;
    for (const auto& record : spec.records) {
        EXPECT_TRUE(
            builder.append(spec.base + i, {.timestamp = spec.timestamp + i * spec.timestamp_step,
                                           .key = bytes_of(record.key),
                                           .value = bytes_of(record.value)}));
        ++i;
    }
    EXPECT_TRUE(builder.finish());
    return bytes;
}

/// The records of a batch, with their offsets.
struct FoundRecord {
    Offset offset;
    Timestamp timestamp;
    KeyedRecord record;

    friend bool operator==(const FoundRecord&, const FoundRecord&) = default;
};

inline std::vector<FoundRecord> records_of(const wire::BatchView& batch) {
    std::vector<FoundRecord> found;
    wire::RecordReader reader;
    wire::RecordView record;
    const auto text = [](const wire::NullableBytes& bytes) {
        return bytes ? std::optional(std::string(as_text(*bytes))) : std::nullopt;
    };
    EXPECT_TRUE(reader.start(batch, 1 << 24));
    while (true) {
        const auto more = reader.next(record);
        EXPECT_TRUE(more);
        if (!more || !*more) {
            return found;
        }
        found.push_back({.offset = record.offset,
                         .timestamp = record.timestamp,
                         .record = {.key = text(record.key), .value = text(record.value)}});
    }
}

}  // namespace barnabas::log::testing
