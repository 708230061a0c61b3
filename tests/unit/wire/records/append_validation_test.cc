#include "wire/records/append_validation.h"

#include "wire/records/batch_builder.h"
#include "wire/records/legacy_builder.h"
#include "wire/varint.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace barnabas::wire {
namespace {

constexpr Timestamp now{1'700'000'000'000};
constexpr Codec codecs[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

AppendRules rules_now() {
    AppendRules rules;
    rules.now = now;
    return rules;
}

ByteBuffer batch_of(Codec codec, std::int32_t count,
                    const std::function<BatchBuilder::Record(std::int32_t)>& make) {
    ByteBuffer out;
    BatchBuilder builder;
    builder.start(out, {.compression = Compression::of(codec)});
    for (std::int32_t i = 0; i < count; ++i) {
        EXPECT_TRUE(builder.append(Offset{i}, make(i)));
    }
    EXPECT_TRUE(builder.finish());
    return out;
}

/// The same batch with another payload; the checksum does not matter to validation.
ByteBuffer with_payload(const ByteBuffer& batch, Codec codec, ByteView records) {
    ByteBuffer out;
    out.append(batch.view().first(batch_layout::records_at));
    Compressor compressor;
    EXPECT_TRUE(compressor.compress(Compression::of(codec), records, false, out));
    store_big_endian(out.data() + batch_layout::length_at,
                     static_cast<std::int32_t>(out.size() - batch_layout::log_overhead));
    store_big_endian(out.data() + batch_layout::attributes_at, static_cast<std::int16_t>(codec));
    return out;
}

/// Records of every size around the window through which compressed payloads are walked.
TEST(AppendValidator, WalksRecordsThatAreLargerThanItsWindow) {
    const std::string large(300'000, 'x');
    const std::string medium(66'000, 'y');
    const std::vector<RecordHeader> headers = {{.key = "a", .value = as_bytes(medium)},
                                               {.key = medium, .value = std::nullopt}};
    AppendValidator validator;
    for (const Codec codec : codecs) {
        auto buffer = batch_of(codec, 4, [&](std::int32_t i) {
            return BatchBuilder::Record{
                .timestamp = now + i,
                .key = i % 2 == 0 ? NullableBytes{as_bytes(medium)} : std::nullopt,
                .value = i == 0 ? std::nullopt : NullableBytes{as_bytes(i == 2 ? large : medium)},
                .headers = i > 1 ? std::span{headers} : std::span<const RecordHeader>{}};
        });
        const auto valid = validator.validate(buffer.mutable_view(), rules_now());
        ASSERT_TRUE(valid) << codec_name(codec) << valid.error().error.message;
        EXPECT_EQ(valid->max_timestamp, now + 3);
        EXPECT_EQ(valid->count, 4);
        EXPECT_EQ(valid->bytes.data(), buffer.data()) << "it stays in place";
    }
}

/// A lie inside a large record of a compressed batch is found without holding the record.
TEST(AppendValidator, RefusesALargeRecordWhoseLengthsDoNotFit) {
    const std::string value(400'000, 'v');
    const auto good = batch_of(Codec::none, 1, [&](std::int32_t) {
        return BatchBuilder::Record{.timestamp = now, .value = as_bytes(value)};
    });
    const ByteView records = BatchView{good.view()}.payload();
    struct Row {
        const char* what;
        std::size_t cut;  ///< bytes taken off the end
        std::string extra;
        int size_change;
        bool fine;
    };
    const Row rows[] = {
        {.what = "unchanged", .cut = 0, .extra = "", .size_change = 0, .fine = true},
        {.what = "a byte missing", .cut = 1, .extra = "", .size_change = 0, .fine = false},
        {.what = "half missing", .cut = 200'000, .extra = "", .size_change = 0, .fine = false},
        {.what = "a byte more", .cut = 0, .extra = "x", .size_change = 0, .fine = false},
        {.what = "size too small", .cut = 0, .extra = "", .size_change = -1, .fine = false},
        {.what = "size too large", .cut = 0, .extra = "x", .size_change = 1, .fine = false},
        {.what = "headers missing", .cut = 1, .extra = "\x04", .size_change = 0, .fine = false},
    };
    AppendValidator validator;
    for (const auto& row : rows) {
        std::int32_t size = 0;
        const std::byte* const body =
            read_varint(records.data(), records.data() + records.size(), size);
        ByteBuffer changed;
        changed.resize(varint_size_max);
        changed.resize(static_cast<std::size_t>(
            write_varlong(changed.data(), size + row.size_change) - changed.data()));
        changed.append({body, static_cast<std::size_t>(size) - row.cut});
        changed.append(as_bytes(row.extra));
        auto buffer = with_payload(good, Codec::zstd, changed.view());
        const auto valid = validator.validate(buffer.mutable_view(), rules_now());
        EXPECT_EQ(valid.has_value(), row.fine) << row.what;
    }
}

TEST(AppendValidator, NamesTheRecordsToBlameUpToAThousand) {
    auto rules = rules_now();
    rules.compacted = true;
    AppendValidator validator;
    for (const Codec codec : codecs) {
        auto buffer = batch_of(codec, 1500, [&](std::int32_t i) {
            return BatchBuilder::Record{.timestamp = now,
                                        .key = i < 2 ? NullableBytes{ByteView{}} : std::nullopt};
        });
        const auto refused = validator.validate(buffer.mutable_view(), rules);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().error.code, ErrorCode::invalid_record);
        ASSERT_EQ(refused.error().record_errors.size(), 1000U);
        EXPECT_EQ(refused.error().record_errors.front().index, 2);
        EXPECT_EQ(refused.error().record_errors.back().index, 1001);
    }
}

/// A few hundred bytes that become 512 KiB: the walk stops at its limit, and a rebuild at its own.
TEST(AppendValidator, RefusesWhatUnfoldsTooFar) {
    const std::string zeros(64 << 10, '\0');
    auto buffer = batch_of(Codec::zstd, 8, [&](std::int32_t) {
        return BatchBuilder::Record{.timestamp = now, .value = as_bytes(zeros)};
    });
    AppendValidator validator;
    auto rules = rules_now();
    rules.decompressed_max = 256 << 10;
    const auto refused = validator.validate(buffer.mutable_view(), rules);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error.code, ErrorCode::invalid_record);

    rules = rules_now();
    rules.target = Compression::of(Codec::none);
    rules.rebuilt_max = 256 << 10;
    EXPECT_FALSE(validator.validate(buffer.mutable_view(), rules));
    rules.rebuilt_max = 1 << 20;
    EXPECT_TRUE(validator.validate(buffer.mutable_view(), rules));
}

/// Kafka takes this one and stores two records at one offset.
TEST(AppendValidator, RefusesOffsetsInsideThatDoNotRiseByOne) {
    auto buffer = batch_of(Codec::none, 2,
                           [&](std::int32_t) { return BatchBuilder::Record{.timestamp = now}; });
    // size, attributes, timestamp delta, offset delta, key, value, headers: a byte each
    std::byte& second_delta = buffer.data()[buffer.size() - 4];
    ASSERT_EQ(second_delta, std::byte{2});
    second_delta = std::byte{0};
    AppendValidator validator;
    const auto refused = validator.validate(buffer.mutable_view(), rules_now());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error.code, ErrorCode::invalid_record);
}

/// A magic 1 message compressed by hand, so that what is inside can be broken.
ByteBuffer wrapper_around(ByteView inner) {
    ByteBuffer value;
    Compressor compressor;
    EXPECT_TRUE(compressor.compress(Compression::of(Codec::gzip), inner, false, value));
    ByteBuffer outer;
    LegacySetBuilder wrapper{outer, {.magic = magic_v1}};
    wrapper.append(Offset{0}, now, std::nullopt, value.view());
    EXPECT_TRUE(wrapper.finish());
    outer.data()[batch_layout::legacy_attributes_at] = static_cast<std::byte>(Codec::gzip);
    return outer;
}

TEST(AppendValidator, ChecksTheChecksumsOfOldMessagesWithinACompressedOne) {
    ByteBuffer inner;
    LegacySetBuilder message{inner, {.magic = magic_v1}};
    message.append(Offset{0}, now, std::nullopt, as_bytes("value"));
    ASSERT_TRUE(message.finish());
    AppendValidator validator;

    auto good = wrapper_around(inner.view());
    const auto valid = validator.validate(good.mutable_view(), rules_now());
    ASSERT_TRUE(valid) << valid.error().error.message;
    EXPECT_EQ(valid->view().magic(), magic_v2);
    EXPECT_EQ(valid->view().codec(), Codec::gzip);

    inner.data()[inner.size() - 1] ^= std::byte{1};
    auto broken = wrapper_around(inner.view());
    const auto refused = validator.validate(broken.mutable_view(), rules_now());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error.code, ErrorCode::corrupt_message);
}

TEST(AppendValidator, StampsABatchAndMendsItsChecksum) {
    auto rules = rules_now();
    rules.timestamp_type = TimestampType::log_append_time;
    AppendValidator validator;
    for (const Codec codec : codecs) {
        auto buffer = batch_of(codec, 3, [&](std::int32_t i) {
            return BatchBuilder::Record{.timestamp = Timestamp{i}};
        });
        const auto valid = validator.validate(buffer.mutable_view(), rules);
        ASSERT_TRUE(valid);
        EXPECT_EQ(valid->assign(Offset{50}, LeaderEpoch{2}), Offset{53});
        const BatchView batch{buffer.view()};
        EXPECT_TRUE(batch.ensure_valid());
        EXPECT_EQ(batch.timestamp_type(), TimestampType::log_append_time);
        EXPECT_EQ(batch.max_timestamp(), now);
        EXPECT_EQ(batch.codec(), codec);
    }
}

TEST(AppendValidator, TakesAnotherCodecOnlyByBuildingAnew) {
    AppendValidator validator;
    for (const Codec from : codecs) {
        for (const Codec to : codecs) {
            auto buffer = batch_of(from, 5, [&](std::int32_t) {
                return BatchBuilder::Record{.timestamp = now, .value = as_bytes("value")};
            });
            auto rules = rules_now();
            rules.target = Compression::of(to);
            const auto valid = validator.validate(buffer.mutable_view(), rules);
            ASSERT_TRUE(valid);
            EXPECT_EQ(valid->rebuilt, from != to);
            EXPECT_EQ(valid->view().codec(), to);
            EXPECT_TRUE(valid->view().ensure_valid());
        }
    }
}

}  // namespace
}  // namespace barnabas::wire
