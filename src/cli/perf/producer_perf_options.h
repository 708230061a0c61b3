#pragma once

#include "base/time.h"
#include "cli/common/client_properties.h"
#include "cli/framework/command.h"

#include <cstdint>
#include <optional>
#include <string>

namespace barnabas::cli {

extern const Syntax producer_perf_syntax;

/// What kafka-producer-perf-test is asked to do (ProducerPerformance.ConfigPostProcessor).
struct ProducerPerfOptions {
    std::string topic;
    std::int64_t records = 0;         ///< at least 1
    std::int64_t warmup_records = 0;  ///< fewer than `records`
    double throughput = -1;           ///< records a second; below 0: no limit
    std::optional<std::int32_t> record_size{};
    std::optional<std::string> payload_file{};
    std::string payload_delimiter = "\n";  ///< a regular expression
    Duration reporting_interval{};
    bool print_metrics = false;
    bool json = false;
    std::optional<Duration> transaction_duration{};
    std::optional<std::string> transactional_id{};
    PropertySources properties{};
    /// Sentences about old names of options.
    std::vector<std::string> warnings{};
};

/// What was read, checked as Kafka's tool does, with its sentences (invalid_request).
[[nodiscard]] Result<ProducerPerfOptions> producer_perf_options(const ParsedOptions& given);

/// The producer's configurations. Transactions are on where a duration, an id on the command line
/// or one among the configurations asks for them; `new_id` is theirs where none is named.
struct ProducerPerfConfig {
    ClientConfig client;
    bool transactions = false;
    Duration transaction_duration{};
};
[[nodiscard]] Result<ProducerPerfConfig> producer_perf_config(const ProducerPerfOptions& options,
                                                              std::string_view new_id);

}  // namespace barnabas::cli
