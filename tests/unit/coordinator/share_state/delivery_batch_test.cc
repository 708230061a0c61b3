#include "coordinator/share_state/delivery_batch.h"

#include "support/seeds.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>
#include <string>
#include <utility>

namespace barnabas::coordinator {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

DeliveryBatch batch(std::int64_t first, std::int64_t last, std::int8_t state = 0,
                    std::int16_t count = 1) {
    return {.first = Offset{first}, .last = Offset{last}, .state = state, .count = count};
}

std::string text_of(const DeliveryBatches& batches) {
    std::string text;
    for (const auto& one : batches) {
        text += fmt::format("[{}-{}:{}*{}]", one.first, one.last, one.state, one.count);
    }
    return text;
}

struct Row {
    const char* what;
    DeliveryBatches so_far;
    DeliveryBatches newer;
    std::int64_t start;
    DeliveryBatches want;
};

/// The cases that PersisterStateBatchCombinerTest draws.
TEST(DeliveryBatches, AreCombinedAsKafkaDoes) {
    const Row rows[] = {
        {"nothing", {}, {}, -1, {}},
        {"old ones alone", {batch(1, 10)}, {}, -1, {batch(1, 10)}},
        {"new ones alone", {}, {batch(1, 10)}, -1, {batch(1, 10)}},
        {"twice the same", {batch(100, 110)}, {batch(100, 110)}, -1, {batch(100, 110)}},
        {"all in front of the start", {batch(100, 130)}, {}, 131, {}},
        {"the start is inside",
         {batch(100, 130)},
         {batch(140, 150)},
         120,
         {batch(120, 130), batch(140, 150)}},
        {"the start is its last", {batch(100, 130)}, {}, 130, {batch(130, 130)}},
        {"the start is its first", {batch(100, 130)}, {}, 100, {batch(100, 130)}},
        {"no overlap", {batch(121, 130)}, {batch(100, 110)}, 0, {batch(100, 110), batch(121, 130)}},
        {"neighbours alike", {batch(100, 110)}, {batch(111, 119)}, 0, {batch(100, 119)}},
        {"neighbours of two states",
         {batch(100, 110)},
         {batch(111, 119, 2)},
         0,
         {batch(100, 110), batch(111, 119, 2)}},
        {"a higher state covers it",
         {batch(100, 110)},
         {batch(100, 110, 2)},
         0,
         {batch(100, 110, 2)}},
        {"a lower state is covered",
         {batch(100, 110, 2)},
         {batch(100, 110)},
         0,
         {batch(100, 110, 2)}},
        {"a higher count beats a higher state",
         {batch(100, 110, 4, 1)},
         {batch(100, 110, 0, 2)},
         0,
         {batch(100, 110, 0, 2)}},
        {"first offsets meet, the new one is longer",
         {batch(100, 110, 0, 1)},
         {batch(100, 119, 2, 1)},
         0,
         {batch(100, 119, 2, 1)}},
        {"first offsets meet, the old one stays",
         {batch(100, 110, 2, 2)},
         {batch(100, 119, 0, 1)},
         0,
         {batch(100, 110, 2, 2), batch(111, 119, 0, 1)}},
        {"in the middle of another",
         {batch(100, 120)},
         {batch(105, 110, 2)},
         0,
         {batch(100, 104), batch(105, 110, 2), batch(111, 120)}},
        {"in the middle of a stronger one",
         {batch(100, 120, 2)},
         {batch(105, 110)},
         0,
         {batch(100, 120, 2)}},
        {"last offsets meet",
         {batch(100, 120)},
         {batch(110, 120, 2)},
         0,
         {batch(100, 109), batch(110, 120, 2)}},
        {"it sticks out behind",
         {batch(100, 110)},
         {batch(105, 119, 2)},
         0,
         {batch(100, 104), batch(105, 119, 2)}},
        {"it sticks out behind a stronger one",
         {batch(100, 110, 2)},
         {batch(105, 119)},
         0,
         {batch(100, 110, 2), batch(111, 119)}},
        {"one over many",
         {batch(0, 2), batch(4, 6, 2), batch(8, 9)},
         {batch(1, 8, 1)},
         0,
         {batch(0, 0), batch(1, 3, 1), batch(4, 6, 2), batch(7, 8, 1), batch(9, 9)}},
        {"what it fills becomes one", {batch(0, 2), batch(6, 9)}, {batch(3, 5)}, 0, {batch(0, 9)}},
        {"two new ones over each other",
         {},
         {batch(0, 9), batch(5, 14, 2)},
         0,
         {batch(0, 4), batch(5, 14, 2)}},
        {"what is none counts for nothing",
         {batch(5, 6, 1)},
         {batch(7, 3, 2), batch(1, 2), batch(0, largest)},
         -1,
         {batch(1, 2), batch(5, 6, 1)}},
        {"to the end of all offsets",
         {},
         {batch(0, largest - 1), batch(10, largest - 1, 2)},
         5,
         {batch(5, 9), batch(10, largest - 1, 2)}},
        {"negative ones, without a start",
         {},
         {batch(-10, -5), batch(-6, 3, 2)},
         -1,
         {batch(-10, -7), batch(-6, 3, 2)}},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(text_of(combine(row.so_far, row.newer, Offset{row.start})), text_of(row.want))
            << row.what;
    }
}

/// Offsets in a plain map, each with the highest (count, state) that was said of it.
TEST(DeliveryBatches, SayOfEachOffsetWhatAMapSays) {
    const auto first = testing::first_seed(1);
    for (std::uint64_t seed = first; seed < first + 300; ++seed) {
        std::mt19937_64 random(seed);
        const auto below = [&random](std::uint64_t n) { return random() % n; };
        std::map<std::int64_t, std::pair<std::int16_t, std::int8_t>> offsets;
        DeliveryBatches batches;
        std::int64_t start = 0;
        for (int round = 0; round < 20; ++round) {
            DeliveryBatches newer;
            for (auto n = below(6); n > 0; --n) {
                const auto from = static_cast<std::int64_t>(below(80));
                newer.push_back(batch(from, from + static_cast<std::int64_t>(below(15)),
                                      static_cast<std::int8_t>(below(5)),
                                      static_cast<std::int16_t>(below(4))));
            }
            start += static_cast<std::int64_t>(below(6));
            batches = combine(batches, newer, Offset{start});
            for (const auto& one : newer) {
                for (auto at = one.first.get(); at <= one.last.get(); ++at) {
                    const std::pair said{one.count, one.state};
                    const auto [known, is_new] = offsets.try_emplace(at, said);
                    known->second = std::max(known->second, said);
                }
            }
            offsets.erase(offsets.begin(), offsets.lower_bound(start));
            DeliveryBatches want;
            for (const auto& [at, said] : offsets) {
                if (!want.empty() && want.back().last.get() + 1 == at &&
                    std::pair(want.back().count, want.back().state) == said) {
                    want.back().last = Offset{at};
                } else {
                    want.push_back(batch(at, at, said.second, said.first));
                }
            }
            ASSERT_EQ(text_of(batches), text_of(want)) << "seed " << seed << ", round " << round;
        }
    }
}

}  // namespace
}  // namespace barnabas::coordinator
