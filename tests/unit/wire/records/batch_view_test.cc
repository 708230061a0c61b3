#include "wire/records/batch_view.h"

#include "wire/records/batch_builder.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace barnabas::wire {
namespace {

ByteBuffer one_record_batch() {
    ByteBuffer out;
    BatchBuilder builder;
    builder.start(out, {});
    EXPECT_TRUE(builder.append(Offset{0}, {.timestamp = Timestamp{5}, .value = as_bytes("v")}));
    EXPECT_TRUE(builder.finish());
    return out;
}

TEST(BatchView, PlacementLeavesTheChecksumRight) {
    auto buffer = one_record_batch();
    assign_offsets(buffer.mutable_view(), Offset{1'000'000}, LeaderEpoch{9});
    const BatchView batch{buffer.view()};
    EXPECT_TRUE(batch.ensure_valid());
    EXPECT_EQ(batch.base_offset(), Offset{1'000'000});
    EXPECT_EQ(batch.next_offset(), Offset{1'000'001});
    EXPECT_EQ(batch.leader_epoch(), LeaderEpoch{9});
}

TEST(BatchView, AnyFlippedBitUnderTheChecksumIsNoticed) {
    auto buffer = one_record_batch();
    for (std::size_t i = batch_layout::crc_at; i < buffer.size(); ++i) {
        buffer.data()[i] ^= std::byte{0x10};
        EXPECT_FALSE(BatchView{buffer.view()}.ensure_valid()) << "byte " << i;
        buffer.data()[i] ^= std::byte{0x10};
    }
    EXPECT_TRUE(BatchView{buffer.view()}.ensure_valid());
}

/// Every prefix may be viewed: what is not there reads as 0 and is refused by ensure_valid().
TEST(BatchView, OfABatchCutShortReadsNothingBeyondIt) {
    const auto buffer = one_record_batch();
    for (std::size_t size = 0; size < batch_layout::records_at; ++size) {
        const std::vector<std::byte> cut(buffer.data(), buffer.data() + size);
        const BatchView batch{cut};
        EXPECT_FALSE(batch.ensure_valid()) << size;
        EXPECT_EQ(batch.payload().size(), 0U);
        if (batch.magic() == magic_v2) {
            EXPECT_FALSE(batch.has_whole_header());
            EXPECT_EQ(batch.count(), 0);
        }
    }
}

TEST(BatchFraming, IsToldByLengthAndMagic) {
    struct Row {
        std::int32_t length;
        std::int8_t magic;
        std::size_t bytes;
        bool fails;
        bool found;
    };
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    const Row rows[] = {
        {.length = 14, .magic = 0, .bytes = 11, .fails = false, .found = false},
        {.length = 13, .magic = 0, .bytes = 12, .fails = true, .found = false},
        {.length = -1, .magic = 2, .bytes = 40, .fails = true, .found = false},
        {.length = 14, .magic = 3, .bytes = 16, .fails = false, .found = false},
        {.length = 14, .magic = 3, .bytes = 17, .fails = true, .found = false},
        {.length = 14, .magic = -1, .bytes = 17, .fails = true, .found = false},
        {.length = 14, .magic = 2, .bytes = 25, .fails = false, .found = false},
        {.length = 14, .magic = 2, .bytes = 26, .fails = false, .found = true},
        {.length = 14, .magic = 2, .bytes = 40, .fails = false, .found = true},
        {.length = most, .magic = 2, .bytes = 40, .fails = true, .found = false},
        {.length = most - 12, .magic = 2, .bytes = 40, .fails = false, .found = false},
    };
    for (const auto& row : rows) {
        std::array<std::byte, 40> bytes{};
        store_big_endian(bytes.data() + batch_layout::length_at, row.length);
        store_big_endian(bytes.data() + batch_layout::magic_at, row.magic);
        const auto batch = next_batch(ByteView{bytes}.first(row.bytes));
        EXPECT_EQ(!batch, row.fails) << row.length << " " << int{row.magic};
        EXPECT_EQ(batch && *batch, row.found) << row.length << " " << int{row.magic};
    }
}

TEST(Sequences, GoRound) {
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    struct Row {
        std::int32_t from;
        std::int32_t by;
        std::int32_t want;
    };
    const Row rows[] = {{.from = 0, .by = 0, .want = 0},
                        {.from = 0, .by = most, .want = most},
                        {.from = most, .by = 1, .want = 0},
                        {.from = most - 1, .by = 3, .want = 1},
                        {.from = most, .by = most, .want = most - 1}};
    for (const auto& row : rows) {
        EXPECT_EQ(sequence_after(row.from, row.by), row.want) << row.from << " + " << row.by;
    }
}

}  // namespace
}  // namespace barnabas::wire
