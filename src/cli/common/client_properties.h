#pragma once

#include "base/result.h"
#include <barnabas/client_config.h>

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::cli {

/// Where a command has its client's configurations from.
struct PropertySources {
    std::optional<std::string> file{};   ///< --command-config and its old names
    std::vector<std::string> entries{};  ///< --command-property key=value, in their order
    std::string bootstrap{};             ///< --bootstrap-server; empty: nothing said
    ClientConfig profile{};              ///< ParsedOptions::profile()
    std::vector<std::pair<std::string, std::string>> defaults{};  ///< where nobody says anything
};

/// Defaults < profile < file < entries < bootstrap: the later goes before the earlier. A sentence
/// names a file that cannot be read, a bad line in it, or a bad entry. Which names a client knows,
/// its create() checks.
[[nodiscard]] Result<ClientConfig> client_properties(const PropertySources& sources);

/// "key=value" entries, as Kafka's CommandLineUtils reads them: a value may hold '='; without one
/// it is empty; of a name that comes twice the last counts. invalid_config for one without a name.
[[nodiscard]] Result<ClientConfig> parse_entries(std::span<const std::string> entries);

/// A properties file that the command line names.
[[nodiscard]] Result<ClientConfig> properties_file(const std::string& path);

}  // namespace barnabas::cli
