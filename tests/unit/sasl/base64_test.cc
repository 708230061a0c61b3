#include "sasl/base64.h"

#include <gtest/gtest.h>

namespace barnabas::sasl {
namespace {

TEST(Base64, ReadsBackWhatItWrote) {
    const std::string_view texts[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    const std::string_view forms[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                      "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};  // RFC 4648, section 10
    for (std::size_t i = 0; i < std::size(texts); ++i) {
        EXPECT_EQ(encode_base64(as_bytes(texts[i])), forms[i]);
        const auto bytes = decode_base64(forms[i]);
        ASSERT_TRUE(bytes) << forms[i];
        EXPECT_EQ(as_text(*bytes), texts[i]);
    }
}

TEST(Base64, RefusesOtherForms) {
    for (const std::string_view text : {"Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm9v\n",
                                        "Zm-_", "Zm 9", "Z=m=", " Zg=", "Zm9vZ==="}) {
        EXPECT_EQ(decode_base64(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace barnabas::sasl
