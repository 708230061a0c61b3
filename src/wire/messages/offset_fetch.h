#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

struct OffsetFetchResponse;

struct OffsetFetchRequest {
    using Response = OffsetFetchResponse;
    static constexpr std::int16_t api_key = 9;
    static constexpr std::string_view name = "OffsetFetchRequest";
    static constexpr Versions versions{0, 10};
    static constexpr std::int16_t flexible_since = 6;

    struct Group {
        struct Topic {
            Uuid topic_id;
            std::string name;
            std::vector<std::int32_t> partition_indexes;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.topic_id, "topicId").since(10);
                v(m.name, "name").versions(8, 9);
                v(m.partition_indexes, "partitionIndexes").since(8);
                v.unknown(m.unknown_tags);
            }
        };

        std::string group_id;
        std::optional<std::string> member_id;
        std::int32_t member_epoch = -1;
        std::optional<std::vector<Topic>> topics{std::in_place};
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.group_id, "groupId").since(8);
            v(m.member_id, "memberId").since(9).nullable();
            v(m.member_epoch, "memberEpoch").since(9);
            v(m.topics, "topics").since(8).nullable();
            v.unknown(m.unknown_tags);
        }
    };

    struct Topic {
        std::string name;
        std::vector<std::int32_t> partition_indexes;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name").until(7);
            v(m.partition_indexes, "partitionIndexes").until(7);
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Group> groups;
    std::string group_id;
    std::optional<std::vector<Topic>> topics{std::in_place};
    bool require_stable = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.groups, "groups").since(8);
        v(m.group_id, "groupId").until(7);
        v(m.topics, "topics").until(7).nullable(2);
        v(m.require_stable, "requireStable").since(7);
        v.unknown(m.unknown_tags);
    }
};

struct OffsetFetchResponse {
    static constexpr std::int16_t api_key = 9;
    static constexpr std::string_view name = "OffsetFetchResponse";
    static constexpr Versions versions{0, 10};
    static constexpr std::int16_t flexible_since = 6;

    struct Group {
        struct Topic {
            struct Partition {
                std::int32_t partition_index = 0;
                std::int64_t committed_offset = 0;
                std::int32_t committed_leader_epoch = -1;
                std::optional<std::string> metadata = "";
                std::int16_t error_code = 0;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.partition_index, "partitionIndex").since(8);
                    v(m.committed_offset, "committedOffset").since(8);
                    v(m.committed_leader_epoch, "committedLeaderEpoch").since(8);
                    v(m.metadata, "metadata").since(8).nullable();
                    v(m.error_code, "errorCode").since(8);
                    v.unknown(m.unknown_tags);
                }
            };

            Uuid topic_id;
            std::string name;
            std::vector<Partition> partitions;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.topic_id, "topicId").since(10);
                v(m.name, "name").versions(8, 9);
                v(m.partitions, "partitions").since(8);
                v.unknown(m.unknown_tags);
            }
        };

        std::string group_id;
        std::vector<Topic> topics;
        std::int16_t error_code = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.group_id, "groupId").since(8);
            v(m.topics, "topics").since(8);
            v(m.error_code, "errorCode").since(8);
            v.unknown(m.unknown_tags);
        }
    };

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int64_t committed_offset = 0;
            std::int32_t committed_leader_epoch = -1;
            std::optional<std::string> metadata = "";
            std::int16_t error_code = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex").until(7);
                v(m.committed_offset, "committedOffset").until(7);
                v(m.committed_leader_epoch, "committedLeaderEpoch").versions(5, 7);
                v(m.metadata, "metadata").until(7).nullable();
                v(m.error_code, "errorCode").until(7);
                v.unknown(m.unknown_tags);
            }
        };

        std::string name;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name").until(7);
            v(m.partitions, "partitions").until(7);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Group> groups;
    std::vector<Topic> topics;
    std::int16_t error_code = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(3);
        v(m.groups, "groups").since(8);
        v(m.topics, "topics").until(7);
        v(m.error_code, "errorCode").versions(2, 7);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
