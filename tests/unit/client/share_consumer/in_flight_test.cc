#include "client/share_consumer/in_flight.h"

#include "unit/client/consumer/worlds.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::client {
namespace {

Delivery delivery(std::vector<std::int64_t> offsets, std::int32_t partition = 0,
                  std::int32_t broker = 1) {
    auto chunk = std::make_shared<barnabas::detail::RecordChunk>();
    chunk->partition = tp("t", partition);
    for (const std::int64_t offset : offsets) {
        chunk->entries.emplace_back().offset = offset;
    }
    return {.broker = BrokerId{broker},
            .topic_id = topic_id("t"),
            .partition = tp("t", partition),
            .chunk = std::move(chunk)};
}

std::string text_of(const std::vector<PartAcks>& parts) {
    std::string text;
    for (const PartAcks& part : parts) {
        text += fmt::format("{}b{} p{}", text.empty() ? "" : ", ", part.broker,
                            part.partition.partition);
        for (const auto& run : part.acks.runs()) {
            text += fmt::format(" {}-{}:{}", run.first, run.last, static_cast<int>(run.type));
        }
    }
    return text;
}

const TopicPartition t0 = tp("t", 0);

TEST(InFlight, AcceptsAllWhenAskedTo) {
    InFlight records;
    records.add(delivery({0, 1, 2}));
    records.add(delivery({7}, 1, 2));
    EXPECT_EQ(records.waiting(), 4U);
    records.accept_all();
    EXPECT_TRUE(records.all_marked());
    EXPECT_EQ(text_of(records.take_marked()), "b1 p0 0-2:1, b2 p1 7-7:1");
    EXPECT_EQ(text_of(records.take_marked()), "") << "once";
}

TEST(InFlight, TakesTheLastMarkOfARecord) {
    InFlight records;
    records.add(delivery({0, 1, 5}));
    EXPECT_TRUE(records.acknowledge(t0, Offset{5}, AckType::accept));
    EXPECT_TRUE(records.acknowledge(t0, Offset{5}, AckType::reject));
    EXPECT_EQ(records.waiting(), 2U);
    EXPECT_EQ(text_of(records.take_marked()), "b1 p0 5-5:3");
    EXPECT_FALSE(records.acknowledge(t0, Offset{5}, AckType::accept)) << "it is sent";
    EXPECT_FALSE(records.acknowledge(t0, Offset{4}, AckType::accept)) << "there is none";
    EXPECT_FALSE(records.acknowledge(tp("t", 9), Offset{0}, AckType::accept));
    EXPECT_TRUE(records.acknowledge(t0, Offset{0}, AckType::release));
    EXPECT_TRUE(records.acknowledge(t0, Offset{1}, AckType::accept));
    EXPECT_TRUE(records.all_marked());
    EXPECT_EQ(text_of(records.take_marked()), "b1 p0 0-0:2 1-1:1");
}

TEST(InFlight, SendsGapsAndWhatCannotBeReadUnasked) {
    InFlight records;
    Delivery some = delivery({1});
    some.own.append(Offset{0}, AckType::gap);
    some.own.append(Offset{2}, Offset{3}, AckType::reject);
    records.add(std::move(some));
    EXPECT_TRUE(records.acknowledge(t0, Offset{3}, AckType::release)) << "the user knows better";
    EXPECT_FALSE(records.acknowledge(t0, Offset{0}, AckType::accept)) << "there is no record";
    EXPECT_EQ(records.waiting(), 1U);
    EXPECT_EQ(text_of(records.take_marked()), "b1 p0 0-0:0 2-2:3 3-3:2");
    Delivery none = delivery({});
    none.chunk.reset();
    none.own.append(Offset{9}, AckType::gap);
    records.add(std::move(none));
    records.accept_all();
    EXPECT_EQ(text_of(records.take_marked()), "b1 p0 1-1:1 9-9:0");
}

TEST(InFlight, HandsOutAgainWhatWasRenewed) {
    InFlight records;
    records.add(delivery({0, 1, 2, 3}));
    EXPECT_TRUE(records.acknowledge(t0, Offset{0}, AckType::accept));
    for (const std::int64_t offset : {1, 2, 3}) {
        EXPECT_TRUE(records.acknowledge(t0, Offset{offset}, AckType::renew));
    }
    auto sent = records.take_marked();
    EXPECT_EQ(text_of(sent), "b1 p0 0-0:1 1-3:4");
    EXPECT_TRUE(records.is_renewing());
    EXPECT_FALSE(records.acknowledge(t0, Offset{1}, AckType::accept)) << "it is on its way";
    records.on_outcome(sent.front(), true);
    EXPECT_FALSE(records.is_renewing());
    ASSERT_TRUE(records.has_renewed());
    EXPECT_EQ(records.waiting(), 0U);
    const auto again = records.take_renewed();
    EXPECT_EQ(again.size(), 3U);
    EXPECT_EQ(again.begin()->offset(), Offset{1});
    EXPECT_EQ(records.waiting(), 3U);
    EXPECT_TRUE(records.acknowledge(t0, Offset{1}, AckType::accept));
    EXPECT_TRUE(records.acknowledge(t0, Offset{2}, AckType::renew)) << "and again";
    EXPECT_TRUE(records.acknowledge(t0, Offset{3}, AckType::reject));
    sent = records.take_marked();
    EXPECT_EQ(text_of(sent), "b1 p0 1-1:1 2-2:4 3-3:3");
    records.on_outcome(sent.front(), false);
    EXPECT_FALSE(records.is_renewing());
    EXPECT_FALSE(records.has_renewed()) << "its lock is gone";
    EXPECT_TRUE(records.all_marked());
}

TEST(InFlight, WantsEachDeliveryOfARecordAcknowledged) {
    InFlight records;
    records.add(delivery({3}));
    records.add(delivery({3}));
    EXPECT_TRUE(records.acknowledge(t0, Offset{3}, AckType::accept));
    EXPECT_EQ(records.waiting(), 1U);
    EXPECT_TRUE(records.acknowledge(t0, Offset{3}, AckType::accept));
    EXPECT_TRUE(records.all_marked());
    EXPECT_EQ(text_of(records.take_marked()), "b1 p0 3-3:1") << "said once";
}

TEST(InFlight, CopesWithARecordThatComesTwice) {
    InFlight records;
    records.add(delivery({0, 1}));
    EXPECT_TRUE(records.acknowledge(t0, Offset{0}, AckType::renew));
    const auto renewing = records.take_marked();
    records.add(delivery({0, 1}));
    records.accept_all();
    EXPECT_EQ(text_of(records.take_marked()), "b1 p0 0-1:1");
    records.on_outcome(renewing.front(), true);
    EXPECT_EQ(records.take_renewed().size(), 1U);
}

}  // namespace
}  // namespace barnabas::client
