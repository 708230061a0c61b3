#pragma once

#include "wire/records/batch_builder.h"
#include "wire/records/control_record.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::log::testing {

/// A batch as a client or a coordinator sends it; every field has a good default.
struct BatchSpec {
    int records = 1;
    std::size_t value_size = 20;
    Timestamp timestamp{1'767'225'600'000};  // of the first record, rising by step
    std::int64_t timestamp_step = 0;
    wire::Codec codec = wire::Codec::none;
    ProducerId producer = no_producer;
    ProducerEpoch epoch = no_producer_epoch;
    std::int32_t sequence = wire::no_sequence;
    bool transactional = false;
    char fill = 'x';
};

inline ByteBuffer make_batch(const BatchSpec& spec = {}) {
    ByteBuffer bytes;
    wire::BatchBuilder builder;
    builder.start(bytes, {.compression = wire::Compression::of(spec.codec),
                          .producer_id = spec.producer,
                          .producer_epoch = spec.epoch,
                          .base_sequence = spec.sequence,
                          .transactional = spec.transactional});
    const std::string value(spec.value_size, spec.fill);
    for (int i = 0; i < spec.records; ++i) {
        EXPECT_TRUE(
            builder.append(Offset{i}, {.timestamp = spec.timestamp + i * spec.timestamp_step,
                                       .key = as_bytes("key"),
                                       .value = as_bytes(value)}));
    }
    EXPECT_TRUE(builder.finish());
    return bytes;
}

/// The marker that ends a transaction.
inline ByteBuffer make_marker(ProducerId producer, ProducerEpoch epoch, bool committed,
                              Timestamp timestamp = BatchSpec{}.timestamp) {
    ByteBuffer bytes;
    wire::BatchBuilder builder;
    builder.start(
        bytes,
        {.producer_id = producer, .producer_epoch = epoch, .transactional = true, .control = true});
    const auto key =
        wire::make_control_key(committed ? wire::ControlType::commit : wire::ControlType::abort);
    const auto value = wire::make_end_transaction_value(0);
    EXPECT_TRUE(builder.append(
        Offset{0}, {.timestamp = timestamp, .key = ByteView(key), .value = ByteView(value)}));
    EXPECT_TRUE(builder.finish());
    return bytes;
}

}  // namespace barnabas::log::testing
