#pragma once

#include "cli/common/client_properties.h"
#include "cli/framework/command.h"

#include <cstdint>
#include <optional>
#include <string>

namespace barnabas::cli {

extern const Syntax e2e_latency_syntax;

/// What kafka-e2e-latency is asked to do (EndToEndLatency, KIP-1172). Sizes are in bytes.
struct E2eOptions {
    std::string topic{};
    std::int64_t records = 0;  ///< at least 1
    std::string acks{};        ///< "1" or "all"
    std::size_t value_size = 0;
    std::size_t key_size = 0;
    std::size_t headers = 0;
    std::size_t header_key_size = 0;
    std::optional<std::size_t> header_value_size = 0;  ///< nothing: null
    PropertySources properties{};
    bool json = false;
    std::string warning{};  ///< of the old form of the command line
};

/// Either form: named options, or `bootstrap-server topic num-records producer-acks record-size
/// [command-config]`, as before Kafka 4.2.
[[nodiscard]] Result<E2eOptions> e2e_options(const ParsedOptions& given);

}  // namespace barnabas::cli
