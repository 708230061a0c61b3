#include "security/principal.h"

#include <gtest/gtest.h>

namespace barnabas::security {
namespace {

TEST(Principal, EndsItsTypeAtTheFirstColon) {
    const auto principal = Principal::parse("User:CN=a:b");
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->type, "User");
    EXPECT_EQ(principal->name, "CN=a:b");
    EXPECT_EQ(principal->to_text(), "User:CN=a:b");
}

TEST(Principal, IsNotTextWithoutAColon) {
    EXPECT_FALSE(Principal::parse(""));
    EXPECT_FALSE(Principal::parse("alice"));
}

}  // namespace
}  // namespace barnabas::security
