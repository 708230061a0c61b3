#include "sasl/scram_server.h"

#include "base/invariant.h"

#include <utility>

namespace barnabas::sasl {
namespace {

/// The one sentence for an unknown user, a wrong password and a forged message.
std::unexpected<Error> invalid_credentials(ScramMechanism mechanism) {
    return fail(ErrorCode::sasl_authentication_failed,
                "{} does not know this user with this password", mechanism_name(mechanism));
}

}  // namespace

ScramServer::ScramServer(ScramMechanism mechanism, std::string server_nonce)
    : mechanism_(mechanism), nonce_(std::move(server_nonce)) {
    INVARIANT(is_scram_nonce(nonce_), "a nonce outside printable ASCII");
}

/// Until the caller says otherwise the exchange has failed.
Result<> ScramServer::enter(State expected) {
    if (std::exchange(state_, State::failed) != expected) {
        return fail(ErrorCode::illegal_sasl_state,
                    "a SCRAM message at a point of the exchange where none was due");
    }
    return {};
}

Result<ScramServer::CredentialQuestion> ScramServer::on_client_first(std::string_view text) {
    TRY(enter(State::fresh));
    TRY_ASSIGN(first_, ClientFirst::parse(text));
    if (!first_.authorization_id.empty() && first_.authorization_id != first_.user_name) {
        return fail(ErrorCode::sasl_authentication_failed,
                    "Authentication failed: the authorization id must be empty or the user name");
    }
    state_ = State::awaits_credential;
    return CredentialQuestion{.user_name = first_.user_name,
                              .of_token = first_.token_authenticated};
}

Result<std::string> ScramServer::on_credential(std::optional<ScramCredential> credential) {
    TRY(enter(State::awaits_credential));
    if (!credential || credential->iterations < scram_iterations_min) {
        return invalid_credentials(mechanism_);
    }
    credential_ = std::move(*credential);
    nonce_ = first_.nonce + nonce_;
    server_first_ =
        ServerFirst{.nonce = nonce_, .salt = credential_.salt, .iterations = credential_.iterations}
            .to_text();
    state_ = State::awaits_client_final;
    return server_first_;
}

Result<std::string> ScramServer::on_client_final(std::string_view text) {
    TRY(enter(State::awaits_client_final));
    TRY_ASSIGN(const auto answer, ClientFinal::parse(text));
    if (answer.nonce != nonce_ || answer.channel_binding != first_.gs2_header() ||
        answer.proof.size() != digest_size(mechanism_)) {
        return invalid_credentials(mechanism_);
    }
    const auto all = auth_message(first_.bare, server_first_, answer.without_proof);
    const auto client_signature = signature(mechanism_, credential_.stored_key, all);
    const auto claimed = stored_key(mechanism_, exclusive_or(answer.proof, client_signature));
    if (!equal_in_constant_time(claimed, credential_.stored_key)) {
        return invalid_credentials(mechanism_);
    }
    state_ = State::complete;
    return ServerFinal{.signature = signature(mechanism_, credential_.server_key, all), .error = {}}
        .to_text();
}

}  // namespace barnabas::sasl
