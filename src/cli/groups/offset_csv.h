#pragma once

#include "base/result.h"
#include "base/types.h"

#include <map>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// The offset of each partition.
using PartitionOffsets = std::map<TopicPartition, Offset>;
/// Those of each group.
using GroupOffsets = std::map<std::string, PartitionOffsets>;

/// "topic,partition,offset" a line, with the group in front where `with_group`; what --export
/// prints.
[[nodiscard]] std::string offsets_csv(const GroupOffsets& offsets, bool with_group);

/// What --from-file reads: lines of three fields are of `group`, where one group was named
/// (else empty), lines of four name theirs. invalid_request with the line that is wrong.
[[nodiscard]] Result<GroupOffsets> parse_offsets_csv(std::string_view text, std::string_view group);

}  // namespace barnabas::cli
