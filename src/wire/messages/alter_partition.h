#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct AlterPartitionResponse;

struct AlterPartitionRequest {
    using Response = AlterPartitionResponse;
    static constexpr std::int16_t api_key = 56;
    static constexpr std::string_view name = "AlterPartitionRequest";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            struct NewIsrWithEpoch {
                std::int32_t broker_id = 0;
                std::int64_t broker_epoch = -1;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.broker_id, "brokerId").since(3);
                    v(m.broker_epoch, "brokerEpoch").since(3);
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t partition_index = 0;
            std::int32_t leader_epoch = 0;
            std::vector<NewIsrWithEpoch> new_isr_with_epochs;
            std::vector<std::int32_t> new_isr;
            std::int8_t leader_recovery_state = 0;
            std::int32_t partition_epoch = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.leader_epoch, "leaderEpoch");
                v(m.new_isr_with_epochs, "newIsrWithEpochs").since(3);
                v(m.new_isr, "newIsr").until(2);
                v(m.leader_recovery_state, "leaderRecoveryState").since(1);
                v(m.partition_epoch, "partitionEpoch");
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::string topic_name;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId").since(2);
            v(m.topic_name, "topicName").until(1);
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t broker_id = 0;
    std::int64_t broker_epoch = -1;
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.broker_id, "brokerId");
        v(m.broker_epoch, "brokerEpoch");
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

struct AlterPartitionResponse {
    static constexpr std::int16_t api_key = 56;
    static constexpr std::string_view name = "AlterPartitionResponse";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            std::int32_t leader_id = 0;
            std::int32_t leader_epoch = 0;
            std::vector<std::int32_t> isr;
            std::int8_t leader_recovery_state = 0;
            std::int32_t partition_epoch = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
                v(m.leader_id, "leaderId");
                v(m.leader_epoch, "leaderEpoch");
                v(m.isr, "isr");
                v(m.leader_recovery_state, "leaderRecoveryState").since(1);
                v(m.partition_epoch, "partitionEpoch");
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::string topic_name;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId").since(2);
            v(m.topic_name, "topicName").until(1);
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
