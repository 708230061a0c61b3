#include "client/consumer/drain.h"

#include "unit/client/consumer/worlds.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::client {
namespace {

FetchedPartition fetched(const TopicPartition& partition, std::uint64_t stamp,
                         const BatchSpec& batch) {
    auto owner = std::make_shared<ByteBuffer>();
    add_batch(*owner, batch);
    const ByteView view = owner->view();
    return {.partition = partition,
            .stamp = stamp,
            .fetch_offset = Offset{batch.base},
            .records = view,
            .owner = std::move(owner)};
}

std::string take(Drain& drain, std::size_t count) {
    const auto records = drain.take(count);
    if (!records) {
        return "error";
    }
    std::string text;
    for (const auto& record : *records) {
        text += fmt::format("{}{}:{}", text.empty() ? "" : " ", record.topic(), record.offset());
    }
    return text;
}

TEST(ConsumerRecords, KeepsThoseThatAreWanted) {
    Drain drain({});
    drain.add({fetched(tp("a", 0), 1, {.base = 0, .count = 4}),
               fetched(tp("b", 0), 2, {.base = 10, .count = 2})});
    const auto all = drain.take(10);
    ASSERT_TRUE(all);
    const auto some = all->keep_if([](const ConsumerRecord& record) {
        return record.topic() == "a" && record.offset().get() % 2 == 1;
    });
    std::vector<std::int64_t> offsets;
    for (const auto& record : some) {
        offsets.push_back(record.offset().get());
    }
    EXPECT_EQ(offsets, (std::vector<std::int64_t>{1, 3}));
    EXPECT_EQ(some.size(), 2U);
    EXPECT_EQ(some.partitions(), (std::vector<TopicPartition>{tp("a", 0)}));
    EXPECT_EQ(some.next_offsets().at(tp("a", 0)).offset, Offset{4});
    EXPECT_TRUE(all->keep_if([](const ConsumerRecord&) { return false; }).empty());
    EXPECT_EQ(all->size(), 6U) << "it stays as it was";
}

TEST(Drain, HandsOutInOrderAndTellsHowFarItCame) {
    Drain drain({});
    drain.add({fetched(tp("a", 0), 1, {.base = 0, .count = 3})});
    drain.add({fetched(tp("b", 0), 2, {.base = 10, .count = 2})});
    EXPECT_EQ(take(drain, 2), "a:0 a:1");
    EXPECT_FALSE(drain.has_released());
    EXPECT_EQ(take(drain, 2), "a:2 b:10");
    EXPECT_TRUE(drain.has_released());
    const auto consumed = drain.take_consumed();
    ASSERT_EQ(consumed.size(), 2U);
    EXPECT_EQ(consumed[0].next.offset, Offset{3});
    EXPECT_GT(consumed[0].released, 0U);
    EXPECT_EQ(consumed[1].next.offset, Offset{11});
    EXPECT_EQ(consumed[1].released, 0U);
    EXPECT_EQ(take(drain, 100), "b:11");
    EXPECT_FALSE(drain.has_records());
}

TEST(Drain, KeepsWhatIsPaused) {
    Drain drain({});
    drain.add({fetched(tp("a", 0), 1, {.base = 0}), fetched(tp("b", 0), 2, {.base = 5})});
    drain.set_paused(tp("a", 0), true);
    EXPECT_EQ(take(drain, 100), "b:5");
    EXPECT_FALSE(drain.has_records());
    drain.set_paused(tp("a", 0), false);
    EXPECT_EQ(take(drain, 100), "a:0");
}

TEST(Drain, LaterPositionsMakeEarlierOnesVoid) {
    Drain drain({});
    drain.add({fetched(tp("a", 0), 1, {.base = 0})});
    drain.add({fetched(tp("a", 0), 2, {.base = 7})});
    EXPECT_EQ(take(drain, 100), "a:7");
    drain.add({fetched(tp("a", 0), 2, {.base = 8}), fetched(tp("b", 0), 3, {.base = 1})});
    drain.retain({tp("b", 0)});
    EXPECT_EQ(take(drain, 100), "b:1");
}

TEST(Drain, AnErrorWaitsForTheRecordsBeforeIt) {
    Drain drain({});
    auto bad = fetched(tp("b", 0), 2, {.base = 1});
    auto broken = std::make_shared<ByteBuffer>();
    broken->append(bad.records);
    broken->data()[70] ^= std::byte{1};
    bad.records = broken->view();
    bad.owner = broken;
    drain.add({fetched(tp("a", 0), 1, {.base = 0}), std::move(bad)});
    EXPECT_EQ(take(drain, 100), "a:0");
    EXPECT_EQ(take(drain, 100), "error");
    EXPECT_EQ(take(drain, 100), "error");
    drain.clear(tp("b", 0));  // a seek
    EXPECT_EQ(take(drain, 100), "");
}

}  // namespace
}  // namespace barnabas::client
