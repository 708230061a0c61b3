#pragma once

#include "base/result.h"
#include "cli/framework/option_parser.h"
#include <barnabas/admin.h>

#include <map>
#include <string>
#include <vector>

namespace barnabas::cli {

/// Whether the options of `topics` go together, with the sentences of Kafka's tool.
[[nodiscard]] Result<void> check_topics(const ParsedOptions& options);

/// "0:1,1:2": the brokers of each partition, partitions apart by commas. Errors in Kafka's words.
[[nodiscard]] Result<std::map<PartitionId, std::vector<BrokerId>>> parse_replica_assignment(
    const std::string& text);

/// The topic that --create describes.
[[nodiscard]] Result<admin::NewTopic> new_topic(const ParsedOptions& options);

}  // namespace barnabas::cli
