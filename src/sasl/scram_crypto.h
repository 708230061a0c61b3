#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace barnabas::sasl {

/// The two that Kafka has. The numbers are those of its credential records (KIP-631's
/// UserScramCredentialRecord, DescribeUserScramCredentials).
enum class ScramMechanism : std::int8_t { sha_256 = 1, sha_512 = 2 };

/// Kafka's bounds for a credential that is made (ScramMechanism); it refuses one that has fewer.
inline constexpr std::int32_t scram_iterations_min = 4096;
inline constexpr std::int32_t scram_iterations_max = 16384;

/// A count of iterations as text: digits alone, from 1 to the highest int32.
[[nodiscard]] std::optional<std::int32_t> parse_iterations(std::string_view text);

/// "SCRAM-SHA-256", "SCRAM-SHA-512".
[[nodiscard]] std::string_view mechanism_name(ScramMechanism mechanism);
[[nodiscard]] std::optional<ScramMechanism> scram_mechanism(std::string_view name);

/// The size of every key, proof and signature of the mechanism.
[[nodiscard]] std::size_t digest_size(ScramMechanism mechanism);

/// RFC 5802, section 3: Hi(password, salt, iterations). The password's bytes count as they are:
/// Kafka does not normalise. iterations >= 1. 4096 of them take some 3 ms, 5 ms with SHA-512.
[[nodiscard]] std::vector<std::byte> salted_password(ScramMechanism mechanism,
                                                     std::string_view password, ByteView salt,
                                                     std::int32_t iterations);

/// The keys that follow from a salted password.
[[nodiscard]] std::vector<std::byte> client_key(ScramMechanism mechanism, ByteView salted);
[[nodiscard]] std::vector<std::byte> server_key(ScramMechanism mechanism, ByteView salted);
[[nodiscard]] std::vector<std::byte> stored_key(ScramMechanism mechanism, ByteView client_key);

/// HMAC over the exchange: with the stored key the client's signature, with the server key the
/// server's.
[[nodiscard]] std::vector<std::byte> signature(ScramMechanism mechanism, ByteView key,
                                               std::string_view auth_message);

/// Client key from proof, or proof from client key: the other operand is the client's signature.
/// Both have the same size.
[[nodiscard]] std::vector<std::byte> exclusive_or(ByteView a, ByteView b);

/// Compares without telling by its duration where they differ.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace barnabas::sasl
