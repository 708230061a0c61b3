#pragma once

#include <map>
#include <string>

namespace barnabas::cli {

/// Java's "%.2f": NaN and Infinity are called so.
[[nodiscard]] std::string java_fixed(double value, int digits);

/// Double.toString: "1.0", "0.25", "1.0E7", "NaN".
[[nodiscard]] std::string java_double(double value);

/// A number in JSON; null where it is none.
[[nodiscard]] std::string json_number(double value);

/// The table of --print-metrics, by "group:name:{tag=value}" (org.apache.kafka.tools.ToolsUtils).
[[nodiscard]] std::string metrics_table(const std::map<std::string, double>& metrics);

}  // namespace barnabas::cli
