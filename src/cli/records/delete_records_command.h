#pragma once

#include "base/result.h"
#include "cli/framework/command.h"
#include <barnabas/types.h>

#include <map>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// `delete-records`: kafka-delete-records.
extern const Syntax delete_records_syntax;
int run_delete_records(const ParsedOptions& options, Console& console);

/// {"partitions": [{"topic": "t", "partition": 0, "offset": 3}], "version": 1}. Errors in Kafka's
/// words.
[[nodiscard]] Result<std::map<TopicPartition, Offset>> parse_offsets_json(std::string_view text);

}  // namespace barnabas::cli
