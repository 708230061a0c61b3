#pragma once

#include "base/result.h"
#include "sasl/scram_crypto.h"
#include "sasl/scram_messages.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::sasl {

/// A client that a server asks for more iterations refuses: they would hold it up for seconds.
inline constexpr std::int32_t scram_iterations_taken_max = 1'000'000;

/// The client's end of one SCRAM exchange, owned by one connection and used once. The states pass
/// in the order of the functions; a call out of order fails with illegal_sasl_state, any failure
/// ends the exchange. It is complete only when the server proved that it knows the credential.
class ScramClient {
public:
    struct Login {
        ScramMechanism mechanism = ScramMechanism::sha_256;
        std::string user_name;  ///< UTF-8 without NUL, not empty
        std::string password;
        std::string nonce;        ///< is_scram_nonce(), at least 128 bits that nobody can guess
        bool with_token = false;  ///< KIP-48: user name and password are a delegation token's
    };

    explicit ScramClient(Login login);

    /// The first message for the server.
    [[nodiscard]] Result<std::string> start();
    /// The server's first message in, the client's last one out. Takes as long as
    /// salted_password(). Fails when the nonce is not ours or the iterations are fewer than Kafka's
    /// minimum or more than scram_iterations_taken_max.
    [[nodiscard]] Result<std::string> on_server_first(std::string_view text);
    /// The server's last message: success, or why not.
    [[nodiscard]] Result<> on_server_final(std::string_view text);

    [[nodiscard]] bool is_complete() const { return state_ == State::complete; }

private:
    enum class State { fresh, awaits_server_first, awaits_server_final, complete, failed };

    Result<> enter(State expected);

    Login login_;
    ClientFirst first_;
    std::vector<std::byte> expected_signature_;
    State state_ = State::fresh;
};

}  // namespace barnabas::sasl
