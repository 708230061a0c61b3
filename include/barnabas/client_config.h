#pragma once

#include <barnabas/result.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace barnabas {

/// A client's configuration: Kafka's names and texts.
///
///     ClientConfig config{{"bootstrap.servers", "localhost:9092"}, {"acks", "all"}};
///
/// Each client checks it when it is made: a name that the client does not have is an error that
/// proposes the nearest one, a value that is not good an error that says what would be. Names that
/// Kafka's Java clients have and that mean nothing here (classes to load, JMX) are accepted.
using ClientConfig = std::map<std::string, std::string, std::less<>>;

/// The text of a .properties file as Java reads it, UTF-8. invalid_config with the line if there is
/// a malformed escape.
[[nodiscard]] Result<ClientConfig> parse_client_properties(std::string_view text);

}  // namespace barnabas
