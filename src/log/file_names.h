#pragma once

#include "base/types.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::log {

/// The names that Kafka gives to a log's files and folders
/// (org.apache.kafka.storage.internals.log.LogFileUtils, UnifiedLog).
inline constexpr std::string_view log_suffix = ".log";
inline constexpr std::string_view offset_index_suffix = ".index";
inline constexpr std::string_view time_index_suffix = ".timeindex";
inline constexpr std::string_view txn_index_suffix = ".txnindex";
inline constexpr std::string_view snapshot_suffix = ".snapshot";
inline constexpr std::string_view deleted_suffix = ".deleted";
inline constexpr std::string_view cleaned_suffix = ".cleaned";
inline constexpr std::string_view swap_suffix = ".swap";
/// Ours, of a segment that is set aside: "00000000000000000042.log.1-stray". Kafka ignores it.
inline constexpr std::string_view stray_file_suffix = "-stray";
inline constexpr std::string_view delete_folder_suffix = "-delete";
inline constexpr std::string_view stray_folder_suffix = "-stray";
inline constexpr std::string_view future_folder_suffix = "-future";
inline constexpr std::string_view leader_epoch_file = "leader-epoch-checkpoint";
inline constexpr std::string_view partition_metadata_file = "partition.metadata";

/// No segment begins behind it and no checkpoint names an offset behind it: a log that went on from
/// there could wrap around.
inline constexpr Offset base_offset_max{std::numeric_limits<std::int64_t>::max() -
                                        (std::int64_t{1} << 40)};

/// "00000000000000000042.log", and with a `state` "00000000000000000042.log.swap".
[[nodiscard]] std::string file_name(Offset base, std::string_view suffix,
                                    std::string_view state = {});

/// The offset of a name of that form; nothing for another.
[[nodiscard]] std::optional<Offset> offset_of_file(std::string_view name, std::string_view suffix);

/// "topic-3"
[[nodiscard]] std::string folder_name(const TopicPartition& partition);

/// The partition of a folder of that form; nothing for another ("topic-3.<uuid>-delete", ...).
[[nodiscard]] std::optional<TopicPartition> partition_of_folder(std::string_view name);

/// The partition of a folder of the form "topic-3.<uuid>-future"; nothing for another.
[[nodiscard]] std::optional<TopicPartition> partition_of_future(std::string_view name);

/// The same of "topic-3.<uuid>-delete". A long topic name is cut in it.
[[nodiscard]] std::optional<TopicPartition> partition_of_deletion(std::string_view name);

/// The same of "topic-3.<uuid>-stray". A long topic name is cut in it.
[[nodiscard]] std::optional<TopicPartition> partition_of_stray(std::string_view name);

}  // namespace barnabas::log
