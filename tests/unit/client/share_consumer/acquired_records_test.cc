#include "client/share_consumer/acquired_records.h"

#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;
using wire::Codec;

FetchedShare share_of(const ByteBuffer& bytes, std::vector<AcquiredRange> acquired) {
    auto owner = std::make_shared<ByteBuffer>();
    owner->append(bytes.view());
    const ByteView view = owner->view();
    return {.broker = BrokerId{1},
            .topic_id = topic_id("t"),
            .partition = tp("t", 0),
            .records = view,
            .owner = std::move(owner),
            .acquired = std::move(acquired)};
}

AcquiredRange range(std::int64_t first, std::int64_t last, std::int16_t count = 1) {
    return {.first = Offset{first}, .last = Offset{last}, .delivery_count = count};
}

/// "0*2 1*2 | gap 5-6 | 7*1": records with their delivery counts, and after a bar what is
/// acknowledged unasked, take by take.
std::string read_all(ShareDrain& drain, std::size_t step) {
    std::string text;
    while (!drain.empty()) {
        auto taken = drain.take(step);
        for (const Delivery& delivery : taken.deliveries) {
            if (delivery.chunk) {
                for (const auto& record : ConsumerRecords({delivery.chunk})) {
                    text += fmt::format("{}*{} ", record.offset(), *record.delivery_count());
                }
            }
            for (const auto& run : delivery.own.runs()) {
                const char* const names[] = {"gap", "accept", "release", "reject"};
                text += fmt::format("{} {}-{} ", names[static_cast<int>(run.type)], run.first,
                                    run.last);
            }
        }
        if (taken.error) {
            text += "error ";
        }
        text += "| ";
    }
    return text;
}

TEST(AcquiredRecords, HandsOutWhatWasAcquiredAndNothingElse) {
    struct Row {
        std::vector<BatchSpec> batches;
        std::vector<AcquiredRange> acquired;
        std::size_t step;
        std::string want;
    };
    const Row rows[] = {
        {.batches = {{.base = 0, .count = 3}},
         .acquired = {range(0, 2)},
         .step = 10,
         .want = "0*1 1*1 2*1 | "},
        {.batches = {{.base = 0, .count = 5}},
         .acquired = {range(1, 1, 2), range(3, 4, 3)},
         .step = 10,
         .want = "1*2 3*3 4*3 | "},
        {.batches = {{.base = 0, .count = 3}, {.base = 3, .count = 2, .codec = Codec::zstd}},
         .acquired = {range(2, 4)},
         .step = 1,
         .want = "2*1 | 3*1 | 4*1 | "},
        // Compaction left holes: nobody is to get those again.
        {.batches = {{.base = 0, .offsets = {0, 3, 9}}},
         .acquired = {range(0, 9)},
         .step = 10,
         .want = "0*1 3*1 9*1 gap 1-2 gap 4-8 | "},
        {.batches = {{.base = 0, .count = 2, .cover_up_to = 5}, {.base = 6, .count = 1}},
         .acquired = {range(0, 6)},
         .step = 10,
         .want = "0*1 1*1 6*1 gap 2-5 | "},
        // Acquired beyond what was sent, and with nothing sent at all.
        {.batches = {{.base = 0, .count = 2}},
         .acquired = {range(1, 3)},
         .step = 10,
         .want = "1*1 gap 2-3 | "},
        {.batches = {}, .acquired = {range(4, 5)}, .step = 10, .want = "gap 4-5 | "},
        {.batches = {{.base = 0, .count = 2}}, .acquired = {}, .step = 10, .want = "| "},
    };
    for (const Row& row : rows) {
        ByteBuffer bytes;
        for (const BatchSpec& batch : row.batches) {
            add_batch(bytes, batch);
        }
        ShareDrain drain(true);
        drain.add({share_of(bytes, row.acquired)});
        EXPECT_EQ(read_all(drain, row.step), row.want);
    }
}

TEST(AcquiredRecords, TakesMarkersForGaps) {
    ByteBuffer bytes;
    add_batch(bytes, {.base = 0, .count = 2, .producer = 7, .transactional = true});
    add_marker(bytes, 2, 7, wire::ControlType::commit);
    add_batch(bytes, {.base = 3, .count = 1});
    ShareDrain drain(true);
    drain.add({share_of(bytes, {range(0, 3)})});
    EXPECT_EQ(read_all(drain, 100), "0*1 1*1 3*1 gap 2-2 | ");
}

TEST(AcquiredRecords, RejectsABatchThatCannotBeReadAndGoesOn) {
    ByteBuffer bytes;
    add_batch(bytes, {.base = 0, .count = 2});
    const std::size_t second = bytes.size();
    add_batch(bytes, {.base = 2, .count = 3});
    add_batch(bytes, {.base = 5, .count = 1});
    bytes.data()[second + 70] ^= std::byte{1};  // its checksum is wrong
    ShareDrain drain(true);
    drain.add({share_of(bytes, {range(1, 3), range(5, 5)})});
    auto first = drain.take(100);
    ASSERT_TRUE(first.error);
    EXPECT_EQ(first.count, 1U);
    EXPECT_EQ(first.error->code, ErrorCode::corrupt_message);
    EXPECT_THAT(first.error->message, HasSubstr("t-0 cannot be read at offset 2"));
    EXPECT_THAT(first.error->message, HasSubstr("to offset 4 is rejected"));
    EXPECT_EQ(first.deliveries.front().own.runs(),
              (std::vector<Acknowledgements::Run>{
                  {.first = Offset{2}, .last = Offset{3}, .type = AckType::reject}}));
    EXPECT_EQ(read_all(drain, 100), "5*1 | ");
}

TEST(AcquiredRecords, RejectsTheRestWhereNoBatchCanBeFound) {
    ByteBuffer bytes;
    add_batch(bytes, {.base = 0, .count = 2});
    const std::size_t second = bytes.size();
    add_batch(bytes, {.base = 2, .count = 3});
    bytes.data()[second + 16] = std::byte{9};  // no such magic
    ShareDrain drain(true);
    drain.add({share_of(bytes, {range(0, 4)})});
    EXPECT_EQ(read_all(drain, 100), "0*1 1*1 reject 2-4 error | ");
}

TEST(AcquiredRecords, GivesBackWhatNobodyHasSeen) {
    ByteBuffer bytes;
    add_batch(bytes, {.base = 0, .count = 10});
    ShareDrain drain(true);
    drain.add({share_of(bytes, {range(0, 4), range(8, 9)}), share_of(bytes, {range(6, 6)})});
    EXPECT_EQ(drain.take(2).count, 2U);
    const auto back = drain.give_back();
    ASSERT_EQ(back.size(), 2U);
    EXPECT_EQ(back[0].own.runs(),
              (std::vector<Acknowledgements::Run>{
                  {.first = Offset{2}, .last = Offset{4}, .type = AckType::release},
                  {.first = Offset{8}, .last = Offset{9}, .type = AckType::release}}));
    EXPECT_EQ(back[1].own.runs().front().first, Offset{6});
    EXPECT_TRUE(drain.empty());
}

}  // namespace
}  // namespace barnabas::client
