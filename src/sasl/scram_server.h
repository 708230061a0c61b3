#pragma once

#include "base/result.h"
#include "sasl/scram_credential.h"
#include "sasl/scram_crypto.h"
#include "sasl/scram_messages.h"

#include <optional>
#include <string>
#include <string_view>

namespace barnabas::sasl {

/// The server's end of one SCRAM exchange, owned by one connection and used once:
///
///   on_client_first(text)  -> whose credential is wanted
///   on_credential(it)      -> the server's first message
///   on_client_final(text)  -> the server's last message; is_complete()
///
/// A call out of order fails with illegal_sasl_state, any failure ends the exchange. What an
/// unauthenticated client is told does not say whether a user exists or a password is wrong.
class ScramServer {
public:
    struct CredentialQuestion {
        std::string user_name;  ///< or a delegation token's id
        bool of_token = false;  ///< KIP-48
    };

    /// server_nonce: is_scram_nonce(), at least 128 bits that nobody can guess.
    ScramServer(ScramMechanism mechanism, std::string server_nonce);

    /// Fails on an authorization id other than the user name, as Kafka's ScramSaslServer does.
    [[nodiscard]] Result<CredentialQuestion> on_client_first(std::string_view text);
    /// What was found for the question, or nothing. Fails without one, and on fewer iterations than
    /// Kafka's minimum.
    [[nodiscard]] Result<std::string> on_credential(std::optional<ScramCredential> credential);
    /// Fails unless nonce, channel binding and proof are those of this exchange.
    [[nodiscard]] Result<std::string> on_client_final(std::string_view text);

    [[nodiscard]] bool is_complete() const { return state_ == State::complete; }
    /// Who opened the exchange; known to be true once it is complete.
    [[nodiscard]] const std::string& user_name() const { return first_.user_name; }

private:
    enum class State { fresh, awaits_credential, awaits_client_final, complete, failed };

    Result<> enter(State expected);

    ScramMechanism mechanism_;
    std::string nonce_;  ///< the server's part, then the whole
    ClientFirst first_;
    std::string server_first_;
    ScramCredential credential_;
    State state_ = State::fresh;
};

}  // namespace barnabas::sasl
