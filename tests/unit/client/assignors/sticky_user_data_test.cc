#include "client/assignors/sticky_user_data.h"

#include "unit/client/assignors/groups.h"

#include <gtest/gtest.h>

namespace barnabas::client {
namespace {

const StickyUserData data{.owned = {partition("t", 0), partition("t", 7), partition("u", 1)},
                          .generation = 3};

TEST(StickyUserData, ReadsBackWhatItWrote) {
    EXPECT_EQ(decode_sticky_user_data(encode_sticky_user_data(data).view()).value(), data);
    EXPECT_EQ(decode_sticky_user_data(encode_sticky_user_data({}).view()).value(),
              StickyUserData{});
}

TEST(StickyUserData, ReadsTheVersionWithoutAGeneration) {
    const auto bytes = encode_sticky_user_data(data);
    const auto read = decode_sticky_user_data(bytes.view().first(bytes.size() - 4));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->owned, data.owned);
    EXPECT_EQ(read->generation, no_generation);
}

TEST(StickyUserData, RefusesWhatEndsTooEarly) {
    const auto bytes = encode_sticky_user_data(data);
    for (std::size_t size = 0; size < bytes.size() - 4; ++size) {
        EXPECT_FALSE(decode_sticky_user_data(bytes.view().first(size))) << size;
    }
}

TEST(StickyUserData, BelievesNoLength) {
    using namespace std::string_view_literals;
    for (const auto text : {"\x7f\xff\xff\xff"sv, "\xff\xff\xff\xff"sv, "\0\0\0\1\xff\xff"sv,
                            "\0\0\0\1\0\1t\x7f\xff\xff\xff"sv, "\0\0\0\1\0\1t\xff\xff\xff\xff"sv}) {
        EXPECT_FALSE(decode_sticky_user_data(as_bytes(text)));
    }
}

TEST(CooperativeUserData, IsTheGeneration) {
    EXPECT_EQ(decode_cooperative_user_data(encode_cooperative_user_data(7).view()).value(), 7);
    EXPECT_FALSE(decode_cooperative_user_data({}));
}

}  // namespace
}  // namespace barnabas::client
