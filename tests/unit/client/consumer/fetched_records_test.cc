#include "client/consumer/fetched_records.h"

#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;
using wire::Codec;
using wire::ControlType;

FetchedPartition fetched(const ByteBuffer& bytes, std::int64_t from,
                         std::vector<AbortedTransaction> aborted = {}) {
    auto owner = std::make_shared<ByteBuffer>();
    owner->append(bytes.view());
    const ByteView view = owner->view();
    return {.partition = tp("t", 0),
            .stamp = 1,
            .fetch_offset = Offset{from},
            .records = view,
            .owner = std::move(owner),
            .aborted = std::move(aborted)};
}

/// All offsets, `step` at a time, with '|' between the chunks, and where it goes on.
std::string read(FetchedRecords& records, std::size_t step = 1000) {
    DecodeTools tools;
    std::string text;
    while (!records.drained()) {
        const auto chunk = records.take(step, tools);
        if (!chunk) {
            return text + " error: " + chunk.error().message;
        }
        if (*chunk) {
            text += text.empty() ? "" : "|";
            text += offsets_of(ConsumerRecords({*chunk}));
        }
    }
    return fmt::format("{} -> {}", text, records.next().offset);
}

TEST(FetchedRecords, HandsOutWhatLiesBehindThePosition) {
    struct Row {
        std::vector<BatchSpec> batches;
        std::int64_t from;
        std::size_t step;
        std::string want;
    };
    const Row rows[] = {
        {.batches = {{.base = 0, .count = 3}}, .from = 0, .step = 100, .want = "0 1 2 -> 3"},
        {.batches = {{.base = 0, .count = 3}}, .from = 2, .step = 100, .want = "2 -> 3"},
        {.batches = {{.base = 0, .count = 3}, {.base = 3, .count = 2}},
         .from = 1,
         .step = 100,
         .want = "1 2 3 4 -> 5"},
        {.batches = {{.base = 0, .count = 3}, {.base = 3, .count = 2}},
         .from = 0,
         .step = 2,
         .want = "0 1|2 3|4 -> 5"},
        // A batch that lies before the position altogether, and one whose end was compacted away.
        {.batches = {{.base = 0, .count = 3}, {.base = 3, .count = 2, .cover_up_to = 9}},
         .from = 3,
         .step = 100,
         .want = "3 4 -> 10"},
        {.batches = {{.base = 5, .offsets = {5, 8, 12}}},
         .from = 6,
         .step = 1,
         .want = "8|12 -> 13"},
        {.batches = {{.base = 0, .count = 50, .codec = Codec::gzip},
                     {.base = 50, .count = 1, .codec = Codec::lz4}},
         .from = 48,
         .step = 100,
         .want = "48 49 50 -> 51"},
        {.batches = {{.base = 0, .count = 3, .codec = Codec::zstd}},
         .from = 0,
         .step = 2,
         .want = "0 1|2 -> 3"},
        {.batches = {{.base = 0, .count = 3, .codec = Codec::snappy}},
         .from = 3,
         .step = 2,
         .want = " -> 3"},
        {.batches = {}, .from = 7, .step = 2, .want = " -> 7"},
    };
    for (const Row& row : rows) {
        ByteBuffer bytes;
        for (const BatchSpec& batch : row.batches) {
            add_batch(bytes, batch);
        }
        FetchedRecords records(fetched(bytes, row.from), {});
        EXPECT_EQ(read(records, row.step), row.want);
    }
}

TEST(FetchedRecords, ShowsEveryPartOfARecord) {
    ByteBuffer bytes;
    add_batch(bytes, {.base = 7, .count = 1, .codec = Codec::zstd, .epoch = 4});
    DecodeTools tools;
    FetchedRecords records(fetched(bytes, 0), {});
    const auto chunk = records.take(10, tools);
    ASSERT_TRUE(chunk && *chunk);
    const ConsumerRecords all({*chunk});
    const ConsumerRecord record = *all.begin();  // a copy outlives what it came from
    EXPECT_EQ(record.topic(), "t");
    EXPECT_EQ(record.offset(), Offset{7});
    EXPECT_EQ(record.leader_epoch(), LeaderEpoch{4});
    EXPECT_EQ(record.timestamp(), Timestamp{1007});
    EXPECT_EQ(record.timestamp_type(), TimestampType::create_time);
    EXPECT_EQ(record.key_text(), "k");
    EXPECT_EQ(record.value_text(), "7");
    EXPECT_EQ(record.headers().size(), 2U);
    std::string headers;
    for (const HeaderView& header : record.headers()) {
        headers += fmt::format("{}={} ", header.key,
                               header.value ? as_text(*header.value) : std::string_view("null"));
    }
    EXPECT_EQ(headers, "h=v n=null ");
    EXPECT_EQ(as_text(*record.header("h")->value), "v");
    EXPECT_FALSE(record.header("x").has_value());
    EXPECT_EQ(all.next_offsets().at(tp("t", 0)),
              (OffsetAndMetadata{.offset = Offset{8}, .leader_epoch = LeaderEpoch{4}}));
}

TEST(FetchedRecords, LeavesOutMarkersAndAbortedTransactions) {
    // 0: plain, 1: A's that is aborted, 2: B's that is committed, 3: A's abort, 4: A's next one.
    ByteBuffer bytes;
    add_batch(bytes, {.base = 0});
    add_batch(bytes, {.base = 1, .producer = 10, .transactional = true});
    add_batch(bytes, {.base = 2, .producer = 20, .transactional = true});
    add_marker(bytes, 3, 10, ControlType::abort);
    add_batch(bytes, {.base = 4, .producer = 10, .transactional = true});
    add_marker(bytes, 5, 20, ControlType::commit);
    const std::vector<AbortedTransaction> aborted{
        {.producer = ProducerId{10}, .first_offset = Offset{1}}};

    FetchedRecords committed(fetched(bytes, 0, aborted),
                             {.isolation = IsolationLevel::read_committed});
    EXPECT_EQ(read(committed, 2), "0 2|4 -> 6");
    FetchedRecords all(fetched(bytes, 0, aborted), {});
    EXPECT_EQ(read(all), "0 1 2 4 -> 6");
}

TEST(FetchedRecords, HandsOutWhatComesBeforeABadBatchAndThenFails) {
    ByteBuffer bytes;
    add_batch(bytes, {.base = 0, .count = 2});
    const std::size_t second = bytes.size();
    add_batch(bytes, {.base = 2, .count = 2});
    bytes.data()[second + 70] ^= std::byte{1};
    DecodeTools tools;
    FetchedRecords records(fetched(bytes, 0), {});
    const auto good = records.take(100, tools);
    ASSERT_TRUE(good && *good);
    EXPECT_EQ((*good)->entries.size(), 2U);
    for (int i = 0; i < 2; ++i) {  // again and again
        const auto bad = records.take(100, tools);
        ASSERT_FALSE(bad);
        EXPECT_EQ(bad.error().code, ErrorCode::corrupt_message);
        EXPECT_THAT(bad.error().message, HasSubstr("t-0 cannot be read at offset 2"));
    }
    EXPECT_EQ(records.next().offset, Offset{2});
}

TEST(FetchedRecords, LooksAtChecksumsOnlyIfAskedTo) {
    ByteBuffer bytes;
    add_batch(bytes, {.base = 0, .count = 1});
    bytes.data()[wire::batch_layout::crc_at] ^= std::byte{1};
    FetchedRecords strict(fetched(bytes, 0), {});
    EXPECT_THAT(read(strict), HasSubstr("error"));
    FetchedRecords lenient(fetched(bytes, 0), {.check_crcs = false});
    EXPECT_EQ(read(lenient), "0 -> 1");
}

TEST(FetchedRecords, AnyBytesAreReadOrRefused) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 2000; ++round) {
        ByteBuffer bytes;
        add_batch(bytes, {.base = 0, .count = 3, .codec = static_cast<Codec>(random() % 5)});
        add_batch(bytes, {.base = 3, .count = 3});
        for (unsigned i = 0; i < 1 + random() % 4; ++i) {
            bytes.data()[random() % bytes.size()] = static_cast<std::byte>(random());
        }
        FetchedRecords records(fetched(bytes, 0), {.check_crcs = false});
        DecodeTools tools;
        Offset last = records.next().offset;
        while (!records.drained()) {
            const auto chunk = records.take(2, tools);
            EXPECT_LE(last, records.next().offset);
            last = records.next().offset;
            if (!chunk) {
                break;
            }
            if (*chunk) {
                for (const auto& record : ConsumerRecords({*chunk})) {
                    for (const auto& header : record.headers()) {
                        EXPECT_LE(header.key.size(), bytes.size() * 1000);
                    }
                }
            }
        }
    }
}

}  // namespace
}  // namespace barnabas::client
