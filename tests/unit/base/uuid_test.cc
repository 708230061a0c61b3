#include "base/uuid.h"

#include <gtest/gtest.h>

namespace barnabas {
namespace {

TEST(Uuid, TextReadsBackAsTheSameBytes) {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(i * 17);
    }
    const Uuid id{bytes};
    EXPECT_EQ(id.to_string(), "ABEiM0RVZneImaq7zN3u_w");
    EXPECT_EQ(Uuid::parse(id.to_string()), id);
}

TEST(Uuid, RefusesTextOfAnotherLengthOrAlphabet) {
    EXPECT_EQ(Uuid::parse(""), std::nullopt);
    EXPECT_EQ(Uuid::parse("ABEiM0RVZneImaq7zN3u_"), std::nullopt);
    EXPECT_EQ(Uuid::parse("ABEiM0RVZneImaq7zN3u+w"), std::nullopt);
}

}  // namespace
}  // namespace barnabas
