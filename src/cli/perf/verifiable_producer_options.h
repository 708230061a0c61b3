#pragma once

#include "cli/common/client_properties.h"
#include "cli/framework/command.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::cli {

extern const Syntax verifiable_producer_syntax;

/// What kafka-verifiable-producer is asked to do.
struct VerifiableProducerOptions {
    std::string topic;
    std::int64_t messages = -1;    ///< below 0: until it is stopped
    std::int64_t throughput = -1;  ///< a second; below 0: no limit
    std::optional<std::int64_t> create_time_ms{};
    std::optional<std::int32_t> value_prefix{};
    std::optional<std::int32_t> repeating_keys{};
    PropertySources properties{};
    std::vector<std::string> warnings{};  ///< of old names of options
};
[[nodiscard]] Result<VerifiableProducerOptions> verifiable_producer_options(
    const ParsedOptions& given);

}  // namespace barnabas::cli
