#pragma once

#include "base/time.h"
#include "wire/compression/codec.h"
#include "wire/records/batch_view.h"

#include <cstdint>
#include <limits>
#include <optional>

namespace barnabas::log {

/// Which acknowledged records are on the medium before they are acknowledged (flush.before.ack);
/// Kafka has only `never`.
enum class FlushBeforeAck : std::int8_t {
    never,
    single_replica,  // those of acks=all in a partition whose only copy they are
    always,          // all that are acknowledged
};

/// A topic's settings as its logs use them; the defaults are Kafka's.
struct LogConfig {
    std::uint32_t segment_bytes = 1 << 30;
    std::int64_t segment_ms = std::int64_t{7} * 24 * 3600 * 1000;
    std::int64_t segment_jitter_ms = 0;
    std::uint32_t segment_index_bytes = 10 << 20;
    std::uint32_t index_interval_bytes = 4096;
    bool preallocate = false;

    std::int64_t retention_ms = std::int64_t{7} * 24 * 3600 * 1000;  // -1: for ever
    std::int64_t retention_bytes = -1;                               // -1: no limit
    std::int64_t file_delete_delay_ms = 60'000;
    bool cleanup_delete = true;
    bool cleanup_compact = false;
    std::int64_t delete_retention_ms = std::int64_t{24} * 3600 * 1000;
    std::int64_t min_compaction_lag_ms = 0;
    std::int64_t max_compaction_lag_ms = std::numeric_limits<std::int64_t>::max();
    double min_cleanable_ratio = 0.5;

    std::uint32_t max_message_bytes = 1'048'588;
    std::uint32_t max_decompressed_bytes = std::numeric_limits<std::int32_t>::max() - 8;
    std::optional<wire::Compression> compression;  // nothing: the producer's codec stays
    wire::TimestampType timestamp_type = wire::TimestampType::create_time;
    std::int64_t timestamp_before_max_ms = std::numeric_limits<std::int64_t>::max();
    std::int64_t timestamp_after_max_ms = 3'600'000;

    FlushBeforeAck flush_before_ack = FlushBeforeAck::single_replica;  // our own
    std::int64_t flush_messages = std::numeric_limits<std::int64_t>::max();
    std::int64_t flush_ms = std::numeric_limits<std::int64_t>::max();
    std::int32_t min_insync_replicas = 1;

    friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

}  // namespace barnabas::log
