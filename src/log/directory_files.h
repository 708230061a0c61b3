#pragma once

#include <string_view>

namespace barnabas::log {

/// The files of a log directory itself, by Kafka's names (meta.properties is identity_file).
inline constexpr std::string_view clean_shutdown_file = ".kafka_cleanshutdown";
inline constexpr std::string_view lock_file = ".lock";
inline constexpr std::string_view recovery_point_file = "recovery-point-offset-checkpoint";
inline constexpr std::string_view log_start_file = "log-start-offset-checkpoint";
inline constexpr std::string_view high_watermark_file = "replication-offset-checkpoint";
inline constexpr std::string_view cleaner_offset_file = "cleaner-offset-checkpoint";
/// Ours: room for the checkpoints on a disk that is full.
inline constexpr std::string_view reserve_file = ".barnabas-reserve";
/// Ours, for a moment: whether a directory that is to come back can be written to.
inline constexpr std::string_view probe_file = ".barnabas-probe";
/// The folder of KRaft's metadata log.
inline constexpr std::string_view kraft_log_folder = "__cluster_metadata-0";

}  // namespace barnabas::log
