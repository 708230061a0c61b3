#include "sasl/scram_client.h"
#include "sasl/scram_server.h"
#include "support/vectors.h"

#include <gtest/gtest.h>

namespace barnabas::testing {
namespace {

/// A line's members as text.
class Exchange {
public:
    explicit Exchange(const boost::json::object& line) : line_(line) {}

    [[nodiscard]] std::string text(std::string_view name) const {
        return std::string{line_.at(name).as_string()};
    }
    [[nodiscard]] sasl::ScramMechanism mechanism() const {
        return sasl::scram_mechanism(text("mechanism")).value();
    }
    [[nodiscard]] sasl::ScramCredential credential() const {
        return sasl::make_credential(mechanism(), text("password"), bytes_of_hex(text("salt_hex")),
                                     static_cast<std::int32_t>(line_.at("iterations").as_int64()));
    }
    [[nodiscard]] bool with_token() const {
        return text("client_first").ends_with(",tokenauth=true");
    }

private:
    const boost::json::object& line_;
};

void expect_keys(const Exchange& line) {
    const auto mechanism = line.mechanism();
    const auto credential = line.credential();
    const auto salted = sasl::salted_password(mechanism, line.text("password"), credential.salt,
                                              credential.iterations);
    EXPECT_EQ(hex_of_bytes(salted), line.text("salted_password_hex"));
    EXPECT_EQ(hex_of_bytes(sasl::client_key(mechanism, salted)), line.text("client_key_hex"));
    EXPECT_EQ(hex_of_bytes(credential.stored_key), line.text("stored_key_hex"));
    EXPECT_EQ(hex_of_bytes(credential.server_key), line.text("server_key_hex"));
    EXPECT_EQ(sasl::stored_form(credential), line.text("stored_form"));
    EXPECT_EQ(sasl::parse_stored_form(mechanism, line.text("stored_form")), credential);
    EXPECT_EQ(sasl::sasl_name(line.text("username")), line.text("sasl_name"));
}

void expect_client(const Exchange& line) {
    sasl::ScramClient client{{.mechanism = line.mechanism(),
                              .user_name = line.text("username"),
                              .password = line.text("password"),
                              .nonce = line.text("client_nonce"),
                              .with_token = line.with_token()}};
    EXPECT_EQ(client.start(), line.text("client_first"));
    EXPECT_EQ(client.on_server_first(line.text("server_first")), line.text("client_final"));
    EXPECT_TRUE(client.on_server_final(line.text("server_final")));
    EXPECT_TRUE(client.is_complete());
}

void expect_server(const Exchange& line) {
    sasl::ScramServer server{line.mechanism(), line.text("server_nonce")};
    const auto question = server.on_client_first(line.text("client_first"));
    ASSERT_TRUE(question);
    EXPECT_EQ(question->user_name, line.text("username"));
    EXPECT_EQ(question->of_token, line.with_token());
    EXPECT_EQ(server.on_credential(line.credential()), line.text("server_first"));
    EXPECT_EQ(server.on_client_final(line.text("client_final")), line.text("server_final"));
    EXPECT_TRUE(server.is_complete());
}

TEST(VectorsOfScram, AreSpokenByBothEnds) {
    for (const auto& object : vector_lines("scram")) {
        const Exchange line{object};
        SCOPED_TRACE(line.text("client_first"));
        expect_keys(line);
        expect_client(line);
        expect_server(line);
        const auto proof = sasl::ClientFinal::parse(line.text("client_final"));
        ASSERT_TRUE(proof);
        EXPECT_EQ(hex_of_bytes(proof->proof), line.text("client_proof_hex"));
        const auto last = sasl::ServerFinal::parse(line.text("server_final"));
        ASSERT_TRUE(last);
        EXPECT_EQ(hex_of_bytes(last->signature), line.text("server_signature_hex"));
    }
}

}  // namespace
}  // namespace barnabas::testing
