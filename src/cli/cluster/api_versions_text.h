#pragma once

#include <barnabas/admin.h>

#include <string>

namespace barnabas::cli {

/// What one broker serves, as kafka-broker-api-versions prints it:
///   localhost:9092 (id: 1 rack: null isFenced: false) -> (
///       Produce(0): 0 to 13 [usable: 13],
///       ...
///   )
[[nodiscard]] std::string api_versions_text(const admin::BrokerApiVersions& versions);
/// A line of JSON for each API.
[[nodiscard]] std::string api_versions_json(const admin::BrokerApiVersions& versions);

/// "localhost:9092 (id: 1 rack: null isFenced: false)".
[[nodiscard]] std::string node_text(const admin::Node& node);

}  // namespace barnabas::cli
