#include "coordinator/offsets/topic_offsets.h"

#include "support/seeds.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace barnabas::coordinator {
namespace {

/// Beside a map, with partitions at the edges of blocks and topic ids that change.
TEST(TopicOffsets, AreAMap) {
    const auto seed = barnabas::testing::first_seed(1);
    std::mt19937_64 random(seed);
    const std::string texts[] = {"", "m", std::string(300, 'x')};
    const std::int32_t partitions[] = {-2147483647 - 1, -257, -256, -1, 0, 1, 255, 256, 257, 511,
                                       2147483647};
    TopicOffsets offsets;
    std::map<std::int32_t, CommittedOffset> model;
    for (int step = 0; step < 3'000; ++step) {
        SCOPED_TRACE(fmt::format("BARNABAS_SEED={} step {}", seed, step));
        const auto partition = partitions[random() % std::size(partitions)];
        if (random() % 3 == 0) {
            ASSERT_EQ(offsets.erase(partition), model.erase(partition) == 1);
        } else {
            const CommittedOffset offset{
                .offset = static_cast<std::int64_t>(random()),
                .leader_epoch = static_cast<std::int32_t>(random()),
                .metadata = texts[random() % std::size(texts)],
                .committed_at = Timestamp{static_cast<std::int64_t>(random())},
                .expires_at = random() % 2 == 0 ? no_timestamp : Timestamp{step},
                .topic_id = Uuid{{static_cast<std::uint8_t>(random() % 3)}},
                .record = Offset{step}};
            const bool fresh = offsets.put(partition, offset);
            ASSERT_EQ(fresh, model.insert_or_assign(partition, offset).second);
        }
        std::map<std::int32_t, CommittedOffset> all;
        offsets.for_each([&](std::int32_t at, const CommittedOffset& offset) {
            ASSERT_TRUE(all.emplace(at, offset).second) << at << " twice";
        });
        ASSERT_EQ(all, model);
        ASSERT_EQ(offsets.size(), model.size());
        ASSERT_EQ(offsets.empty(), model.empty());
        const auto found = offsets.find(partition);
        ASSERT_EQ(found.has_value(), model.contains(partition));
    }
}

TEST(TopicOffsets, TakeMetadataThatAreAViewOfTheirOwn) {
    TopicOffsets offsets;
    offsets.put(3, {.offset = 1, .metadata = "kept", .topic_id = Uuid{{1}}});
    auto again = *offsets.find(3);
    EXPECT_FALSE(offsets.put(3, again));
    EXPECT_EQ(offsets.find(3)->metadata, "kept");
    again = *offsets.find(3);
    again.topic_id = Uuid{{2}};  // into another run
    EXPECT_FALSE(offsets.put(3, again));
    EXPECT_EQ(offsets.find(3)->metadata, "kept");
    EXPECT_EQ(offsets.size(), 1U);
}

}  // namespace
}  // namespace barnabas::coordinator
