// long: one struct per level of the message
#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct StreamsGroupDescribeResponse;

struct StreamsGroupDescribeRequest {
    using Response = StreamsGroupDescribeResponse;
    static constexpr std::int16_t api_key = 89;
    static constexpr std::string_view name = "StreamsGroupDescribeRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    std::vector<std::string> group_ids;
    bool include_authorized_operations = false;
    bool include_topology_description = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_ids, "groupIds");
        v(m.include_authorized_operations, "includeAuthorizedOperations");
        v(m.include_topology_description, "includeTopologyDescription").since(1);
        v.unknown(m.unknown_tags);
    }
};

/// Outside its message: std::optional wants the type complete.
struct StreamsGroupDescribeResponseTopology {
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

        std::string subtopology_id;
        std::vector<std::string> source_topics;
        std::vector<std::string> repartition_sink_topics;
        std::vector<StateChangelogTopic> state_changelog_topics;
        std::vector<RepartitionSourceTopic> repartition_source_topics;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.source_topics, "sourceTopics");
            v(m.repartition_sink_topics, "repartitionSinkTopics");
            v(m.state_changelog_topics, "stateChangelogTopics");
            v(m.repartition_source_topics, "repartitionSourceTopics");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t epoch = 0;
    std::optional<std::vector<Subtopology>> subtopologies;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.epoch, "epoch");
        v(m.subtopologies, "subtopologies").nullable();
        v.unknown(m.unknown_tags);
    }
};

/// Outside its message: std::optional wants the type complete.
struct StreamsGroupDescribeResponseUserEndpoint {
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

/// Outside its message: std::optional wants the type complete.
struct StreamsGroupDescribeResponseTopologyDescription {
    struct Subtopology {
        struct Node {
            std::string name;
            std::int8_t node_type = 0;
            std::vector<std::string> source_topics;
            std::optional<std::string> sink_topic;
            std::vector<std::string> stores;
            std::vector<std::string> successors;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name").since(1);
                v(m.node_type, "nodeType").since(1);
                v(m.source_topics, "sourceTopics").since(1);
                v(m.sink_topic, "sinkTopic").since(1).nullable();
                v(m.stores, "stores").since(1);
                v(m.successors, "successors").since(1);
                v.unknown(m.unknown_tags);
            }
        };

        std::string subtopology_id;
        std::vector<Node> nodes;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId").since(1);
            v(m.nodes, "nodes").since(1);
            v.unknown(m.unknown_tags);
        }
    };

    struct GlobalStore {
        struct Source {
            std::string name;
            std::int8_t node_type = 0;
            std::vector<std::string> source_topics;
            std::optional<std::string> sink_topic;
            std::vector<std::string> stores;
            std::vector<std::string> successors;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name").since(1);
                v(m.node_type, "nodeType").since(1);
                v(m.source_topics, "sourceTopics").since(1);
                v(m.sink_topic, "sinkTopic").since(1).nullable();
                v(m.stores, "stores").since(1);
                v(m.successors, "successors").since(1);
                v.unknown(m.unknown_tags);
            }
        };

        struct Processor {
            std::string name;
            std::int8_t node_type = 0;
            std::vector<std::string> source_topics;
            std::optional<std::string> sink_topic;
            std::vector<std::string> stores;
            std::vector<std::string> successors;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name").since(1);
                v(m.node_type, "nodeType").since(1);
                v(m.source_topics, "sourceTopics").since(1);
                v(m.sink_topic, "sinkTopic").since(1).nullable();
                v(m.stores, "stores").since(1);
                v(m.successors, "successors").since(1);
                v.unknown(m.unknown_tags);
            }
        };

        Source source;
        Processor processor;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.source, "source").since(1);
            v(m.processor, "processor").since(1);
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Subtopology> subtopologies;
    std::vector<GlobalStore> global_stores;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.subtopologies, "subtopologies").since(1);
        v(m.global_stores, "globalStores").since(1);
        v.unknown(m.unknown_tags);
    }
};

struct StreamsGroupDescribeResponse {
    static constexpr std::int16_t api_key = 89;
    static constexpr std::string_view name = "StreamsGroupDescribeResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct Group {
        using Topology = StreamsGroupDescribeResponseTopology;

        struct Member {
            using UserEndpoint = StreamsGroupDescribeResponseUserEndpoint;

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

            struct Assignment {
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

                std::vector<ActiveTask> active_tasks;
                std::vector<StandbyTask> standby_tasks;
                std::vector<WarmupTask> warmup_tasks;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.active_tasks, "activeTasks");
                    v(m.standby_tasks, "standbyTasks");
                    v(m.warmup_tasks, "warmupTasks");
                    v.unknown(m.unknown_tags);
                }
            };

            struct TargetAssignment {
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

                std::vector<ActiveTask> active_tasks;
                std::vector<StandbyTask> standby_tasks;
                std::vector<WarmupTask> warmup_tasks;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.active_tasks, "activeTasks");
                    v(m.standby_tasks, "standbyTasks");
                    v(m.warmup_tasks, "warmupTasks");
                    v.unknown(m.unknown_tags);
                }
            };

            std::string member_id;
            std::int32_t member_epoch = 0;
            std::optional<std::string> instance_id;
            std::optional<std::string> rack_id;
            std::string client_id;
            std::string client_host;
            std::int32_t topology_epoch = 0;
            std::string process_id;
            std::optional<UserEndpoint> user_endpoint;
            std::vector<ClientTag> client_tags;
            std::vector<TaskOffset> task_offsets;
            std::vector<TaskEndOffset> task_end_offsets;
            Assignment assignment;
            TargetAssignment target_assignment;
            bool is_classic = false;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.member_id, "memberId");
                v(m.member_epoch, "memberEpoch");
                v(m.instance_id, "instanceId").nullable();
                v(m.rack_id, "rackId").nullable();
                v(m.client_id, "clientId");
                v(m.client_host, "clientHost");
                v(m.topology_epoch, "topologyEpoch");
                v(m.process_id, "processId");
                v(m.user_endpoint, "userEndpoint").nullable();
                v(m.client_tags, "clientTags");
                v(m.task_offsets, "taskOffsets");
                v(m.task_end_offsets, "taskEndOffsets");
                v(m.assignment, "assignment");
                v(m.target_assignment, "targetAssignment");
                v(m.is_classic, "isClassic");
                v.unknown(m.unknown_tags);
            }
        };

        using TopologyDescription = StreamsGroupDescribeResponseTopologyDescription;

        std::int16_t error_code = 0;
        std::optional<std::string> error_message;
        std::string group_id;
        std::string group_state;
        std::int32_t group_epoch = 0;
        std::int32_t assignment_epoch = 0;
        std::optional<Topology> topology;
        std::vector<Member> members;
        std::int32_t authorized_operations = std::numeric_limits<std::int32_t>::min();
        std::optional<TopologyDescription> topology_description;
        std::int8_t topology_description_status = 0;
        std::optional<std::string> assignor_name;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").nullable();
            v(m.group_id, "groupId");
            v(m.group_state, "groupState");
            v(m.group_epoch, "groupEpoch");
            v(m.assignment_epoch, "assignmentEpoch");
            v(m.topology, "topology").nullable();
            v(m.members, "members");
            v(m.authorized_operations, "authorizedOperations");
            v(m.topology_description, "topologyDescription").since(1).nullable();
            v(m.topology_description_status, "topologyDescriptionStatus").since(1);
            v(m.assignor_name, "assignorName").since(1).nullable();
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
