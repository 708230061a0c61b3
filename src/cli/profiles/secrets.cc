#include "cli/profiles/secrets.h"

#include <utility>

namespace barnabas::cli {
namespace {

Result<std::string> secret_text(const SecretSource& source, SecretReader& reader) {
    const auto& first = source.words.front();
    switch (source.kind) {
        case SecretSource::Kind::file:
            return reader.file(first);
        case SecretSource::Kind::command:
            return reader.output_of(source.words);
        case SecretSource::Kind::environment:
            break;
    }
    auto value = reader.environment(first);
    if (!value) {
        return fail(ErrorCode::invalid_config, "the environment has no {}", first);
    }
    return std::move(*value);
}

Result<std::string> login_module(const ClientConfig& properties) {
    const auto found = properties.find("sasl.mechanism");
    const std::string mechanism = found == properties.end() ? "" : found->second;
    if (mechanism == "PLAIN") {
        return "org.apache.kafka.common.security.plain.PlainLoginModule";
    }
    if (mechanism == "SCRAM-SHA-256" || mechanism == "SCRAM-SHA-512") {
        return "org.apache.kafka.common.security.scram.ScramLoginModule";
    }
    return fail(ErrorCode::invalid_config,
                "a profile with 'username' needs the property sasl.mechanism, one of PLAIN, "
                "SCRAM-SHA-256, SCRAM-SHA-512; it is '{}'",
                mechanism);
}

}  // namespace

std::string jaas_quoted(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted + '"';
}

Result<std::string> read_secret(const SecretSource& source, SecretReader& reader) {
    TRY_ASSIGN(auto text, secret_text(source, reader));
    while (text.ends_with('\n') || text.ends_with('\r')) {
        text.pop_back();
    }
    if (text.empty()) {
        return fail(ErrorCode::invalid_config, "{} is empty", source.words.front());
    }
    return text;
}

Result<ClientConfig> profile_properties(const Profile& profile, SecretReader& reader) {
    auto properties = profile.properties;
    for (const auto& [name, source] : profile.secrets) {
        const auto secret = read_secret(source, reader);
        if (!secret) {
            return fail(ErrorCode::invalid_config, "secret '{}': {}", name, secret.error().message);
        }
        properties.insert_or_assign(name, *secret);
    }
    if (profile.username && profile.password) {
        TRY_ASSIGN(const auto module, login_module(properties));
        const auto password = read_secret(*profile.password, reader);
        if (!password) {
            return fail(ErrorCode::invalid_config, "the password: {}", password.error().message);
        }
        properties.insert_or_assign(
            "sasl.jaas.config",
            fmt::format("{} required username={} password={};", module,
                        jaas_quoted(*profile.username), jaas_quoted(*password)));
    }
    return properties;
}

}  // namespace barnabas::cli
