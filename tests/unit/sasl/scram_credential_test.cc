#include "sasl/scram_credential.h"

#include <gtest/gtest.h>

namespace barnabas::sasl {
namespace {

const std::vector<std::byte> salt{std::byte{1}, std::byte{2}};

TEST(ScramCredential, ReadsBackItsStoredForm) {
    const auto credential = make_credential(ScramMechanism::sha_256, "secret", salt, 1);
    EXPECT_EQ(credential.stored_key.size(), 32U);
    const auto text = stored_form(credential);
    EXPECT_EQ(parse_stored_form(ScramMechanism::sha_256, text), credential);
}

TEST(ScramCredential, TakesTheMembersOfItsStoredFormInAnyOrder) {
    const auto text = stored_form(make_credential(ScramMechanism::sha_256, "secret", salt, 4096));
    const auto comma = text.rfind(',');
    const auto turned = text.substr(comma + 1) + "," + text.substr(0, comma);
    EXPECT_EQ(parse_stored_form(ScramMechanism::sha_256, turned).value(),
              parse_stored_form(ScramMechanism::sha_256, text).value());
}

TEST(ScramCredential, RefusesAStoredFormThatIsNotWholeOrOfAnotherMechanism) {
    const auto text = stored_form(make_credential(ScramMechanism::sha_256, "secret", salt, 1));
    EXPECT_FALSE(parse_stored_form(ScramMechanism::sha_512, text));
    const auto sha_256 = [](std::string_view form) {
        return parse_stored_form(ScramMechanism::sha_256, form).has_value();
    };
    EXPECT_FALSE(sha_256(""));
    EXPECT_FALSE(sha_256(text + ","));
    EXPECT_FALSE(sha_256(text + ",more=1"));
    EXPECT_FALSE(sha_256(text + ",iterations=1"));
    EXPECT_FALSE(sha_256(text.substr(0, text.rfind(','))));
    EXPECT_FALSE(sha_256(text.substr(text.find(',') + 1)));
    EXPECT_FALSE(sha_256(text + "0x"));
    EXPECT_FALSE(sha_256("salt=!," + text.substr(text.find(',') + 1)));
    EXPECT_FALSE(sha_256(text.substr(0, text.size() - 1) + "0"));
    EXPECT_FALSE(sha_256(text.substr(0, text.size() - 1) + "99999999999"));
}

TEST(ScramMechanism, IsKnownByName) {
    EXPECT_EQ(scram_mechanism("SCRAM-SHA-256"), ScramMechanism::sha_256);
    EXPECT_EQ(scram_mechanism("SCRAM-SHA-512"), ScramMechanism::sha_512);
    EXPECT_EQ(scram_mechanism("SCRAM-SHA-1"), std::nullopt);
    EXPECT_EQ(scram_mechanism("scram-sha-256"), std::nullopt);
}

}  // namespace
}  // namespace barnabas::sasl
