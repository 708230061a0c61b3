#pragma once

#include "base/result.h"
#include <barnabas/types.h>

#include <map>
#include <string_view>

namespace barnabas::cli {

/// {"partitions": [{"topic": "t", "partition": 0, "offset": 3}], "version": 1}. Errors in Kafka's
/// words.
[[nodiscard]] Result<std::map<TopicPartition, Offset>> parse_offsets_json(std::string_view text);

}  // namespace barnabas::cli
