#pragma once

#include "cli/common/client_properties.h"
#include "cli/framework/command.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::cli {

extern const Syntax verifiable_consumer_syntax;

/// What kafka-verifiable-consumer is asked to do.
struct VerifiableConsumerOptions {
    std::string topic;
    std::int64_t messages = -1;  ///< below 0: until it is stopped
    bool verbose = false;
    bool auto_commit = false;
    PropertySources properties{};
    /// What the command line says goes before the file.
    std::vector<std::pair<std::string, std::string>> overrides{};
    std::vector<std::string> warnings{};  ///< of old names of options
};
[[nodiscard]] Result<VerifiableConsumerOptions> verifiable_consumer_options(
    const ParsedOptions& given);
[[nodiscard]] Result<ClientConfig> verifiable_consumer_config(
    const VerifiableConsumerOptions& options);

}  // namespace barnabas::cli
