#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What __consumer_offsets says of the assignments in consumer groups (KIP-848).

namespace barnabas::wire {

struct ConsumerGroupTargetAssignmentMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 6;
    static constexpr std::string_view name = "ConsumerGroupTargetAssignmentMetadataKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
    }
};

struct ConsumerGroupTargetAssignmentMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 6;
    static constexpr std::string_view name = "ConsumerGroupTargetAssignmentMetadataValue";
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

struct ConsumerGroupTargetAssignmentMemberKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 7;
    static constexpr std::string_view name = "ConsumerGroupTargetAssignmentMemberKey";
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

struct ConsumerGroupTargetAssignmentMemberValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 7;
    static constexpr std::string_view name = "ConsumerGroupTargetAssignmentMemberValue";
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

struct ConsumerGroupCurrentMemberAssignmentKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 8;
    static constexpr std::string_view name = "ConsumerGroupCurrentMemberAssignmentKey";
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

struct ConsumerGroupCurrentMemberAssignmentValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 8;
    static constexpr std::string_view name = "ConsumerGroupCurrentMemberAssignmentValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct TopicPartitions {
        Uuid topic_id;
        std::vector<std::int32_t> partitions;
        std::optional<std::vector<std::int32_t>> assignment_epochs{std::in_place};
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId");
            v(m.partitions, "partitions");
            v(m.assignment_epochs, "assignmentEpochs").nullable().tag(0);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t member_epoch = 0;
    std::int32_t previous_member_epoch = 0;
    std::int8_t state = 0;
    std::vector<TopicPartitions> assigned_partitions;
    std::vector<TopicPartitions> partitions_pending_revocation;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.member_epoch, "memberEpoch");
        v(m.previous_member_epoch, "previousMemberEpoch");
        v(m.state, "state");
        v(m.assigned_partitions, "assignedPartitions");
        v(m.partitions_pending_revocation, "partitionsPendingRevocation");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
