#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the log of a KRaft cluster's metadata says of topics, partitions and configurations
// (Kafka's definitions: metadata/src/main/resources/common/metadata).

namespace barnabas::wire {

struct TopicRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 2;
    static constexpr std::string_view name = "TopicRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::string topic_name;
    Uuid topic_id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topic_name, "name");
        v(m.topic_id, "topicId");
        v.unknown(m.unknown_tags);
    }
};

struct PartitionRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 3;
    static constexpr std::string_view name = "PartitionRecord";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t partition_id = -1;
    Uuid topic_id;
    std::vector<std::int32_t> replicas;
    std::vector<std::int32_t> isr;
    std::vector<std::int32_t> removing_replicas;
    std::vector<std::int32_t> adding_replicas;
    std::int32_t leader = -1;
    std::int8_t leader_recovery_state = 0;
    std::int32_t leader_epoch = -1;
    std::int32_t partition_epoch = -1;
    std::vector<Uuid> directories;
    std::optional<std::vector<std::int32_t>> eligible_leader_replicas;
    std::optional<std::vector<std::int32_t>> last_known_elr;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.partition_id, "partitionId");
        v(m.topic_id, "topicId");
        v(m.replicas, "replicas");
        v(m.isr, "isr");
        v(m.removing_replicas, "removingReplicas");
        v(m.adding_replicas, "addingReplicas");
        v(m.leader, "leader");
        v(m.leader_recovery_state, "leaderRecoveryState").tag(0);
        v(m.leader_epoch, "leaderEpoch");
        v(m.partition_epoch, "partitionEpoch");
        v(m.directories, "directories").since(1);
        v(m.eligible_leader_replicas, "eligibleLeaderReplicas").since(2).nullable().tag(1);
        v(m.last_known_elr, "lastKnownElr").since(2).nullable().tag(2);
        v.unknown(m.unknown_tags);
    }
};

struct PartitionChangeRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 5;
    static constexpr std::string_view name = "PartitionChangeRecord";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t partition_id = -1;
    Uuid topic_id;
    std::optional<std::vector<std::int32_t>> isr;
    std::int32_t leader = -2;
    std::optional<std::vector<std::int32_t>> replicas;
    std::optional<std::vector<std::int32_t>> removing_replicas;
    std::optional<std::vector<std::int32_t>> adding_replicas;
    std::int8_t leader_recovery_state = -1;
    std::optional<std::vector<Uuid>> directories;
    std::optional<std::vector<std::int32_t>> eligible_leader_replicas;
    std::optional<std::vector<std::int32_t>> last_known_elr;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.partition_id, "partitionId");
        v(m.topic_id, "topicId");
        v(m.isr, "isr").nullable().tag(0);
        v(m.leader, "leader").tag(1);
        v(m.replicas, "replicas").nullable().tag(2);
        v(m.removing_replicas, "removingReplicas").nullable().tag(3);
        v(m.adding_replicas, "addingReplicas").nullable().tag(4);
        v(m.leader_recovery_state, "leaderRecoveryState").tag(5);
        v(m.directories, "directories").since(1).nullable().tag(8);
        v(m.eligible_leader_replicas, "eligibleLeaderReplicas").since(2).nullable().tag(6);
        v(m.last_known_elr, "lastKnownElr").since(2).nullable().tag(7);
        v.unknown(m.unknown_tags);
    }
};

struct RemoveTopicRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 9;
    static constexpr std::string_view name = "RemoveTopicRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    Uuid topic_id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topic_id, "topicId");
        v.unknown(m.unknown_tags);
    }
};

struct ConfigRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 4;
    static constexpr std::string_view name = "ConfigRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int8_t resource_type = 0;
    std::string resource_name;
    std::string config_name;
    std::optional<std::string> value = "";
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.resource_type, "resourceType");
        v(m.resource_name, "resourceName");
        v(m.config_name, "name");
        v(m.value, "value").nullable();
        v.unknown(m.unknown_tags);
    }
};

struct ClearElrRecord {
    static constexpr RecordFamily family = RecordFamily::metadata;
    static constexpr std::int16_t record_id = 28;
    static constexpr std::string_view name = "ClearElrRecord";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::string topic_name;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topic_name, "topicName");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
