#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the topic __remote_log_metadata says of log segments in remote storage (KIP-405).

namespace barnabas::wire {

struct RemoteLogSegmentMetadataRecord {
    static constexpr RecordFamily family = RecordFamily::remote_log;
    static constexpr std::int16_t record_id = 0;
    static constexpr std::string_view name = "RemoteLogSegmentMetadataRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct RemoteLogSegmentId {
        struct TopicIdPartition {
            std::string name;
            Uuid id;
            std::int32_t partition = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name");
                v(m.id, "id");
                v(m.partition, "partition");
                v.unknown(m.unknown_tags);
            }
        };

        TopicIdPartition topic_id_partition;
        Uuid id;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id_partition, "topicIdPartition");
            v(m.id, "id");
            v.unknown(m.unknown_tags);
        }
    };

    struct SegmentLeaderEpoch {
        std::int32_t leader_epoch = 0;
        std::int64_t offset = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.leader_epoch, "leaderEpoch");
            v(m.offset, "offset");
            v.unknown(m.unknown_tags);
        }
    };

    RemoteLogSegmentId remote_log_segment_id;
    std::int64_t start_offset = 0;
    std::int64_t end_offset = 0;
    std::int32_t broker_id = 0;
    std::int64_t max_timestamp_ms = 0;
    std::int64_t event_timestamp_ms = 0;
    std::vector<SegmentLeaderEpoch> segment_leader_epochs;
    std::int32_t segment_size_in_bytes = 0;
    std::optional<ByteView> custom_metadata;
    std::int8_t remote_log_segment_state = 0;
    bool txn_index_empty = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.remote_log_segment_id, "remoteLogSegmentId");
        v(m.start_offset, "startOffset");
        v(m.end_offset, "endOffset");
        v(m.broker_id, "brokerId");
        v(m.max_timestamp_ms, "maxTimestampMs");
        v(m.event_timestamp_ms, "eventTimestampMs");
        v(m.segment_leader_epochs, "segmentLeaderEpochs");
        v(m.segment_size_in_bytes, "segmentSizeInBytes");
        v(m.custom_metadata, "customMetadata").nullable();
        v(m.remote_log_segment_state, "remoteLogSegmentState");
        v(m.txn_index_empty, "txnIndexEmpty").tag(0);
        v.unknown(m.unknown_tags);
    }
};

struct RemoteLogSegmentMetadataUpdateRecord {
    static constexpr RecordFamily family = RecordFamily::remote_log;
    static constexpr std::int16_t record_id = 1;
    static constexpr std::string_view name = "RemoteLogSegmentMetadataUpdateRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct RemoteLogSegmentId {
        struct TopicIdPartition {
            std::string name;
            Uuid id;
            std::int32_t partition = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name");
                v(m.id, "id");
                v(m.partition, "partition");
                v.unknown(m.unknown_tags);
            }
        };

        TopicIdPartition topic_id_partition;
        Uuid id;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id_partition, "topicIdPartition");
            v(m.id, "id");
            v.unknown(m.unknown_tags);
        }
    };

    RemoteLogSegmentId remote_log_segment_id;
    std::int32_t broker_id = 0;
    std::int64_t event_timestamp_ms = 0;
    std::optional<ByteView> custom_metadata;
    std::int8_t remote_log_segment_state = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.remote_log_segment_id, "remoteLogSegmentId");
        v(m.broker_id, "brokerId");
        v(m.event_timestamp_ms, "eventTimestampMs");
        v(m.custom_metadata, "customMetadata").nullable();
        v(m.remote_log_segment_state, "remoteLogSegmentState");
        v.unknown(m.unknown_tags);
    }
};

struct RemotePartitionDeleteMetadataRecord {
    static constexpr RecordFamily family = RecordFamily::remote_log;
    static constexpr std::int16_t record_id = 2;
    static constexpr std::string_view name = "RemotePartitionDeleteMetadataRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct TopicIdPartition {
        std::string name;
        Uuid id;
        std::int32_t partition = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.id, "id");
            v(m.partition, "partition");
            v.unknown(m.unknown_tags);
        }
    };

    TopicIdPartition topic_id_partition;
    std::int32_t broker_id = 0;
    std::int64_t event_timestamp_ms = 0;
    std::int8_t remote_partition_delete_state = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topic_id_partition, "topicIdPartition");
        v(m.broker_id, "brokerId");
        v(m.event_timestamp_ms, "eventTimestampMs");
        v(m.remote_partition_delete_state, "remotePartitionDeleteState");
        v.unknown(m.unknown_tags);
    }
};

struct RemoteLogSegmentMetadataSnapshotRecord {
    static constexpr RecordFamily family = RecordFamily::remote_log;
    static constexpr std::int16_t record_id = 3;
    static constexpr std::string_view name = "RemoteLogSegmentMetadataSnapshotRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct SegmentLeaderEpoch {
        std::int32_t leader_epoch = 0;
        std::int64_t offset = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.leader_epoch, "leaderEpoch");
            v(m.offset, "offset");
            v.unknown(m.unknown_tags);
        }
    };

    Uuid segment_id;
    std::int64_t start_offset = 0;
    std::int64_t end_offset = 0;
    std::int32_t broker_id = 0;
    std::int64_t max_timestamp_ms = 0;
    std::int64_t event_timestamp_ms = 0;
    std::vector<SegmentLeaderEpoch> segment_leader_epochs;
    std::int32_t segment_size_in_bytes = 0;
    std::optional<ByteView> custom_metadata;
    std::int8_t remote_log_segment_state = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.segment_id, "segmentId");
        v(m.start_offset, "startOffset");
        v(m.end_offset, "endOffset");
        v(m.broker_id, "brokerId");
        v(m.max_timestamp_ms, "maxTimestampMs");
        v(m.event_timestamp_ms, "eventTimestampMs");
        v(m.segment_leader_epochs, "segmentLeaderEpochs");
        v(m.segment_size_in_bytes, "segmentSizeInBytes");
        v(m.custom_metadata, "customMetadata").nullable();
        v(m.remote_log_segment_state, "remoteLogSegmentState");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
