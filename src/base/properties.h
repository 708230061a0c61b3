#pragma once

#include "base/config_definition.h"

#include <string_view>

namespace barnabas {

/// Reads the text of a Java .properties file (java.util.Properties.load): comments (# and !),
/// `key=value`, `key:value`, `key value`, lines continued by a backslash, the escapes \t \n \r \f
/// and \uXXXX. The text is UTF-8. A name that stands twice keeps its last value, as in Java.
/// A malformed \u escape is an error (invalid_config) with its line.
[[nodiscard]] Result<ConfigMap> parse_properties(std::string_view text);

/// One `key=value` of a command line, on top of what `into` holds. The value is taken as it is.
/// invalid_config if there is no '=' or no key.
Result<void> apply_override(ConfigMap& into, std::string_view assignment);

}  // namespace barnabas
