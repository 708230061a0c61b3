// long: table
#include "log/topic_config.h"

#include <algorithm>
#include <string>

namespace barnabas::log {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "*" alone, or elements of the form partition:broker (Kafka's ThrottledReplicaListValidator).
std::optional<std::string> check_throttled_replicas(const ConfigValue& value) {
    const auto* elements = std::get_if<std::vector<std::string>>(&value);
    if (elements == nullptr || *elements == std::vector<std::string>{"*"}) {
        return std::nullopt;
    }
    const auto good = [](std::string_view element) {
        const std::size_t colon = element.find(':');
        return colon != std::string_view::npos && is_digits(element.substr(0, colon)) &&
               is_digits(element.substr(colon + 1));
    };
    if (std::ranges::all_of(*elements, good)) {
        return std::nullopt;
    }
    return "must be *, or a list of partition:broker";
}

constexpr ConfigRule throttled_replicas =
    custom(&check_throttled_replicas, "* or a list of partition:broker");

constexpr std::string_view because_remote = "tiered storage is not supported";
constexpr std::string_view because_quota = "quotas are not supported yet";
constexpr std::string_view because_one = "a single broker replicates to no other";

constexpr ConfigRow rows[] = {
    {"cleanup.policy", list, "delete", list_of("compact delete"), resource, medium,
     "What happens to old records: delete, compact, both, or (empty) nothing.", works,
     synonyms("log.cleanup.policy")},
    {"compression.gzip.level", int32, "-1", gzip_level(), resource, medium,
     "How hard gzip works where the broker compresses itself.", works,
     synonyms("compression.gzip.level")},
    {"compression.lz4.level", int32, "9", between(1, 17), resource, medium,
     "How hard lz4 works where the broker compresses itself.", works,
     synonyms("compression.lz4.level")},
    {"compression.type", string, "producer", one_of("uncompressed zstd lz4 snappy gzip producer"),
     resource, medium,
     "The codec that the topic is stored with; producer keeps what the producer chose.", works,
     synonyms("compression.type")},
    {"compression.zstd.level", int32, "3", between(-131072, 22), resource, medium,
     "How hard zstd works where the broker compresses itself.", works,
     synonyms("compression.zstd.level")},
    {"delete.retention.ms", int64, "86400000", at_least(0), resource, medium,
     "How long tombstones stay when the topic is compacted.", works,
     synonyms("log.cleaner.delete.retention.ms")},
    {"errors.deadletterqueue.group.enable", boolean, "false", any_value(), resource, medium,
     "Whether share groups may use the topic as a dead letter queue."},
    {"file.delete.delay.ms", int64, "60000", at_least(0), resource, medium,
     "How long a deleted segment's file stays before it is removed.", works,
     synonyms("log.segment.delete.delay.ms")},
    {"flush.before.ack", string, "single-replica", one_of("never single-replica always"), resource,
     medium,
     "Which records are on the disk before they are acknowledged: none, those of acks=all where a "
     "partition has one replica, or all.",
     works, synonyms("flush.before.ack")},
    {"flush.messages", int64, "9223372036854775807", at_least(1), resource, medium,
     "After how many records the log is synced to disk.", works,
     synonyms("log.flush.interval.messages")},
    {"flush.ms", int64, "9223372036854775807", at_least(0), resource, medium,
     "After how long the log is synced to disk.", works,
     synonyms("log.flush.interval.ms", "log.flush.scheduler.interval.ms")},
    {"follower.replication.throttled.replicas", list, "", throttled_replicas, resource, medium,
     "The replicas whose fetches count towards the follower's quota, as partition:broker, or * for "
     "all.",
     no_effect(because_quota)},
    {"index.interval.bytes", int32, "4096", at_least(0), resource, medium,
     "After how many bytes of records the offset index gets an entry.", works,
     synonyms("log.index.interval.bytes")},
    {"internal.segment.bytes", int32, nullptr, any_value(), resource, medium,
     "A segment's size below the smallest that segment.bytes accepts, for tests.", works,
     internal_only},
    {"leader.replication.throttled.replicas", list, "", throttled_replicas, resource, medium,
     "The replicas whose fetches count towards the leader's quota, as partition:broker, or * for "
     "all.",
     no_effect(because_quota)},
    {"local.retention.bytes", int64, "-2", at_least(-2), resource, medium,
     "How many bytes of a tiered partition stay on local disks; -2 means as retention.bytes.",
     no_effect(because_remote), synonyms("log.local.retention.bytes")},
    {"local.retention.ms", int64, "-2", at_least(-2), resource, medium,
     "How long records of a tiered partition stay on local disks; -2 means as retention.ms.",
     no_effect(because_remote), synonyms("log.local.retention.ms")},
    {"max.compaction.lag.ms", int64, "9223372036854775807", at_least(1), resource, medium,
     "How long a record may stay uncompacted.", works,
     synonyms("log.cleaner.max.compaction.lag.ms")},
    {"max.decompressed.message.bytes", int32, "2147483639", between(1, 2147483639), resource,
     medium, "The largest size that one batch of records may decompress to.", works,
     synonyms("max.decompressed.message.bytes")},
    {"max.message.bytes", int32, "1048588", at_least(0), resource, medium,
     "The largest batch of records that is accepted.", works, synonyms("message.max.bytes")},
    {"message.timestamp.after.max.ms", int64, "3600000", at_least(0), resource, medium,
     "How far in the future a record's timestamp may lie.", works,
     synonyms("log.message.timestamp.after.max.ms")},
    {"message.timestamp.before.max.ms", int64, "9223372036854775807", at_least(0), resource, medium,
     "How far in the past a record's timestamp may lie.", works,
     synonyms("log.message.timestamp.before.max.ms")},
    {"message.timestamp.type", string, "CreateTime", one_of("CreateTime LogAppendTime"), resource,
     medium, "Whether records keep their producer's timestamp or get the time of their append.",
     works, synonyms("log.message.timestamp.type")},
    {"min.cleanable.dirty.ratio", float64, "0.5", between(0, 1), resource, medium,
     "How much of the log must be dirty before it is compacted.", works,
     synonyms("log.cleaner.min.cleanable.ratio")},
    {"min.compaction.lag.ms", int64, "0", at_least(0), resource, medium,
     "How long a record stays uncompacted at least.", works,
     synonyms("log.cleaner.min.compaction.lag.ms")},
    {"min.insync.replicas", int32, "1", at_least(1), resource, medium,
     "How many replicas, or all if there are fewer, must have a record before an acks=all producer "
     "is answered.",
     works, synonyms("min.insync.replicas")},
    {"preallocate", boolean, "false", any_value(), resource, medium,
     "Whether a new segment's file takes room on the disk for segment.bytes at once, with its "
     "first record; what it does not use of it goes back when it is closed.",
     works, synonyms("log.preallocate")},
    {"remote.copy.lag.bytes", int64, "-1", at_least(-1), resource, medium,
     "How many bytes a segment may lag before it is copied to remote storage.",
     no_effect(because_remote), synonyms("log.remote.copy.lag.bytes")},
    {"remote.copy.lag.ms", int64, "0", at_least(-1), resource, medium,
     "How long a segment may lag before it is copied to remote storage.", no_effect(because_remote),
     synonyms("log.remote.copy.lag.ms")},
    {"remote.log.copy.disable", boolean, "false", any_value(), resource, medium,
     "Whether copies to remote storage stop while what is there stays readable.",
     no_effect(because_remote)},
    {"remote.log.delete.on.disable", boolean, "false", any_value(), resource, medium,
     "Whether turning remote storage off deletes what is there.", no_effect(because_remote)},
    {"remote.storage.enable", boolean, "false", any_value(), resource, medium,
     "Whether segments are copied to remote storage.", refused(because_remote)},
    {"retention.bytes", int64, "-1", any_value(), resource, medium,
     "How many bytes a partition may hold before its oldest segments are deleted; -1 means any "
     "number.",
     works, synonyms("log.retention.bytes")},
    {"retention.ms", int64, "604800000", at_least(-1), resource, medium,
     "How many milliseconds records are kept; -1 means for ever.", works,
     synonyms("log.retention.ms", {"log.retention.minutes", 60'000},
              {"log.retention.hours", 3'600'000})},
    {"segment.bytes", int32, "1073741824", at_least(1048576), resource, medium,
     "The size at which a segment is closed.", works, synonyms("log.segment.bytes")},
    {"segment.index.bytes", int32, "10485760", at_least(4), resource, medium,
     "How large an index may become; a full one closes its segment.", works,
     synonyms("log.index.size.max.bytes")},
    {"segment.jitter.ms", int64, "0", at_least(0), resource, medium,
     "By how many milliseconds at random a segment is closed earlier.", works,
     synonyms("log.roll.jitter.ms", {"log.roll.jitter.hours", 3'600'000})},
    {"segment.ms", int64, "604800000", at_least(1), resource, medium,
     "After how many milliseconds a segment is closed.", works,
     synonyms("log.roll.ms", {"log.roll.hours", 3'600'000})},
    {"unclean.leader.election.enable", boolean, "false", any_value(), resource, medium,
     "Whether a replica that is not in sync may become leader, at the price of records.",
     no_effect(because_one), synonyms("unclean.leader.election.enable")},
};

}  // namespace

std::span<const ConfigRow> topic_rows() {
    return rows;
}

ConfigDefinition topic_definition() {
    return ConfigDefinition("topic", {topic_rows()});
}

Result<void> check_topic_configs(const ConfigValues& values) {
    const std::int64_t least = values.integer("min.compaction.lag.ms");
    const std::int64_t most = values.integer("max.compaction.lag.ms");
    if (least > most) {
        return fail(ErrorCode::invalid_config,
                    "min.compaction.lag.ms={} must not be more than max.compaction.lag.ms={}",
                    least, most);
    }
    for (const ConfigRow& row : rows) {
        if (row.effect.kind == ConfigEffect::Kind::refused &&
            values.value(row.name) != default_of(row)) {
            return fail(ErrorCode::invalid_config, "{} cannot be changed: {}", row.name,
                        row.effect.reason);
        }
    }
    return {};
}

namespace {

/// Nothing for "producer": batches stay as they come.
std::optional<wire::Compression> compression_of(const ConfigValues& values) {
    const std::string& type = values.text("compression.type");
    const auto level = [&values](std::string_view name) {
        return static_cast<int>(values.integer(name));
    };
    if (type == "uncompressed") {
        return wire::Compression{.codec = wire::Codec::none, .level = 0};
    }
    if (type == "gzip") {
        return wire::Compression{.codec = wire::Codec::gzip,
                                 .level = level("compression.gzip.level")};
    }
    if (type == "lz4") {
        return wire::Compression{.codec = wire::Codec::lz4,
                                 .level = level("compression.lz4.level")};
    }
    if (type == "zstd") {
        return wire::Compression{.codec = wire::Codec::zstd,
                                 .level = level("compression.zstd.level")};
    }
    if (type == "snappy") {
        return wire::Compression{.codec = wire::Codec::snappy, .level = 0};
    }
    return std::nullopt;
}

FlushBeforeAck flush_before_ack_of(const ConfigValues& values) {
    const std::string& when = values.text("flush.before.ack");
    return when == "never"    ? FlushBeforeAck::never
           : when == "always" ? FlushBeforeAck::always
                              : FlushBeforeAck::single_replica;
}

bool has_policy(const ConfigValues& values, std::string_view policy) {
    const auto& policies = values.list("cleanup.policy");
    return std::ranges::find(policies, policy) != policies.end();
}

}  // namespace

LogConfig make_log_config(const ConfigValues& values) {
    const auto bytes = [&values](std::string_view name) {
        return static_cast<std::uint32_t>(values.integer(name));
    };
    const bool for_tests = !values.is_null("internal.segment.bytes");
    const bool append_time = values.text("message.timestamp.type") == "LogAppendTime";
    return {
        .segment_bytes = bytes(for_tests ? "internal.segment.bytes" : "segment.bytes"),
        .segment_ms = values.integer("segment.ms"),
        .segment_jitter_ms = values.integer("segment.jitter.ms"),
        .segment_index_bytes = bytes("segment.index.bytes"),
        .index_interval_bytes = bytes("index.interval.bytes"),
        .preallocate = values.boolean("preallocate"),
        .retention_ms = values.integer("retention.ms"),
        .retention_bytes = values.integer("retention.bytes"),
        .file_delete_delay_ms = values.integer("file.delete.delay.ms"),
        .cleanup_delete = has_policy(values, "delete"),
        .cleanup_compact = has_policy(values, "compact"),
        .delete_retention_ms = values.integer("delete.retention.ms"),
        .min_compaction_lag_ms = values.integer("min.compaction.lag.ms"),
        .max_compaction_lag_ms = values.integer("max.compaction.lag.ms"),
        .min_cleanable_ratio = values.real("min.cleanable.dirty.ratio"),
        .max_message_bytes = bytes("max.message.bytes"),
        .max_decompressed_bytes = bytes("max.decompressed.message.bytes"),
        .compression = compression_of(values),
        .timestamp_type =
            append_time ? wire::TimestampType::log_append_time : wire::TimestampType::create_time,
        .timestamp_before_max_ms = values.integer("message.timestamp.before.max.ms"),
        .timestamp_after_max_ms = values.integer("message.timestamp.after.max.ms"),
        .flush_before_ack = flush_before_ack_of(values),
        .flush_messages = values.integer("flush.messages"),
        .flush_ms = values.integer("flush.ms"),
        .min_insync_replicas = static_cast<std::int32_t>(values.integer("min.insync.replicas"))};
}

Result<LogConfig> resolve_log_config(const ConfigDefinition& topic, const ConfigMap& set,
                                     const ConfigDefinition& broker,
                                     const BrokerConfigLayers& layers) {
    TRY_ASSIGN(const ConfigValues values, effective_configs(topic, set, broker, layers));
    TRY(check_topic_configs(values));
    return make_log_config(values);
}

}  // namespace barnabas::log
