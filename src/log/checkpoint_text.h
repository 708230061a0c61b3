#pragma once

#include "base/result.h"
#include "base/types.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::log {

/// Kafka's checkpoint files (org.apache.kafka.server.common.CheckpointFile): the version 0, the
/// number of entries, one line each.
[[nodiscard]] std::string checkpoint_text(std::size_t count, std::string_view lines);

/// The words of each entry; none for an empty file, which Kafka writes too. unsupported_version for
/// another version, which is no damage; corrupt_message for another number of lines.
[[nodiscard]] Result<std::vector<std::vector<std::string_view>>> parse_checkpoint(
    std::string_view text);
[[nodiscard]] Result<std::int64_t> parse_checkpoint_number(std::string_view word);

/// An offset per partition: "<topic> <partition> <offset>" (recovery points, log start offsets,
/// high watermarks).
using OffsetCheckpoint = std::map<TopicPartition, Offset>;
/// 0 where it says nothing.
[[nodiscard]] Offset offset_in(const OffsetCheckpoint& offsets, const TopicPartition& partition);
[[nodiscard]] std::string offset_checkpoint_text(const OffsetCheckpoint& offsets);
[[nodiscard]] Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text);
/// The lines of a damaged one that can be read: better than none of them.
[[nodiscard]] OffsetCheckpoint readable_offsets(std::string_view text);

}  // namespace barnabas::log
