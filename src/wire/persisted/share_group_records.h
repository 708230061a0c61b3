#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What __consumer_offsets says of share groups (KIP-932).

namespace barnabas::wire {

struct ShareGroupMemberMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 10;
    static constexpr std::string_view name = "ShareGroupMemberMetadataKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;
    std::string member_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.member_id, "memberId");
    }
};

struct ShareGroupMemberMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 10;
    static constexpr std::string_view name = "ShareGroupMemberMetadataValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::optional<std::string> rack_id = "";
    std::string client_id;
    std::string client_host;
    std::vector<std::string> subscribed_topic_names;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.rack_id, "rackId").nullable();
        v(m.client_id, "clientId");
        v(m.client_host, "clientHost");
        v(m.subscribed_topic_names, "subscribedTopicNames");
        v.unknown(m.unknown_tags);
    }
};

struct ShareGroupMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 11;
    static constexpr std::string_view name = "ShareGroupMetadataKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
    }
};

struct ShareGroupMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 11;
    static constexpr std::string_view name = "ShareGroupMetadataValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t epoch = 0;
    std::int64_t metadata_hash = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.epoch, "epoch");
        v(m.metadata_hash, "metadataHash");
        v.unknown(m.unknown_tags);
    }
};

struct ShareGroupTargetAssignmentMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 12;
    static constexpr std::string_view name = "ShareGroupTargetAssignmentMetadataKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
    }
};

struct ShareGroupTargetAssignmentMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 12;
    static constexpr std::string_view name = "ShareGroupTargetAssignmentMetadataValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t assignment_epoch = 0;
    std::int64_t assignment_timestamp = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.assignment_epoch, "assignmentEpoch");
        v(m.assignment_timestamp, "assignmentTimestamp").tag(0);
        v.unknown(m.unknown_tags);
    }
};

struct ShareGroupTargetAssignmentMemberKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 13;
    static constexpr std::string_view name = "ShareGroupTargetAssignmentMemberKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;
    std::string member_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.member_id, "memberId");
    }
};

struct ShareGroupTargetAssignmentMemberValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 13;
    static constexpr std::string_view name = "ShareGroupTargetAssignmentMemberValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct TopicPartition {
        Uuid topic_id;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<TopicPartition> topic_partitions;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topic_partitions, "topicPartitions");
        v.unknown(m.unknown_tags);
    }
};

struct ShareGroupCurrentMemberAssignmentKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 14;
    static constexpr std::string_view name = "ShareGroupCurrentMemberAssignmentKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;
    std::string member_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.member_id, "memberId");
    }
};

struct ShareGroupCurrentMemberAssignmentValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 14;
    static constexpr std::string_view name = "ShareGroupCurrentMemberAssignmentValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct TopicPartitions {
        Uuid topic_id;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t member_epoch = 0;
    std::int32_t previous_member_epoch = 0;
    std::int8_t state = 0;
    std::vector<TopicPartitions> assigned_partitions;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.member_epoch, "memberEpoch");
        v(m.previous_member_epoch, "previousMemberEpoch");
        v(m.state, "state");
        v(m.assigned_partitions, "assignedPartitions");
        v.unknown(m.unknown_tags);
    }
};

struct ShareGroupStatePartitionMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 15;
    static constexpr std::string_view name = "ShareGroupStatePartitionMetadataKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
    }
};

struct ShareGroupStatePartitionMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 15;
    static constexpr std::string_view name = "ShareGroupStatePartitionMetadataValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct TopicPartitionsInfo {
        Uuid topic_id;
        std::string topic_name;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId");
            v(m.topic_name, "topicName");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    struct TopicInfo {
        Uuid topic_id;
        std::string topic_name;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId");
            v(m.topic_name, "topicName");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<TopicPartitionsInfo> initializing_topics;
    std::vector<TopicPartitionsInfo> initialized_topics;
    std::vector<TopicInfo> deleting_topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.initializing_topics, "initializingTopics");
        v(m.initialized_topics, "initializedTopics");
        v(m.deleting_topics, "deletingTopics");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
