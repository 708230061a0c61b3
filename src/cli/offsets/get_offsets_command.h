#pragma once

#include "base/result.h"
#include "cli/framework/command.h"
#include <barnabas/admin.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// `get-offsets`: kafka-get-offsets.
extern const Syntax get_offsets_syntax;
int run_get_offsets(const ParsedOptions& options, Console& console);

/// "latest", "-1", a timestamp, ...
[[nodiscard]] Result<admin::OffsetSpec> parse_offset_spec(std::string_view text);

/// Partitions from `begin` on, those from `end` on excluded.
struct PartitionRange {
    std::int64_t begin = 0;
    std::int64_t end = std::int64_t{1} << 31;

    [[nodiscard]] bool has(PartitionId partition) const {
        return partition.get() >= begin && partition.get() < end;
    }
    friend bool operator==(const PartitionRange&, const PartitionRange&) = default;
};

/// One of the patterns of --topic-partitions: "topic:3", "topic:1-4", "topic:1-", "topic:-4", ":2".
struct TopicPartitionRule {
    std::string topic;  ///< an expression; ".*" where none is given
    PartitionRange partitions;
};
[[nodiscard]] Result<TopicPartitionRule> parse_topic_partition_rule(std::string_view text);

}  // namespace barnabas::cli
