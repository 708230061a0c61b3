// long: one struct per level of the message
#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

/// Outside its message: std::optional wants the type complete.
struct StreamsGroupHeartbeatRequestTopology {
    struct Subtopology {
        struct StateChangelogTopic {
            struct TopicConfig {
                std::string key;
                std::string value;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.key, "key");
                    v(m.value, "value");
                    v.unknown(m.unknown_tags);
                }
            };

            std::string name;
            std::int32_t partitions = 0;
            std::int16_t replication_factor = 0;
            std::vector<TopicConfig> topic_configs;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name");
                v(m.partitions, "partitions");
                v(m.replication_factor, "replicationFactor");
                v(m.topic_configs, "topicConfigs");
                v.unknown(m.unknown_tags);
            }
        };

        struct RepartitionSourceTopic {
            struct TopicConfig {
                std::string key;
                std::string value;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.key, "key");
                    v(m.value, "value");
                    v.unknown(m.unknown_tags);
                }
            };

            std::string name;
            std::int32_t partitions = 0;
            std::int16_t replication_factor = 0;
            std::vector<TopicConfig> topic_configs;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name");
                v(m.partitions, "partitions");
                v(m.replication_factor, "replicationFactor");
                v(m.topic_configs, "topicConfigs");
                v.unknown(m.unknown_tags);
            }
        };

        struct CopartitionGroup {
            std::vector<std::int16_t> source_topics;
            std::vector<std::int16_t> source_topic_regex;
            std::vector<std::int16_t> repartition_source_topics;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.source_topics, "sourceTopics");
                v(m.source_topic_regex, "sourceTopicRegex");
                v(m.repartition_source_topics, "repartitionSourceTopics");
                v.unknown(m.unknown_tags);
            }
        };

        std::string subtopology_id;
        std::vector<std::string> source_topics;
        std::vector<std::string> source_topic_regex;
        std::vector<StateChangelogTopic> state_changelog_topics;
        std::vector<std::string> repartition_sink_topics;
        std::vector<RepartitionSourceTopic> repartition_source_topics;
        std::vector<CopartitionGroup> copartition_groups;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.source_topics, "sourceTopics");
            v(m.source_topic_regex, "sourceTopicRegex");
            v(m.state_changelog_topics, "stateChangelogTopics");
            v(m.repartition_sink_topics, "repartitionSinkTopics");
            v(m.repartition_source_topics, "repartitionSourceTopics");
            v(m.copartition_groups, "copartitionGroups");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t epoch = 0;
    std::vector<Subtopology> subtopologies;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.epoch, "epoch");
        v(m.subtopologies, "subtopologies");
        v.unknown(m.unknown_tags);
    }
};

/// Outside its message: std::optional wants the type complete.
struct StreamsGroupHeartbeatRequestUserEndpoint {
    std::string host;
    std::uint16_t port = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.host, "host");
        v(m.port, "port");
        v.unknown(m.unknown_tags);
    }
};

struct StreamsGroupHeartbeatResponse;

struct StreamsGroupHeartbeatRequest {
    using Response = StreamsGroupHeartbeatResponse;
    static constexpr std::int16_t api_key = 88;
    static constexpr std::string_view name = "StreamsGroupHeartbeatRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    using Topology = StreamsGroupHeartbeatRequestTopology;

    struct ActiveTask {
        std::string subtopology_id;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    struct StandbyTask {
        std::string subtopology_id;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    struct WarmupTask {
        std::string subtopology_id;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    using UserEndpoint = StreamsGroupHeartbeatRequestUserEndpoint;

    struct ClientTag {
        std::string key;
        std::string value;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.key, "key");
            v(m.value, "value");
            v.unknown(m.unknown_tags);
        }
    };

    struct TaskOffset {
        std::string subtopology_id;
        std::int32_t partition = 0;
        std::int64_t offset = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.partition, "partition");
            v(m.offset, "offset");
            v.unknown(m.unknown_tags);
        }
    };

    struct TaskEndOffset {
        std::string subtopology_id;
        std::int32_t partition = 0;
        std::int64_t offset = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.partition, "partition");
            v(m.offset, "offset");
            v.unknown(m.unknown_tags);
        }
    };

    std::string group_id;
    std::string member_id;
    std::int32_t member_epoch = 0;
    std::int32_t endpoint_information_epoch = 0;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    std::int32_t rebalance_timeout_ms = -1;
    std::optional<Topology> topology;
    std::optional<std::vector<ActiveTask>> active_tasks;
    std::optional<std::vector<StandbyTask>> standby_tasks;
    std::optional<std::vector<WarmupTask>> warmup_tasks;
    std::optional<std::string> process_id;
    std::optional<UserEndpoint> user_endpoint;
    std::optional<std::vector<ClientTag>> client_tags;
    std::optional<std::vector<TaskOffset>> task_offsets;
    std::optional<std::vector<TaskEndOffset>> task_end_offsets;
    bool shutdown_application = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.member_id, "memberId");
        v(m.member_epoch, "memberEpoch");
        v(m.endpoint_information_epoch, "endpointInformationEpoch");
        v(m.instance_id, "instanceId").nullable();
        v(m.rack_id, "rackId").nullable();
        v(m.rebalance_timeout_ms, "rebalanceTimeoutMs");
        v(m.topology, "topology").nullable();
        v(m.active_tasks, "activeTasks").nullable();
        v(m.standby_tasks, "standbyTasks").nullable();
        v(m.warmup_tasks, "warmupTasks").nullable();
        v(m.process_id, "processId").nullable();
        v(m.user_endpoint, "userEndpoint").nullable();
        v(m.client_tags, "clientTags").nullable();
        v(m.task_offsets, "taskOffsets").nullable();
        v(m.task_end_offsets, "taskEndOffsets").nullable();
        v(m.shutdown_application, "shutdownApplication");
        v.unknown(m.unknown_tags);
    }
};

struct StreamsGroupHeartbeatResponse {
    static constexpr std::int16_t api_key = 88;
    static constexpr std::string_view name = "StreamsGroupHeartbeatResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct Statu {
        std::int8_t status_code = 0;
        std::string status_detail;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.status_code, "statusCode");
            v(m.status_detail, "statusDetail");
            v.unknown(m.unknown_tags);
        }
    };

    struct ActiveTask {
        std::string subtopology_id;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    struct StandbyTask {
        std::string subtopology_id;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    struct WarmupTask {
        std::string subtopology_id;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    struct PartitionsByUserEndpoint {
        struct UserEndpoint {
            std::string host;
            std::uint16_t port = 0;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.host, "host");
                v(m.port, "port");
                v.unknown(m.unknown_tags);
            }
        };

        struct ActivePartition {
            std::string topic;
            std::vector<std::int32_t> partitions;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.topic, "topic");
                v(m.partitions, "partitions");
                v.unknown(m.unknown_tags);
            }
        };

        struct StandbyPartition {
            std::string topic;
            std::vector<std::int32_t> partitions;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.topic, "topic");
                v(m.partitions, "partitions");
                v.unknown(m.unknown_tags);
            }
        };

        UserEndpoint user_endpoint;
        std::vector<ActivePartition> active_partitions;
        std::vector<StandbyPartition> standby_partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.user_endpoint, "userEndpoint");
            v(m.active_partitions, "activePartitions");
            v(m.standby_partitions, "standbyPartitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    std::string member_id;
    std::int32_t member_epoch = 0;
    std::int32_t heartbeat_interval_ms = 0;
    std::int32_t acceptable_recovery_lag_legacy = 0;
    std::int32_t task_offset_interval_ms = 0;
    std::int64_t acceptable_recovery_lag = -1;
    std::optional<std::vector<Statu>> status{std::in_place};
    std::optional<std::vector<ActiveTask>> active_tasks;
    std::optional<std::vector<StandbyTask>> standby_tasks;
    std::optional<std::vector<WarmupTask>> warmup_tasks;
    bool topology_description_required = false;
    std::int32_t endpoint_information_epoch = 0;
    std::optional<std::vector<PartitionsByUserEndpoint>> partitions_by_user_endpoint;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v(m.member_id, "memberId");
        v(m.member_epoch, "memberEpoch");
        v(m.heartbeat_interval_ms, "heartbeatIntervalMs");
        v(m.acceptable_recovery_lag_legacy, "acceptableRecoveryLagLegacy").until(0);
        v(m.task_offset_interval_ms, "taskOffsetIntervalMs");
        v(m.acceptable_recovery_lag, "acceptableRecoveryLag").since(1);
        v(m.status, "status").nullable();
        v(m.active_tasks, "activeTasks").nullable();
        v(m.standby_tasks, "standbyTasks").nullable();
        v(m.warmup_tasks, "warmupTasks").nullable();
        v(m.topology_description_required, "topologyDescriptionRequired").since(1);
        v(m.endpoint_information_epoch, "endpointInformationEpoch");
        v(m.partitions_by_user_endpoint, "partitionsByUserEndpoint").nullable();
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
