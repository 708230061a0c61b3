#include "sasl/scram_client.h"

#include "base/invariant.h"

#include <utility>

namespace barnabas::sasl {
namespace {

constexpr ErrorCode refused = ErrorCode::sasl_authentication_failed;

}  // namespace

ScramClient::ScramClient(Login login) : login_(std::move(login)) {
    INVARIANT(is_scram_nonce(login_.nonce), "a nonce outside printable ASCII");
}

/// Until the caller says otherwise the exchange has failed.
Result<> ScramClient::enter(State expected) {
    if (std::exchange(state_, State::failed) != expected) {
        return fail(ErrorCode::illegal_sasl_state,
                    "a SCRAM message at a point of the exchange where none was due");
    }
    return {};
}

Result<std::string> ScramClient::start() {
    TRY(enter(State::fresh));
    first_ = make_client_first(login_.user_name, login_.nonce, login_.with_token);
    state_ = State::awaits_server_first;
    return first_.to_text();
}

Result<std::string> ScramClient::on_server_first(std::string_view text) {
    TRY(enter(State::awaits_server_first));
    TRY_ASSIGN(const auto server, ServerFirst::parse(text));
    if (!server.nonce.starts_with(first_.nonce) || server.nonce.size() == first_.nonce.size()) {
        return fail(refused, "the server's nonce does not continue the client's");
    }
    if (server.iterations < scram_iterations_min ||
        server.iterations > scram_iterations_taken_max) {
        return fail(refused, "the server asks for {} iterations of {}; {} to {} are taken",
                    server.iterations, mechanism_name(login_.mechanism), scram_iterations_min,
                    scram_iterations_taken_max);
    }
    const auto mechanism = login_.mechanism;
    const auto salted = salted_password(mechanism, login_.password, server.salt, server.iterations);
    auto answer = make_client_final(first_.gs2_header(), server.nonce);
    const auto all = auth_message(first_.bare, text, answer.without_proof);
    const auto key = client_key(mechanism, salted);
    answer.proof = exclusive_or(key, signature(mechanism, stored_key(mechanism, key), all));
    expected_signature_ = signature(mechanism, server_key(mechanism, salted), all);
    state_ = State::awaits_server_final;
    return answer.to_text();
}

Result<> ScramClient::on_server_final(std::string_view text) {
    TRY(enter(State::awaits_server_final));
    TRY_ASSIGN(const auto server, ServerFinal::parse(text));
    if (!server.error.empty()) {
        return fail(refused, "the server refused the {} login of '{}': {}",
                    mechanism_name(login_.mechanism), login_.user_name, server.error);
    }
    if (!equal_in_constant_time(server.signature, expected_signature_)) {
        return fail(refused,
                    "the server does not know the credential of '{}': its signature is "
                    "wrong",
                    login_.user_name);
    }
    state_ = State::complete;
    return {};
}

}  // namespace barnabas::sasl
