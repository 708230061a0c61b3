#include "log/topic_config.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

Result<LogConfig> resolve(const ConfigMap& set) {
    const ConfigMap none;
    return resolve_log_config(
        topic_definition(), set, ConfigDefinition("broker", {}),
        {.dynamic_broker = none, .dynamic_default = none, .static_broker = none});
}

TEST(TopicConfig, WithoutSettingsIsTheLogsOwnDefault) {
    const auto config = resolve({});
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(*config, LogConfig{});
}

TEST(TopicConfig, EachSettingReachesTheLog) {
    struct Row {
        ConfigMap set;
        LogConfig want;
    };
    using wire::Codec;
    using wire::Compression;
    const Row rows[] = {
        {{{"segment.bytes", "1048576"}}, {.segment_bytes = 1048576}},
        {{{"internal.segment.bytes", "100"}}, {.segment_bytes = 100}},
        {{{"segment.ms", "5"}}, {.segment_ms = 5}},
        {{{"segment.jitter.ms", "5"}}, {.segment_jitter_ms = 5}},
        {{{"segment.index.bytes", "64"}}, {.segment_index_bytes = 64}},
        {{{"index.interval.bytes", "64"}}, {.index_interval_bytes = 64}},
        {{{"preallocate", "true"}}, {.preallocate = true}},
        {{{"retention.ms", "-1"}}, {.retention_ms = -1}},
        {{{"retention.bytes", "7"}}, {.retention_bytes = 7}},
        {{{"file.delete.delay.ms", "7"}}, {.file_delete_delay_ms = 7}},
        {{{"cleanup.policy", "compact,delete"}}, {.cleanup_compact = true}},
        {{{"cleanup.policy", "compact"}}, {.cleanup_delete = false, .cleanup_compact = true}},
        {{{"cleanup.policy", ""}}, {.cleanup_delete = false}},
        {{{"max.message.bytes", "7"}}, {.max_message_bytes = 7}},
        {{{"max.decompressed.message.bytes", "7"}}, {.max_decompressed_bytes = 7}},
        {{{"compression.type", "uncompressed"}}, {.compression = Compression{Codec::none, 0}}},
        {{{"compression.type", "snappy"}}, {.compression = Compression{Codec::snappy, 0}}},
        {{{"compression.type", "gzip"}, {"compression.gzip.level", "6"}},
         {.compression = Compression{Codec::gzip, 6}}},
        {{{"compression.type", "lz4"}}, {.compression = Compression{Codec::lz4, 9}}},
        {{{"compression.type", "zstd"}, {"compression.zstd.level", "-5"}},
         {.compression = Compression{Codec::zstd, -5}}},
        {{{"message.timestamp.type", "LogAppendTime"}},
         {.timestamp_type = wire::TimestampType::log_append_time}},
        {{{"message.timestamp.before.max.ms", "7"}}, {.timestamp_before_max_ms = 7}},
        {{{"message.timestamp.after.max.ms", "7"}}, {.timestamp_after_max_ms = 7}},
        {{{"flush.before.ack", "always"}}, {.flush_before_ack = FlushBeforeAck::always}},
        {{{"flush.messages", "7"}}, {.flush_messages = 7}},
        {{{"flush.ms", "7"}}, {.flush_ms = 7}},
        {{{"min.insync.replicas", "2"}}, {.min_insync_replicas = 2}},
    };
    for (const Row& row : rows) {
        const auto config = resolve(row.set);
        ASSERT_TRUE(config) << config.error().message;
        EXPECT_EQ(*config, row.want) << row.set.begin()->first;
    }
}

TEST(TopicConfig, RefusesWhatDoesNotGoTogether) {
    const ConfigMap rows[] = {
        {{"min.compaction.lag.ms", "10"}, {"max.compaction.lag.ms", "9"}},
        {{"remote.storage.enable", "true"}},
        {{"retention.msx", "1"}},
        {{"segment.bytes", "1"}},
        {{"leader.replication.throttled.replicas", "0:1,*"}},
    };
    for (const ConfigMap& set : rows) {
        const auto config = resolve(set);
        ASSERT_FALSE(config) << set.begin()->first;
        EXPECT_EQ(config.error().code, ErrorCode::invalid_config);
    }
    EXPECT_TRUE(resolve({{"remote.storage.enable", "false"}}));
    EXPECT_TRUE(resolve({{"leader.replication.throttled.replicas", "*"}}));
    EXPECT_TRUE(resolve({{"leader.replication.throttled.replicas", "0:1,1:2"}}));
}

}  // namespace
}  // namespace barnabas::log
