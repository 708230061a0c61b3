#pragma once

#include "base/time.h"
#include "cli/common/client_properties.h"
#include "cli/framework/command.h"
#include "cli/perf/java_date_format.h"

#include <cstdint>
#include <optional>
#include <string>

namespace barnabas::cli {

extern const Syntax consumer_perf_syntax;

/// What kafka-consumer-perf-test is asked to do (ConsumerPerformance.ConsumerPerfOptions).
struct ConsumerPerfOptions {
    std::optional<std::string> topic{};    ///< this or
    std::optional<std::string> include{};  ///< a regular expression of topics
    std::int64_t records = 0;
    Duration timeout{};  ///< without any record: the end
    std::int64_t reporting_interval_ms = 0;
    std::string date_format;
    bool detailed = false;
    bool header = true;
    bool print_metrics = false;
    bool json = false;
    bool own_group = false;  ///< made up here: --group names none
    PropertySources properties{};
    /// What the command line says goes before all configurations.
    std::vector<std::pair<std::string, std::string>> overrides{};
    std::vector<std::string> warnings{};
};

/// `random`: makes the name of a group that nobody else has.
[[nodiscard]] Result<ConsumerPerfOptions> consumer_perf_options(const ParsedOptions& given,
                                                                std::uint64_t random);
[[nodiscard]] Result<ClientConfig> consumer_perf_config(const ConsumerPerfOptions& options);

}  // namespace barnabas::cli
