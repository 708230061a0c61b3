#include "log/compaction/offset_map.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace barnabas::log {
namespace {

const KeyHasher hasher(11, 22);

TEST(OffsetMap, HoldsTheLastOffsetOfEachKey) {
    OffsetMap map({.memory_max = 1 << 20, .keys_wanted = 1000}, hasher);
    std::map<std::string, Offset> want;
    for (int i = 0; i < 3000; ++i) {
        const std::string key = fmt::format("key {}", i * 7919 % 1000);
        ASSERT_TRUE(map.try_put(as_bytes(key), Offset{i}));
        want[key] = Offset{i};
    }
    EXPECT_EQ(map.keys(), 1000U);
    EXPECT_EQ(map.latest(), Offset{2999});
    for (const auto& [key, offset] : want) {
        EXPECT_EQ(map.find(as_bytes(key)), offset) << key;
    }
    EXPECT_EQ(map.find(as_bytes("another")), std::nullopt);
}

TEST(OffsetMap, TakesNewKeysUntilItsLoadFactorAndKnownOnesBeyond) {
    const struct {
        std::size_t memory;
        double load_factor;
        std::size_t keys;
    } rows[] = {
        {24 * 101, 0.9, 90},  // a prime number of slots
        {24 * 101, 0.5, 50},
        {24 * 101, 1.0, 100},      // one slot stays empty: else a search would have no end
        {24 * 100 + 23, 0.9, 87},  // 97 slots
        {0, 0.9, 2},               // what can hold nothing makes no progress
    };
    for (const auto& row : rows) {
        OffsetMap map(
            {.memory_max = row.memory, .load_factor = row.load_factor, .keys_wanted = 1'000'000},
            hasher);
        std::size_t put = 0;
        while (map.try_put(as_bytes(std::to_string(put)), Offset{static_cast<int>(put)})) {
            ++put;
        }
        EXPECT_EQ(put, row.keys) << row.memory << " " << row.load_factor;
        EXPECT_EQ(map.keys_max(), row.keys);
        EXPECT_EQ(map.latest(), Offset{static_cast<int>(put) - 1}) << "a refused key moves nothing";
        EXPECT_TRUE(map.try_put(as_bytes("0"), Offset{5000}));
        EXPECT_EQ(map.find(as_bytes("0")), Offset{5000});
        EXPECT_EQ(map.find(as_bytes(std::to_string(put))), std::nullopt);
    }
}

TEST(OffsetMap, TakesMemoryAsKeysComeAndNeverMoreThanItWasGiven) {
    const struct {
        std::size_t memory_max;
        std::int64_t keys_wanted;
        std::size_t keys;  // that come
        std::size_t least;
        std::size_t most;
    } rows[] = {
        {128 << 20, 10, 10, 24 * 10, 24 * 400},
        {128 << 20, std::int64_t{1} << 40, 1000, 24 * 1000, 24 * 20'000},
        {128 << 20, std::int64_t{1} << 40, 100'000, 24 * 100'000, 24 * 400'000},
        {128 << 20, 100'000, 100'000, 24 * 100'000, 24 * 112'000},
        {4 << 20, 10'000'000, 200'000, 3 << 20, 4 << 20},  // they do not fit
    };
    for (const auto& row : rows) {
        OffsetMap map({.memory_max = row.memory_max, .keys_wanted = row.keys_wanted}, hasher);
        std::size_t put = 0;
        std::size_t before = map.memory();
        while (put < row.keys &&
               map.try_put(as_bytes(std::to_string(put)), Offset{static_cast<int>(put)})) {
            ++put;
            ASSERT_TRUE(map.memory() == before || map.memory() + before <= row.memory_max)
                << "both at once while it grows, at " << put;
            before = map.memory();
        }
        EXPECT_EQ(put, std::min(row.keys, map.keys_max())) << row.memory_max;
        EXPECT_GE(map.memory(), row.least) << row.keys;
        EXPECT_LE(map.memory(), row.most) << row.keys;
        for (std::size_t i = 0; i < put; ++i) {
            ASSERT_EQ(map.find(as_bytes(std::to_string(i))), Offset{static_cast<int>(i)});
        }
    }
    const OffsetMap large({.memory_max = 128 << 20, .keys_wanted = 1 << 30}, hasher);
    EXPECT_GT(large.keys_max(), 3'900'000U) << "four fifths of it hold as many";
}

TEST(OffsetMap, FindsByWhatWasAnnouncedHoweverItGrewMeanwhile) {
    OffsetMap map({.memory_max = 1 << 20, .keys_wanted = 20'000}, hasher);
    std::vector<KeyHash> announced;
    for (int i = 0; i < 20'000; ++i) {
        announced.push_back(map.announce(as_bytes(std::to_string(i))));
    }
    const auto small = map.memory();
    for (int i = 0; i < 20'000; ++i) {
        ASSERT_TRUE(map.try_put(announced[static_cast<std::size_t>(i)], Offset{i}));
    }
    EXPECT_GT(map.memory(), small);
    for (int i = 0; i < 20'000; ++i) {
        ASSERT_EQ(map.find(as_bytes(std::to_string(i))), Offset{i});
        ASSERT_EQ(map.find(announced[static_cast<std::size_t>(i)]), Offset{i});
    }
}

TEST(OffsetMap, MovesItsEndOnlyForward) {
    OffsetMap map({.memory_max = 1 << 10, .keys_wanted = 10}, hasher);
    EXPECT_EQ(map.latest(), no_offset);
    map.advance_to(Offset{7});
    map.advance_to(Offset{3});
    EXPECT_EQ(map.latest(), Offset{7});
    EXPECT_TRUE(map.try_put(as_bytes(""), Offset{8}));
    EXPECT_EQ(map.find(as_bytes("")), Offset{8}) << "an empty key is a key";
}

}  // namespace
}  // namespace barnabas::log
