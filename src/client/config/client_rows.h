#pragma once

#include "base/config.h"
#include "base/config_definition.h"
#include <barnabas/client_config.h>

#include <span>

namespace barnabas::client {

/// What producers, consumers and admin clients have alike, with one default. Each client's
/// definition is made of its own table and these two:
///
///     const ConfigDefinition& producer_definition() {
///         static const ConfigDefinition definition(
///             "producer", {producer_rows, common_rows(), security_rows()});
///
/// The client's own table also has the rows that are everybody's with a default of their own:
/// bootstrap.servers, client.id, connections.max.idle.ms, enable.metrics.push,
/// receive.buffer.bytes, and where Kafka has them default.api.timeout.ms, retries, client.rack.
[[nodiscard]] std::span<const ConfigRow> common_rows();
/// ssl.*, sasl.*, security.protocol: until TLS and SASL are there only PLAINTEXT is accepted.
[[nodiscard]] std::span<const ConfigRow> security_rows();
/// invalid_config for another `security.protocol` than PLAINTEXT, and for a login, a key or a trust
/// store where none is set: whoever gives one does not expect plain text, which is Kafka's default.
/// With PLAINTEXT said in so many words they have no effect, as in Kafka's clients.
[[nodiscard]] Result<void> check_security(const ClientConfig& set);

/// Parses what is set. Errors (invalid_config): an unknown name, with the nearest one; a bad value;
/// a required name that is missing; another value than the default for what is refused; and what
/// check_security() refuses.
[[nodiscard]] Result<ConfigValues> parse_client_config(const ConfigDefinition& definition,
                                                       const ClientConfig& set);

/// One sentence for each name that is set and has no effect here.
[[nodiscard]] std::vector<std::string> without_effect(const ConfigDefinition& definition,
                                                      const ClientConfig& set);

}  // namespace barnabas::client
