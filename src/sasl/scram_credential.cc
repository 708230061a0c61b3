#include "sasl/scram_credential.h"

#include "sasl/base64.h"

#include <algorithm>
#include <optional>

namespace barnabas::sasl {
namespace {

constexpr ErrorCode bad_credential = ErrorCode::unacceptable_credential;

/// The credential as far as its members were read.
struct Members {
    std::optional<std::vector<std::byte>> salt;
    std::optional<std::vector<std::byte>> stored_key;
    std::optional<std::vector<std::byte>> server_key;
    std::optional<std::int32_t> iterations;
};

/// Whether `name` is a member that was not there yet and `value` is one of its values.
bool take_member(Members& members, std::string_view name, std::string_view value) {
    if (name == "iterations") {
        return !members.iterations && (members.iterations = parse_iterations(value));
    }
    auto* const bytes = name == "salt"         ? &members.salt
                        : name == "stored_key" ? &members.stored_key
                        : name == "server_key" ? &members.server_key
                                               : nullptr;
    return bytes != nullptr && !*bytes && (*bytes = decode_base64(value));
}

}  // namespace

ScramCredential make_credential(ScramMechanism mechanism, std::string_view password,
                                std::vector<std::byte> salt, std::int32_t iterations) {
    const auto salted = salted_password(mechanism, password, salt, iterations);
    return {.salt = std::move(salt),
            .stored_key = stored_key(mechanism, client_key(mechanism, salted)),
            .server_key = server_key(mechanism, salted),
            .iterations = iterations};
}

std::string stored_form(const ScramCredential& credential) {
    return fmt::format("salt={},stored_key={},server_key={},iterations={}",
                       encode_base64(credential.salt), encode_base64(credential.stored_key),
                       encode_base64(credential.server_key), credential.iterations);
}

Result<ScramCredential> parse_stored_form(ScramMechanism mechanism, std::string_view text) {
    Members members;
    for (std::size_t at = 0; at <= text.size();) {
        const auto comma = std::min(text.find(',', at), text.size());
        const auto member = text.substr(at, comma - at);
        const auto equals = std::min(member.find('='), member.size());
        const auto name = member.substr(0, equals);
        if (equals == member.size() || !take_member(members, name, member.substr(equals + 1))) {
            return fail(bad_credential,
                        "a stored SCRAM credential has salt, stored_key, server_key and "
                        "iterations, each once; its member '{}' is not among them or unreadable",
                        name);
        }
        at = comma + 1;
    }
    if (!members.salt || !members.stored_key || !members.server_key || !members.iterations) {
        return fail(bad_credential,
                    "a stored SCRAM credential lacks one of salt, stored_key, "
                    "server_key and iterations");
    }
    const auto size = digest_size(mechanism);
    if (members.stored_key->size() != size || members.server_key->size() != size) {
        return fail(bad_credential,
                    "the keys of a stored {} credential have {} and {} bytes, not {}",
                    mechanism_name(mechanism), members.stored_key->size(),
                    members.server_key->size(), size);
    }
    return ScramCredential{.salt = std::move(*members.salt),
                           .stored_key = std::move(*members.stored_key),
                           .server_key = std::move(*members.server_key),
                           .iterations = *members.iterations};
}

}  // namespace barnabas::sasl
