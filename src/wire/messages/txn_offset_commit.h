#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct TxnOffsetCommitResponse;

struct TxnOffsetCommitRequest {
    using Response = TxnOffsetCommitResponse;
    static constexpr std::int16_t api_key = 28;
    static constexpr std::string_view name = "TxnOffsetCommitRequest";
    static constexpr Versions versions{0, 6};
    static constexpr std::int16_t flexible_since = 3;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int64_t committed_offset = 0;
            std::int32_t committed_leader_epoch = -1;
            std::optional<std::string> committed_metadata = "";
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.committed_offset, "committedOffset");
                v(m.committed_leader_epoch, "committedLeaderEpoch").since(2);
                v(m.committed_metadata, "committedMetadata").nullable();
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::string name;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId").since(6);
            v(m.name, "name").until(5);
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::string transactional_id;
    std::string group_id;
    std::int64_t producer_id = 0;
    std::int16_t producer_epoch = 0;
    std::int32_t generation_id_or_member_epoch = -1;
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.transactional_id, "transactionalId");
        v(m.group_id, "groupId");
        v(m.producer_id, "producerId");
        v(m.producer_epoch, "producerEpoch");
        v(m.generation_id_or_member_epoch, "generationIdOrMemberEpoch").since(3);
        v(m.member_id, "memberId").since(3);
        v(m.group_instance_id, "groupInstanceId").since(3).nullable();
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

struct TxnOffsetCommitResponse {
    static constexpr std::int16_t api_key = 28;
    static constexpr std::string_view name = "TxnOffsetCommitResponse";
    static constexpr Versions versions{0, 6};
    static constexpr std::int16_t flexible_since = 3;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::string name;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId").since(6);
            v(m.name, "name").until(5);
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
