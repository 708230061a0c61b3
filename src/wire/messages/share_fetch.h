#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ShareFetchResponse;

struct ShareFetchRequest {
    using Response = ShareFetchResponse;
    static constexpr std::int16_t api_key = 78;
    static constexpr std::string_view name = "ShareFetchRequest";
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
            std::int32_t partition_max_bytes = 0;
            std::vector<AcknowledgementBatch> acknowledgement_batches;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.partition_max_bytes, "partitionMaxBytes").until(0);
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

    struct ForgottenTopicsData {
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

    std::optional<std::string> group_id;
    std::optional<std::string> member_id = "";
    std::int32_t share_session_epoch = 0;
    std::int32_t max_wait_ms = 0;
    std::int32_t min_bytes = 0;
    std::int32_t max_bytes = std::numeric_limits<std::int32_t>::max();
    std::int32_t max_records = 0;
    std::int32_t batch_size = 0;
    std::int8_t share_acquire_mode = 0;
    bool is_renew_ack = false;
    std::vector<Topic> topics;
    std::vector<ForgottenTopicsData> forgotten_topics_data;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId").nullable();
        v(m.member_id, "memberId").nullable();
        v(m.share_session_epoch, "shareSessionEpoch");
        v(m.max_wait_ms, "maxWaitMs");
        v(m.min_bytes, "minBytes");
        v(m.max_bytes, "maxBytes");
        v(m.max_records, "maxRecords").since(1);
        v(m.batch_size, "batchSize").since(1);
        v(m.share_acquire_mode, "shareAcquireMode").since(2);
        v(m.is_renew_ack, "isRenewAck").since(2);
        v(m.topics, "topics");
        v(m.forgotten_topics_data, "forgottenTopicsData");
        v.unknown(m.unknown_tags);
    }
};

struct ShareFetchResponse {
    static constexpr std::int16_t api_key = 78;
    static constexpr std::string_view name = "ShareFetchResponse";
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

            struct AcquiredRecord {
                std::int64_t first_offset = 0;
                std::int64_t last_offset = 0;
                std::int16_t delivery_count = 0;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.first_offset, "firstOffset");
                    v(m.last_offset, "lastOffset");
                    v(m.delivery_count, "deliveryCount");
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t partition_index = 0;
            std::int16_t error_code = 0;
            std::optional<std::string> error_message;
            std::int16_t acknowledge_error_code = 0;
            std::optional<std::string> acknowledge_error_message;
            CurrentLeader current_leader;
            Records records{ByteView{}};
            std::vector<AcquiredRecord> acquired_records;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.error_code, "errorCode");
                v(m.error_message, "errorMessage").nullable();
                v(m.acknowledge_error_code, "acknowledgeErrorCode");
                v(m.acknowledge_error_message, "acknowledgeErrorMessage").nullable();
                v(m.current_leader, "currentLeader");
                v(m.records, "records");
                v(m.acquired_records, "acquiredRecords");
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
        v(m.acquisition_lock_timeout_ms, "acquisitionLockTimeoutMs").since(1);
        v(m.responses, "responses");
        v(m.node_endpoints, "nodeEndpoints");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
