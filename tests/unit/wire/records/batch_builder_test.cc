#include "wire/records/batch_builder.h"

#include "wire/records/legacy_builder.h"
#include "wire/records/record_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace barnabas::wire {
namespace {

constexpr std::size_t decompressed_max = 1 << 24;
constexpr Codec codecs[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

/// A record with bytes of its own.
struct Owned {
    Offset offset;
    Timestamp timestamp;
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::vector<std::pair<std::string, std::optional<std::string>>> headers;

    friend bool operator==(const Owned&, const Owned&) = default;
};

NullableBytes view_of(const std::optional<std::string>& text) {
    return text ? NullableBytes{as_bytes(*text)} : std::nullopt;
}

std::optional<std::string> text_of(const NullableBytes& bytes) {
    return bytes ? std::optional{std::string{as_text(*bytes)}} : std::nullopt;
}

class Inventor {
public:
    explicit Inventor(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t n) { return random_() % n; }

    std::optional<std::string> text() {
        static constexpr std::size_t sizes[] = {0, 1, 5, 63, 64, 200, 9000};
        if (below(5) == 0) {
            return std::nullopt;
        }
        std::string text(sizes[below(std::size(sizes))], 'x');
        std::ranges::generate(text, [&] { return static_cast<char>('a' + below(4)); });
        return text;
    }

    std::vector<Owned> records(bool with_headers) {
        std::vector<Owned> records(1 + below(8));
        Offset offset{static_cast<std::int64_t>(below(1000))};
        for (auto& record : records) {
            record.offset = offset;
            record.timestamp = Timestamp{static_cast<std::int64_t>(below(1'000'000'000))};
            record.key = text();
            record.value = text();
            for (std::size_t i = with_headers ? below(4) : 0; i > 0; --i) {
                record.headers.emplace_back(text().value_or("h"), text());
            }
            offset += static_cast<std::int64_t>(1 + below(300));
        }
        return records;
    }

private:
    std::mt19937 random_;
};

std::vector<Owned> read_rest(RecordReader& reader) {
    std::vector<Owned> records;
    RecordView record;
    while (true) {
        const auto more = reader.next(record);
        EXPECT_TRUE(more) << more.error().message;
        if (!more || !*more) {
            return records;
        }
        Owned owned{
            record.offset, record.timestamp, text_of(record.key), text_of(record.value), {}};
        for (const auto& header : record.headers) {
            owned.headers.emplace_back(header.key, text_of(header.value));
        }
        records.push_back(std::move(owned));
    }
}

std::vector<Owned> read_all(const BatchView& batch, RecordReader& reader) {
    EXPECT_TRUE(batch.ensure_valid());
    EXPECT_TRUE(reader.start(batch, decompressed_max));
    auto records = read_rest(reader);
    EXPECT_TRUE(reader.restart());
    EXPECT_EQ(read_rest(reader), records) << "and once more";
    return records;
}

TEST(BatchBuilder, WhatIsBuiltReadsBackForEveryCodec) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Inventor invent{seed};
    BatchBuilder builder;
    RecordReader reader;
    for (int round = 0; round < 10; ++round) {
        const Codec codec = codecs[invent.below(std::size(codecs))];
        const auto wanted = invent.records(true);
        ByteBuffer out;
        builder.start(out, {.compression = Compression::of(codec),
                            .base_offset = wanted.front().offset - 7,
                            .producer_id = ProducerId{12},
                            .producer_epoch = ProducerEpoch{3},
                            .base_sequence = 100,
                            .transactional = true});
        for (const auto& record : wanted) {
            std::vector<RecordHeader> headers;
            for (const auto& [key, value] : record.headers) {
                headers.push_back({.key = key, .value = view_of(value)});
            }
            ASSERT_TRUE(builder.append(record.offset, {.timestamp = record.timestamp,
                                                       .key = view_of(record.key),
                                                       .value = view_of(record.value),
                                                       .headers = headers}));
        }
        ASSERT_TRUE(builder.finish());
        const BatchView batch{out.view()};
        EXPECT_EQ(batch.count(), std::ssize(wanted));
        EXPECT_EQ(batch.last_offset(), wanted.back().offset);
        EXPECT_EQ(batch.max_timestamp(), std::ranges::max(wanted, {}, &Owned::timestamp).timestamp);
        EXPECT_EQ(read_all(batch, reader), wanted);
    }
}

TEST(LegacySetBuilder, WhatIsBuiltReadsBackForEveryCodecOfItsTime) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Inventor invent{seed};
    RecordReader reader;
    for (int round = 0; round < 10; ++round) {
        const auto magic = static_cast<std::int8_t>(invent.below(2));
        auto wanted = invent.records(false);
        ByteBuffer out;
        LegacySetBuilder builder{out,
                                 {.magic = magic,
                                  .compression = Compression::of(codecs[invent.below(4)]),
                                  .base_offset = wanted.front().offset}};
        for (auto& record : wanted) {
            builder.append(record.offset, record.timestamp, view_of(record.key),
                           view_of(record.value));
            record.timestamp = magic == magic_v0 ? no_timestamp : record.timestamp;
        }
        ASSERT_TRUE(builder.finish());
        std::vector<Owned> got;
        BatchCursor cursor{out.view()};
        for (auto batch = cursor.next(); batch && *batch; batch = cursor.next()) {
            EXPECT_EQ((*batch)->magic(), magic);
            std::ranges::move(read_all(**batch, reader), std::back_inserter(got));
        }
        EXPECT_EQ(cursor.position(), out.size());
        EXPECT_EQ(got, wanted);
    }
}

TEST(BatchBuilder, RefusesWhatNoBatchCanHold) {
    struct Row {
        std::int64_t offset;
        std::int64_t timestamp;
        ErrorCode want;
    };
    const Row rows[] = {{.offset = 10, .timestamp = 0, .want = ErrorCode::invalid_record},
                        {.offset = 9, .timestamp = 0, .want = ErrorCode::invalid_record},
                        {.offset = 2147483653, .timestamp = 0, .want = ErrorCode::invalid_record},
                        {.offset = 11, .timestamp = -2, .want = ErrorCode::invalid_timestamp},
                        {.offset = 2147483652, .timestamp = -1, .want = ErrorCode::none}};
    ByteBuffer out;
    BatchBuilder builder;
    for (const auto& row : rows) {
        builder.start(out, {.base_offset = Offset{5}});
        ASSERT_TRUE(builder.append(Offset{10}, {.timestamp = Timestamp{1}}));
        const auto added =
            builder.append(Offset{row.offset}, {.timestamp = Timestamp{row.timestamp}});
        EXPECT_EQ(added ? ErrorCode::none : added.error().code, row.want) << row.offset;
    }
}

TEST(BatchBuilder, ABatchThatIsNotFinishedLeavesNothingBehind) {
    ByteBuffer out;
    out.append(as_bytes("before"));
    BatchBuilder builder;
    builder.start(out, {});
    ASSERT_TRUE(builder.append(Offset{0}, {.value = as_bytes("dropped")}));
    builder.start(out, {});
    ASSERT_TRUE(builder.append(Offset{0}, {.value = as_bytes("kept")}));
    const auto built = builder.finish();
    ASSERT_TRUE(built);
    EXPECT_EQ(out.size(), 6 + built->size());
    EXPECT_EQ(as_text(out.view()).substr(0, 6), "before");
}

}  // namespace
}  // namespace barnabas::wire
