#include "sasl/scram_messages.h"

#include "base/bytes.h"
#include "sasl/base64.h"
#include "sasl/scram_crypto.h"

#include <algorithm>
#include <optional>

namespace barnabas::sasl {
namespace {

/// What is said of any message outside the grammar; the text itself may hold secrets.
std::unexpected<Error> malformed(std::string_view which) {
    return fail(ErrorCode::sasl_authentication_failed,
                "the SCRAM {} message is not of RFC 5802's form", which);
}

bool is_plausible(std::string_view text) {
    return text.size() <= scram_message_size_max && text.find('\0') == text.npos;
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Walks over "a=1,b=2": attributes in their order, none left over at the end.
class Attributes {
public:
    explicit Attributes(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool at_end() const { return ended_; }

    /// The value of the attribute that comes next, if that is its name.
    std::optional<std::string_view> take(std::string_view name) {
        if (ended_ || !rest_.starts_with(name) || !rest_.substr(name.size()).starts_with('=')) {
            return std::nullopt;
        }
        const auto comma = rest_.find(',');
        const auto value = rest_.substr(0, comma).substr(name.size() + 1);
        ended_ = comma == rest_.npos;
        rest_.remove_prefix(ended_ ? rest_.size() : comma + 1);
        return value;
    }

    /// The name of the attribute that comes next: letters before '=', or nothing.
    [[nodiscard]] std::string_view next_name() const {
        const auto name = rest_.substr(0, std::min(rest_.find('='), rest_.size()));
        return std::ranges::all_of(name, is_letter) ? name : std::string_view{};
    }

private:
    std::string_view rest_;
    bool ended_ = false;
};

/// Takes all that is left as extensions, of which Kafka knows one; false where they are malformed.
bool take_extensions(Attributes& attributes, bool& token_authenticated) {
    while (!attributes.at_end()) {
        const auto name = attributes.next_name();
        const auto value = attributes.take(name);
        if (name.empty() || !value || value->empty()) {
            return false;
        }
        if (name == "tokenauth") {
            token_authenticated = *value == "true";
        }
    }
    return true;
}

bool skip_extensions(Attributes& attributes) {
    bool ignored = false;
    return take_extensions(attributes, ignored);
}

/// The name behind a saslname, or nothing: empty, or an '=' that escapes neither ',' nor '='.
std::optional<std::string> name_of(std::string_view sasl_name) {
    std::string name;
    while (!sasl_name.empty()) {
        const bool escaped = sasl_name.front() == '=';
        if (escaped && !sasl_name.starts_with("=2C") && !sasl_name.starts_with("=3D")) {
            return std::nullopt;
        }
        name += !escaped ? sasl_name.front() : sasl_name[1] == '2' ? ',' : '=';
        sasl_name.remove_prefix(escaped ? 3 : 1);
    }
    return name.empty() ? std::nullopt : std::optional{name};
}

/// Takes the header "n,[a=<name>]," off the text; false where it is another.
bool take_gs2_header(std::string_view& text, std::string& authorization_id) {
    const auto end = text.starts_with("n,") ? text.find(',', 2) : text.npos;
    if (end == text.npos) {
        return false;
    }
    const auto identity = text.substr(2, end - 2);
    text.remove_prefix(end + 1);
    if (identity.empty()) {
        return true;
    }
    auto name = identity.starts_with("a=") ? name_of(identity.substr(2)) : std::nullopt;
    if (name) {
        authorization_id = std::move(*name);
    }
    return name.has_value();
}

}  // namespace

bool is_scram_nonce(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return c >= 0x21 && c <= 0x7e && c != ','; });
}

Result<ClientFirst> ClientFirst::parse(std::string_view text) {
    ClientFirst message;
    if (!is_plausible(text) || !take_gs2_header(text, message.authorization_id)) {
        return malformed("client's first");
    }
    message.bare = text;
    Attributes attributes{text};
    const auto written_name = attributes.take("n");
    auto name = written_name ? name_of(*written_name) : std::nullopt;
    const auto nonce = attributes.take("r");
    const bool rest = take_extensions(attributes, message.token_authenticated);
    if (!name || !nonce || !is_scram_nonce(*nonce) || !rest) {
        return malformed("client's first");
    }
    message.user_name = std::move(*name);
    message.nonce = *nonce;
    return message;
}

std::string ClientFirst::gs2_header() const {
    return authorization_id.empty() ? "n,," : fmt::format("n,a={},", sasl_name(authorization_id));
}

ClientFirst make_client_first(std::string_view user_name, std::string nonce,
                              bool token_authenticated) {
    ClientFirst message{.user_name = std::string{user_name},
                        .authorization_id = {},
                        .nonce = std::move(nonce),
                        .token_authenticated = token_authenticated,
                        .bare = {}};
    message.bare = fmt::format("n={},r={}{}", sasl_name(user_name), message.nonce,
                               token_authenticated ? ",tokenauth=true" : "");
    return message;
}

Result<ServerFirst> ServerFirst::parse(std::string_view text) {
    Attributes attributes{text};
    const auto nonce = attributes.take("r");
    const auto written_salt = attributes.take("s");
    auto salt = written_salt ? decode_base64(*written_salt) : std::nullopt;
    const auto written_count = attributes.take("i");
    const auto count = written_count ? parse_iterations(*written_count) : std::nullopt;
    const bool rest = skip_extensions(attributes);
    if (!is_plausible(text) || !nonce || !is_scram_nonce(*nonce) || !salt || !count || !rest) {
        return malformed("server's first");
    }
    return ServerFirst{
        .nonce = std::string{*nonce}, .salt = std::move(*salt), .iterations = *count};
}

std::string ServerFirst::to_text() const {
    return fmt::format("r={},s={},i={}", nonce, encode_base64(salt), iterations);
}

Result<ClientFinal> ClientFinal::parse(std::string_view text) {
    const auto before_proof = text.rfind(",p=");
    if (!is_plausible(text) || before_proof == text.npos) {
        return malformed("client's last");
    }
    const auto without_proof = text.substr(0, before_proof);
    auto proof = decode_base64(text.substr(before_proof + 3));
    Attributes attributes{without_proof};
    const auto channel = attributes.take("c");
    const auto header = channel ? decode_base64(*channel) : std::nullopt;
    const auto nonce = attributes.take("r");
    if (!proof || !header || !nonce || !is_scram_nonce(*nonce) || !skip_extensions(attributes)) {
        return malformed("client's last");
    }
    return ClientFinal{.channel_binding = std::string{as_text(*header)},
                       .nonce = std::string{*nonce},
                       .proof = std::move(*proof),
                       .without_proof = std::string{without_proof}};
}

std::string ClientFinal::to_text() const {
    return fmt::format("{},p={}", without_proof, encode_base64(proof));
}

ClientFinal make_client_final(std::string_view gs2_header, std::string nonce) {
    auto signed_part = fmt::format("c={},r={}", encode_base64(as_bytes(gs2_header)), nonce);
    return {.channel_binding = std::string{gs2_header},
            .nonce = std::move(nonce),
            .proof = {},
            .without_proof = std::move(signed_part)};
}

Result<ServerFinal> ServerFinal::parse(std::string_view text) {
    Attributes attributes{text};
    const auto error = attributes.take("e");
    const auto written = error ? std::nullopt : attributes.take("v");
    auto signature = written ? decode_base64(*written) : std::nullopt;
    const bool has_either = error ? !error->empty() : signature.has_value();
    if (!is_plausible(text) || !has_either || !skip_extensions(attributes)) {
        return malformed("server's last");
    }
    return error ? ServerFinal{.signature = {}, .error = std::string{*error}}
                 : ServerFinal{.signature = std::move(*signature), .error = {}};
}

std::string ServerFinal::to_text() const {
    return error.empty() ? fmt::format("v={}", encode_base64(signature))
                         : fmt::format("e={}", error);
}

std::string auth_message(std::string_view client_first_bare, std::string_view server_first,
                         std::string_view client_final_without_proof) {
    return fmt::format("{},{},{}", client_first_bare, server_first, client_final_without_proof);
}

std::string sasl_name(std::string_view user_name) {
    std::string name;
    for (const char c : user_name) {
        if (c == '=' || c == ',') {
            name += c == '=' ? "=3D" : "=2C";
        } else {
            name += c;
        }
    }
    return name;
}

}  // namespace barnabas::sasl
