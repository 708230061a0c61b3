#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::sasl {

/// The four messages of RFC 5802, section 7, in the part of its grammar that Kafka speaks
/// (org.apache.kafka.common.security.scram.internals.ScramMessages): no channel binding, no
/// mandatory extensions. Every parse() takes hostile text: it fails with sasl_authentication_failed
/// on anything longer than scram_message_size_max or outside the grammar, and its work is linear.
inline constexpr std::size_t scram_message_size_max = 65536;

/// Whether the text can be one side's part of the nonce: printable ASCII without ',', not empty.
[[nodiscard]] bool is_scram_nonce(std::string_view text);

/// "n,,n=alice,r=<nonce>[,extensions]"
struct ClientFirst {
    std::string user_name;         ///< as people write it: "a,b", not "a=2Cb"
    std::string authorization_id;  ///< empty: the client asks for no other identity than its own
    std::string nonce;
    /// KIP-48: the user name is a delegation token's id, the password its HMAC.
    bool token_authenticated = false;
    /// The message behind its gs2 header, as it was sent: a part of what is signed.
    std::string bare;

    [[nodiscard]] static Result<ClientFirst> parse(std::string_view text);
    /// "n,,", or with the authorization id: what the channel binding repeats.
    [[nodiscard]] std::string gs2_header() const;
    [[nodiscard]] std::string to_text() const { return gs2_header() + bare; }
};

/// The message that a client opens with. The name is any UTF-8 without NUL, not empty.
[[nodiscard]] ClientFirst make_client_first(std::string_view user_name, std::string nonce,
                                            bool token_authenticated);

/// "r=<both nonces>,s=<salt>,i=<iterations>"
struct ServerFirst {
    std::string nonce;  ///< the client's part, then the server's
    std::vector<std::byte> salt;
    std::int32_t iterations = 0;  ///< > 0

    [[nodiscard]] static Result<ServerFirst> parse(std::string_view text);
    [[nodiscard]] std::string to_text() const;
};

/// "c=<gs2 header>,r=<both nonces>[,extensions],p=<proof>"
struct ClientFinal {
    std::string channel_binding;  ///< the gs2 header that the client believes it sent
    std::string nonce;
    std::vector<std::byte> proof;
    /// The message up to its proof, as it was sent: a part of what is signed.
    std::string without_proof;

    [[nodiscard]] static Result<ClientFinal> parse(std::string_view text);
    [[nodiscard]] std::string to_text() const;
};

/// A last message without its proof yet.
[[nodiscard]] ClientFinal make_client_final(std::string_view gs2_header, std::string nonce);

/// "v=<signature>" or "e=<error>"
struct ServerFinal {
    std::vector<std::byte> signature;
    std::string error;  ///< empty: there is a signature instead

    [[nodiscard]] static Result<ServerFinal> parse(std::string_view text);
    [[nodiscard]] std::string to_text() const;
};

/// What both sides sign.
[[nodiscard]] std::string auth_message(std::string_view client_first_bare,
                                       std::string_view server_first,
                                       std::string_view client_final_without_proof);

/// '=' and ',' of a name become "=3D" and "=2C".
[[nodiscard]] std::string sasl_name(std::string_view user_name);

}  // namespace barnabas::sasl
