#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ProduceResponse;

struct ProduceRequest {
    using Response = ProduceResponse;
    static constexpr std::int16_t api_key = 0;
    static constexpr std::string_view name = "ProduceRequest";
    static constexpr Versions versions{0, 13};
    static constexpr std::int16_t flexible_since = 9;

    struct TopicData {
        struct PartitionData {
            std::int32_t index = 0;
            Records records;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.index, "index");
                v(m.records, "records").nullable();
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::string name;
        std::vector<PartitionData> partition_data;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId").since(13);
            v(m.name, "name").until(12);
            v(m.partition_data, "partitionData");
            v.unknown(m.unknown_tags);
        }
    };

    std::optional<std::string> transactional_id;
    std::int16_t acks = 0;
    std::int32_t timeout_ms = 0;
    std::vector<TopicData> topic_data;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.transactional_id, "transactionalId").since(3).nullable();
        v(m.acks, "acks");
        v(m.timeout_ms, "timeoutMs");
        v(m.topic_data, "topicData");
        v.unknown(m.unknown_tags);
    }
};

struct ProduceResponse {
    static constexpr std::int16_t api_key = 0;
    static constexpr std::string_view name = "ProduceResponse";
    static constexpr Versions versions{0, 13};
    static constexpr std::int16_t flexible_since = 9;

    struct Response {
        struct PartitionResponse {
            struct RecordError {
                std::int32_t batch_index = 0;
                std::optional<std::string> batch_index_error_message;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.batch_index, "batchIndex").since(8);
                    v(m.batch_index_error_message, "batchIndexErrorMessage").since(8).nullable();
                    v.unknown(m.unknown_tags);
                }
            };

            struct CurrentLeader {
                std::int32_t leader_id = -1;
                std::int32_t leader_epoch = -1;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.leader_id, "leaderId").since(10);
                    v(m.leader_epoch, "leaderEpoch").since(10);
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t index = 0;
            std::int16_t error_code = 0;
            std::int64_t base_offset = 0;
            std::int64_t log_append_time_ms = -1;
            std::int64_t log_start_offset = -1;
            std::vector<RecordError> record_errors;
            std::optional<std::string> error_message;
            CurrentLeader current_leader;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.index, "index");
                v(m.error_code, "errorCode");
                v(m.base_offset, "baseOffset");
                v(m.log_append_time_ms, "logAppendTimeMs").since(2);
                v(m.log_start_offset, "logStartOffset").since(5);
                v(m.record_errors, "recordErrors").since(8);
                v(m.error_message, "errorMessage").since(8).nullable();
                v(m.current_leader, "currentLeader").since(10).tag(0);
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::string name;
        std::vector<PartitionResponse> partition_responses;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId").since(13);
            v(m.name, "name").until(12);
            v(m.partition_responses, "partitionResponses");
            v.unknown(m.unknown_tags);
        }
    };

    struct NodeEndpoint {
        std::int32_t node_id = 0;
        std::string host;
        std::int32_t port = 0;
        std::optional<std::string> rack;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.node_id, "nodeId").since(10);
            v(m.host, "host").since(10);
            v(m.port, "port").since(10);
            v(m.rack, "rack").since(10).nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Response> responses;
    std::int32_t throttle_time_ms = 0;
    std::vector<NodeEndpoint> node_endpoints;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.responses, "responses");
        v(m.throttle_time_ms, "throttleTimeMs").since(1);
        v(m.node_endpoints, "nodeEndpoints").since(10).tag(0);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
