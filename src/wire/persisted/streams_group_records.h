#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What __consumer_offsets says of streams groups (KIP-1071).

namespace barnabas::wire {

struct StreamsGroupMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 17;
    static constexpr std::string_view name = "StreamsGroupMetadataKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
    }
};

struct StreamsGroupMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 17;
    static constexpr std::string_view name = "StreamsGroupMetadataValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct AssignmentConfig {
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

    std::int32_t epoch = 0;
    std::int64_t metadata_hash = 0;
    std::int32_t validated_topology_epoch = -1;
    std::optional<std::vector<AssignmentConfig>> last_assignment_configs{std::in_place};
    std::int32_t failed_description_topology_epoch = -1;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.epoch, "epoch");
        v(m.metadata_hash, "metadataHash");
        v(m.validated_topology_epoch, "validatedTopologyEpoch").tag(0);
        v(m.last_assignment_configs, "lastAssignmentConfigs").nullable().tag(1);
        v(m.failed_description_topology_epoch, "failedDescriptionTopologyEpoch").tag(3);
        v.unknown(m.unknown_tags);
    }
};

struct StreamsGroupMemberMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 19;
    static constexpr std::string_view name = "StreamsGroupMemberMetadataKey";
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

/// Outside its record: std::optional wants the type complete.
struct StreamsGroupMemberMetadataValueUserEndpoint {
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

struct StreamsGroupMemberMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 19;
    static constexpr std::string_view name = "StreamsGroupMemberMetadataValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    using UserEndpoint = StreamsGroupMemberMetadataValueUserEndpoint;

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

    std::optional<std::string> instance_id = "";
    std::optional<std::string> rack_id = "";
    std::string client_id;
    std::string client_host;
    std::int32_t rebalance_timeout_ms = -1;
    std::int32_t topology_epoch = 0;
    std::string process_id;
    std::optional<UserEndpoint> user_endpoint;
    std::vector<ClientTag> client_tags;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.instance_id, "instanceId").nullable();
        v(m.rack_id, "rackId").nullable();
        v(m.client_id, "clientId");
        v(m.client_host, "clientHost");
        v(m.rebalance_timeout_ms, "rebalanceTimeoutMs");
        v(m.topology_epoch, "topologyEpoch");
        v(m.process_id, "processId");
        v(m.user_endpoint, "userEndpoint").nullable();
        v(m.client_tags, "clientTags");
        v.unknown(m.unknown_tags);
    }
};

struct StreamsGroupTopologyKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 23;
    static constexpr std::string_view name = "StreamsGroupTopologyKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
    }
};

struct StreamsGroupTopologyValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 23;
    static constexpr std::string_view name = "StreamsGroupTopologyValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

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

    struct TopicInfo {
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

    struct Subtopology {
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
        std::vector<TopicInfo> state_changelog_topics;
        std::vector<std::string> repartition_sink_topics;
        std::vector<TopicInfo> repartition_source_topics;
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

}  // namespace barnabas::wire
