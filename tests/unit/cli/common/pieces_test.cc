#include "cli/common/pieces.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace barnabas::cli {
namespace {

using Items = std::map<int, char>;

struct Handed {
    Result<void> result;
    std::vector<Items> pieces;
    std::vector<std::int64_t> told;
};

/// What in_pieces() does with pieces of two; the piece of that number fails.
Handed hand_over(Items items, std::size_t failing = 99) {
    Handed handed;
    const auto act = [&](Items piece) -> Result<void> {
        handed.pieces.push_back(std::move(piece));
        if (handed.pieces.size() == failing) {
            return fail(ErrorCode::request_timed_out, "too slow");
        }
        return {};
    };
    handed.result = in_pieces(std::move(items), 2, act,
                              [&](std::int64_t done) { handed.told.push_back(done); });
    return handed;
}

TEST(Pieces, AreInOrderAndTellHowManyAreDone) {
    const auto five = hand_over({{1, 'a'}, {2, 'b'}, {3, 'c'}, {4, 'd'}, {5, 'e'}});
    EXPECT_TRUE(five.result);
    EXPECT_EQ(five.pieces,
              (std::vector<Items>{{{1, 'a'}, {2, 'b'}}, {{3, 'c'}, {4, 'd'}}, {{5, 'e'}}}));
    EXPECT_EQ(five.told, (std::vector<std::int64_t>{2, 4}));
    const auto two = hand_over({{1, 'a'}, {2, 'b'}});
    EXPECT_EQ(two.pieces.size(), 1U);
    EXPECT_EQ(two.told, std::vector<std::int64_t>{}) << "what is short shows no bar";
    EXPECT_EQ(hand_over({}).pieces.size(), 0U);
}

TEST(Pieces, EndAtTheFirstError) {
    const auto handed = hand_over({{1, 'a'}, {2, 'b'}, {3, 'c'}, {4, 'd'}, {5, 'e'}}, 2);
    ASSERT_FALSE(handed.result);
    EXPECT_EQ(handed.result.error().message, "too slow (after the first 2 of 5)");
    EXPECT_EQ(handed.pieces.size(), 2U);
    EXPECT_EQ(handed.told, std::vector<std::int64_t>{2});
    EXPECT_EQ(hand_over({{1, 'a'}}, 1).result.error().message, "too slow") << "nothing was done";
}

}  // namespace
}  // namespace barnabas::cli
