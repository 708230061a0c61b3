// long: table
#include "base/config_text.h"
#include "client/config/client_rows.h"

namespace barnabas::client {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_plain =
    "TLS and SASL are not supported yet: the client speaks PLAINTEXT";
constexpr std::string_view because_java = "it names a Java class, which Barnabas cannot load";

constexpr ConfigRow rows[] = {
    {"sasl.client.callback.handler.class", class_name, nullptr, any_value(), read_only, medium,
     "The Java class that answers questions of SASL mechanisms as a client.",
     no_effect(because_java)},
    {"sasl.jaas.config", password, nullptr, any_value(), read_only, medium,
     "The login of a listener and mechanism, in JAAS's form.", no_effect(because_plain)},
    {"sasl.kerberos.kinit.cmd", string, "/usr/bin/kinit", any_value(), read_only, low,
     "The kinit command.", no_effect(because_plain)},
    {"sasl.kerberos.min.time.before.relogin", int64, "60000", any_value(), read_only, low,
     "How long a Kerberos login rests between renewals.", no_effect(because_plain)},
    {"sasl.kerberos.service.name", string, nullptr, any_value(), read_only, medium,
     "The broker's Kerberos service.", no_effect(because_plain)},
    {"sasl.kerberos.ticket.renew.jitter", float64, "0.05", any_value(), read_only, low,
     "By how much at random the renewal of a Kerberos ticket differs.", no_effect(because_plain)},
    {"sasl.kerberos.ticket.renew.window.factor", float64, "0.8", any_value(), read_only, low,
     "At which part of its life a Kerberos ticket is renewed.", no_effect(because_plain)},
    {"sasl.login.callback.handler.class", class_name, nullptr, any_value(), read_only, medium,
     "The Java class that answers questions of a SASL login.", no_effect(because_java)},
    {"sasl.login.class", class_name, nullptr, any_value(), read_only, medium,
     "The Java class of a SASL login.", no_effect(because_java)},
    {"sasl.login.connect.timeout.ms", int32, nullptr, any_value(), read_only, low,
     "How long a login waits for the connection to its provider.", no_effect(because_plain)},
    {"sasl.login.read.timeout.ms", int32, nullptr, any_value(), read_only, low,
     "How long a login waits for its provider's answer.", no_effect(because_plain)},
    {"sasl.login.refresh.buffer.seconds", int16, "300", between(0, 3600), read_only, low,
     "How long before its end a login is renewed at the latest.", no_effect(because_plain)},
    {"sasl.login.refresh.min.period.seconds", int16, "60", between(0, 900), read_only, low,
     "How long a login rests between renewals.", no_effect(because_plain)},
    {"sasl.login.refresh.window.factor", float64, "0.8", between(0.5, 1), read_only, low,
     "At which part of its life a login is renewed.", no_effect(because_plain)},
    {"sasl.login.refresh.window.jitter", float64, "0.05", between(0, 0.25), read_only, low,
     "By how much at random the renewal of a login differs.", no_effect(because_plain)},
    {"sasl.login.retry.backoff.max.ms", int64, "10000", any_value(), read_only, low,
     "The longest pause between attempts to log in.", no_effect(because_plain)},
    {"sasl.login.retry.backoff.ms", int64, "100", any_value(), read_only, low,
     "The first pause between attempts to log in.", no_effect(because_plain)},
    {"sasl.mechanism", string, "GSSAPI", any_value(), read_only, medium,
     "The SASL mechanism that the client logs in with.", no_effect(because_plain)},
    {"sasl.oauthbearer.allow.unverified.audience", boolean, "false", any_value(), read_only, medium,
     "Whether tokens for any audience are accepted.", no_effect(because_plain)},
    {"sasl.oauthbearer.allow.unverified.issuer", boolean, "false", any_value(), read_only, medium,
     "Whether tokens of any issuer are accepted.", no_effect(because_plain)},
    {"sasl.oauthbearer.assertion.algorithm", string, "RS256", one_of_any_case("ES256 RS256"),
     read_only, medium, "The algorithm that assertions are signed with.", no_effect(because_plain)},
    {"sasl.oauthbearer.assertion.claim.aud", string, nullptr, any_value(), read_only, medium,
     "The audience that assertions name.", no_effect(because_plain)},
    {"sasl.oauthbearer.assertion.claim.exp.seconds", int32, "300", between(0, 86400), read_only,
     low, "How long assertions are good.", no_effect(because_plain)},
    {"sasl.oauthbearer.assertion.claim.iss", string, nullptr, any_value(), read_only, medium,
     "The issuer that assertions name.", no_effect(because_plain)},
    {"sasl.oauthbearer.assertion.claim.jti.include", boolean, "false", any_value(), read_only,
     medium, "Whether assertions carry an identifier.", no_effect(because_plain)},
    {"sasl.oauthbearer.assertion.claim.nbf.seconds", int32, "60", between(0, 3600), read_only, low,
     "How long before now assertions begin to be good.", no_effect(because_plain)},
    {"sasl.oauthbearer.assertion.claim.sub", string, nullptr, any_value(), read_only, medium,
     "The subject that assertions name.", no_effect(because_plain)},
    {"sasl.oauthbearer.assertion.file", string, nullptr, any_value(), read_only, medium,
     "The file of a ready assertion.", no_effect(because_plain)},
    {"sasl.oauthbearer.assertion.private.key.file", string, nullptr, any_value(), read_only, medium,
     "The file of the key that assertions are signed with.", no_effect(because_plain)},
    {"sasl.oauthbearer.assertion.private.key.passphrase", password, nullptr, any_value(), read_only,
     medium, "The passphrase of the key that assertions are signed with.",
     no_effect(because_plain)},
    {"sasl.oauthbearer.assertion.template.file", string, nullptr, any_value(), read_only, medium,
     "The file of the claims that assertions begin with.", no_effect(because_plain)},
    {"sasl.oauthbearer.client.credentials.client.id", string, nullptr, any_value(), read_only,
     medium, "The client's name at the token endpoint.", no_effect(because_plain)},
    {"sasl.oauthbearer.client.credentials.client.secret", password, nullptr, any_value(), read_only,
     medium, "The client's secret at the token endpoint.", no_effect(because_plain)},
    {"sasl.oauthbearer.clock.skew.seconds", int32, "30", any_value(), read_only, low,
     "By how much clocks may differ when tokens are judged.", no_effect(because_plain)},
    {"sasl.oauthbearer.expected.audience", list, "", list_of(), read_only, high,
     "The audiences that tokens must name one of.", no_effect(because_plain)},
    {"sasl.oauthbearer.expected.issuer", string, nullptr, any_value(), read_only, high,
     "The issuer that tokens must name.", no_effect(because_plain)},
    {"sasl.oauthbearer.header.urlencode", boolean, "false", any_value(), read_only, low,
     "Whether the credentials of a token request are URL-encoded.", no_effect(because_plain)},
    {"sasl.oauthbearer.jwks.endpoint.refresh.ms", int64, "3600000", any_value(), read_only, low,
     "How often the keys for tokens are fetched.", no_effect(because_plain)},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", int64, "10000", any_value(), read_only,
     low, "The longest pause between attempts to fetch the keys for tokens.",
     no_effect(because_plain)},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", int64, "100", any_value(), read_only, low,
     "The first pause between attempts to fetch the keys for tokens.", no_effect(because_plain)},
    {"sasl.oauthbearer.jwks.endpoint.url", string, nullptr, any_value(), read_only, medium,
     "Where the keys for tokens are fetched.", no_effect(because_plain)},
    {"sasl.oauthbearer.jwt.retriever.class", class_name,
     "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever", any_value(), read_only,
     medium, "The Java class that fetches tokens.", no_effect(because_java)},
    {"sasl.oauthbearer.jwt.validator.class", class_name,
     "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator", any_value(), read_only,
     medium, "The Java class that judges tokens.", no_effect(because_java)},
    {"sasl.oauthbearer.scope", string, nullptr, any_value(), read_only, medium,
     "The scope that tokens are asked for.", no_effect(because_plain)},
    {"sasl.oauthbearer.scope.claim.name", string, "scope", any_value(), read_only, low,
     "The claim of a token that holds its scope.", no_effect(because_plain)},
    {"sasl.oauthbearer.sub.claim.name", string, "sub", any_value(), read_only, low,
     "The claim of a token that holds its subject.", no_effect(because_plain)},
    {"sasl.oauthbearer.token.endpoint.url", string, nullptr, any_value(), read_only, medium,
     "Where tokens are fetched.", no_effect(because_plain)},
    {"security.protocol", string, "PLAINTEXT",
     one_of_any_case("SASL_SSL PLAINTEXT SSL SASL_PLAINTEXT"), read_only, medium,
     "How the client speaks to brokers. Until TLS and SASL are there: PLAINTEXT.",
     refused(because_plain)},
    {"security.providers", string, nullptr, any_value(), read_only, low,
     "Java classes that bring algorithms.", no_effect(because_java)},
    {"ssl.cipher.suites", list, "", list_of(), read_only, low,
     "The cipher suites that are offered; empty means the library's.", no_effect(because_plain)},
    {"ssl.enabled.protocols", list, "TLSv1.2,TLSv1.3", list_of(), read_only, medium,
     "The versions of TLS that are offered.", no_effect(because_plain)},
    {"ssl.endpoint.identification.algorithm", string, "https", any_value(), read_only, low,
     "How a server's name is compared with its certificate; empty means not at all.",
     no_effect(because_plain)},
    {"ssl.engine.factory.class", class_name, nullptr, any_value(), read_only, low,
     "The Java class that makes TLS engines.", no_effect(because_java)},
    {"ssl.key.password", password, nullptr, any_value(), read_only, high,
     "The password of the private key.", no_effect(because_plain)},
    {"ssl.keymanager.algorithm", string, "SunX509", any_value(), read_only, low,
     "Java's algorithm for choosing the key.", no_effect(because_plain)},
    {"ssl.keystore.certificate.chain", password, nullptr, any_value(), read_only, high,
     "The broker's certificates, as PEM.", no_effect(because_plain)},
    {"ssl.keystore.key", password, nullptr, any_value(), read_only, high,
     "The broker's private key, as PEM.", no_effect(because_plain)},
    {"ssl.keystore.location", string, nullptr, any_value(), read_only, high,
     "The file of the broker's key and certificates.", no_effect(because_plain)},
    {"ssl.keystore.password", password, nullptr, any_value(), read_only, high,
     "The password of the broker's key store.", no_effect(because_plain)},
    {"ssl.keystore.type", string, "JKS", any_value(), read_only, medium,
     "The form of the broker's key store.", no_effect(because_plain)},
    {"ssl.protocol", string, "TLSv1.3", any_value(), read_only, medium,
     "The version of TLS that is preferred.", no_effect(because_plain)},
    {"ssl.provider", string, nullptr, any_value(), read_only, medium, "The Java security provider.",
     no_effect(because_plain)},
    {"ssl.secure.random.implementation", string, nullptr, any_value(), read_only, low,
     "Java's source of randomness for TLS.", no_effect(because_plain)},
    {"ssl.trustmanager.algorithm", string, "PKIX", any_value(), read_only, low,
     "Java's algorithm for judging certificates.", no_effect(because_plain)},
    {"ssl.truststore.certificates", password, nullptr, any_value(), read_only, high,
     "The certificates that are trusted, as PEM.", no_effect(because_plain)},
    {"ssl.truststore.location", string, nullptr, any_value(), read_only, high,
     "The file of the certificates that are trusted.", no_effect(because_plain)},
    {"ssl.truststore.password", password, nullptr, any_value(), read_only, high,
     "The password of the store of trusted certificates.", no_effect(because_plain)},
    {"ssl.truststore.type", string, "JKS", any_value(), read_only, medium,
     "The form of the store of trusted certificates.", no_effect(because_plain)},
};

}  // namespace

std::span<const ConfigRow> security_rows() {
    return rows;
}

Result<void> check_security(const ClientConfig& set) {
    if (const auto found = set.find("security.protocol"); found != set.end()) {
        if (to_lower(trim(found->second)) == "plaintext") {
            return {};
        }
        return fail(ErrorCode::invalid_config, "security.protocol cannot be '{}': {}",
                    found->second, because_plain);
    }
    for (const ConfigRow& row : rows) {
        const bool asks = row.type == password || row.name == "ssl.keystore.location" ||
                          row.name == "ssl.truststore.location";
        if (asks && set.contains(row.name)) {
            return fail(ErrorCode::invalid_config,
                        "{} is set, but {}; set security.protocol=PLAINTEXT to do without it",
                        row.name, because_plain);
        }
    }
    return {};
}

}  // namespace barnabas::client
