#pragma once

#include "base/result.h"
#include "cli/framework/option_parser.h"
#include <barnabas/admin.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// Whether the options of leader-election go together, with the sentences of Kafka's tool.
[[nodiscard]] Result<void> check_election(const ParsedOptions& options);

/// "preferred" or "unclean", in letters of any case.
[[nodiscard]] Result<admin::ElectionType> parse_election_type(std::string_view text);

/// {"partitions": [{"topic": "t", "partition": 0}]}, each of them once. Errors (invalid_request)
/// have the sentences of Kafka's tool.
[[nodiscard]] Result<std::set<TopicPartition>> parse_election_file(std::string_view text);

/// What became of an election, as the tool sorts it. INVARIANT of text and JSON: each partition of
/// the outcomes is told of once.
struct ElectionReport {
    std::string text;  ///< lines with their ends; empty where nothing was asked for
    std::string json;  ///< an object a line, for each partition
    std::size_t failed = 0;
};
[[nodiscard]] ElectionReport election_report(admin::ElectionType type,
                                             const admin::Outcomes<TopicPartition>& outcomes);

}  // namespace barnabas::cli
