#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ConsumerGroupDescribeResponse;

struct ConsumerGroupDescribeRequest {
    using Response = ConsumerGroupDescribeResponse;
    static constexpr std::int16_t api_key = 69;
    static constexpr std::string_view name = "ConsumerGroupDescribeRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    std::vector<std::string> group_ids;
    bool include_authorized_operations = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_ids, "groupIds");
        v(m.include_authorized_operations, "includeAuthorizedOperations");
        v.unknown(m.unknown_tags);
    }
};

struct ConsumerGroupDescribeResponse {
    static constexpr std::int16_t api_key = 69;
    static constexpr std::string_view name = "ConsumerGroupDescribeResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct Group {
        struct Member {
            struct Assignment {
                struct TopicPartition {
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

                std::vector<TopicPartition> topic_partitions;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.topic_partitions, "topicPartitions");
                    v.unknown(m.unknown_tags);
                }
            };

            struct TargetAssignment {
                struct TopicPartition {
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

                std::vector<TopicPartition> topic_partitions;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.topic_partitions, "topicPartitions");
                    v.unknown(m.unknown_tags);
                }
            };

            std::string member_id;
            std::optional<std::string> instance_id;
            std::optional<std::string> rack_id;
            std::int32_t member_epoch = 0;
            std::string client_id;
            std::string client_host;
            std::vector<std::string> subscribed_topic_names;
            std::optional<std::string> subscribed_topic_regex;
            Assignment assignment;
            TargetAssignment target_assignment;
            std::int8_t member_type = -1;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.member_id, "memberId");
                v(m.instance_id, "instanceId").nullable();
                v(m.rack_id, "rackId").nullable();
                v(m.member_epoch, "memberEpoch");
                v(m.client_id, "clientId");
                v(m.client_host, "clientHost");
                v(m.subscribed_topic_names, "subscribedTopicNames");
                v(m.subscribed_topic_regex, "subscribedTopicRegex").nullable();
                v(m.assignment, "assignment");
                v(m.target_assignment, "targetAssignment");
                v(m.member_type, "memberType").since(1);
                v.unknown(m.unknown_tags);
            }
        };

        std::int16_t error_code = 0;
        std::optional<std::string> error_message;
        std::string group_id;
        std::string group_state;
        std::int32_t group_epoch = 0;
        std::int32_t assignment_epoch = 0;
        std::string assignor_name;
        std::vector<Member> members;
        std::int32_t authorized_operations = std::numeric_limits<std::int32_t>::min();
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").nullable();
            v(m.group_id, "groupId");
            v(m.group_state, "groupState");
            v(m.group_epoch, "groupEpoch");
            v(m.assignment_epoch, "assignmentEpoch");
            v(m.assignor_name, "assignorName");
            v(m.members, "members");
            v(m.authorized_operations, "authorizedOperations");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Group> groups;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.groups, "groups");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
