#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ShareAcknowledgeResponse;

struct ShareAcknowledgeRequest {
    using Response = ShareAcknowledgeResponse;
    static constexpr std::int16_t api_key = 79;
    static constexpr std::string_view name = "ShareAcknowledgeRequest";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            struct AcknowledgementBatch {
                std::int64_t first_offset = 0;
                std::int64_t last_offset = 0;
                std::vector<std::int8_t> acknowledge_types;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.first_offset, "firstOffset");
                    v(m.last_offset, "lastOffset");
                    v(m.acknowledge_types, "acknowledgeTypes");
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t partition_index = 0;
            std::vector<AcknowledgementBatch> acknowledgement_batches;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.acknowledgement_batches, "acknowledgementBatches");
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::optional<std::string> group_id;
    std::optional<std::string> member_id = "";
    std::int32_t share_session_epoch = 0;
    bool is_renew_ack = false;
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId").nullable();
        v(m.member_id, "memberId").nullable();
        v(m.share_session_epoch, "shareSessionEpoch");
        v(m.is_renew_ack, "isRenewAck").since(2);
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

struct ShareAcknowledgeResponse {
    static constexpr std::int16_t api_key = 79;
    static constexpr std::string_view name = "ShareAcknowledgeResponse";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    struct Response {
        struct Partition {
            struct CurrentLeader {
                std::int32_t leader_id = 0;
                std::int32_t leader_epoch = 0;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.leader_id, "leaderId");
                    v(m.leader_epoch, "leaderEpoch");
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            std::optional<std::string> error_message;
            CurrentLeader current_leader;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
                v(m.error_message, "errorMessage").nullable();
                v(m.current_leader, "currentLeader");
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId");
            v(m.partitions, "partitions");
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
            v(m.node_id, "nodeId");
            v(m.host, "host");
            v(m.port, "port");
            v(m.rack, "rack").nullable();
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::int32_t acquisition_lock_timeout_ms = 0;
    std::vector<Response> responses;
    std::vector<NodeEndpoint> node_endpoints;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v(m.acquisition_lock_timeout_ms, "acquisitionLockTimeoutMs").since(2);
        v(m.responses, "responses");
        v(m.node_endpoints, "nodeEndpoints");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
