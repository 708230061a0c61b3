#pragma once

#include "base/result.h"
#include "sasl/scram_crypto.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::sasl {

/// What a broker keeps of one user's password for one mechanism: enough to check a proof, too
/// little to make one.
struct ScramCredential {
    std::vector<std::byte> salt;
    std::vector<std::byte> stored_key;
    std::vector<std::byte> server_key;
    std::int32_t iterations = 0;

    friend bool operator==(const ScramCredential&, const ScramCredential&) = default;
};

/// The credential of a password; takes as long as salted_password(). iterations >= 1; whether they
/// lie within Kafka's bounds is the caller's question.
[[nodiscard]] ScramCredential make_credential(ScramMechanism mechanism, std::string_view password,
                                              std::vector<std::byte> salt, std::int32_t iterations);

/// "salt=...,stored_key=...,server_key=...,iterations=4096", as Kafka writes it into ZooKeeper's
/// /config/users/<name> (ScramCredentialUtils).
[[nodiscard]] std::string stored_form(const ScramCredential& credential);

/// Reads that form, its four members in any order. Fails when one is missing, unknown, twice there
/// or no base64, or when a key's size is not the mechanism's. The message names no key.
[[nodiscard]] Result<ScramCredential> parse_stored_form(ScramMechanism mechanism,
                                                        std::string_view text);

}  // namespace barnabas::sasl
