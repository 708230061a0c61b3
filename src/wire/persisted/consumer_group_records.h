#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What __consumer_offsets says of consumer groups (KIP-848).

namespace barnabas::wire {

struct ConsumerGroupMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 3;
    static constexpr std::string_view name = "ConsumerGroupMetadataKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
    }
};

struct ConsumerGroupMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 3;
    static constexpr std::string_view name = "ConsumerGroupMetadataValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t epoch = 0;
    std::int64_t metadata_hash = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.epoch, "epoch");
        v(m.metadata_hash, "metadataHash").tag(0);
        v.unknown(m.unknown_tags);
    }
};

struct ConsumerGroupPartitionMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 4;
    static constexpr std::string_view name = "ConsumerGroupPartitionMetadataKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
    }
};

struct ConsumerGroupPartitionMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 4;
    static constexpr std::string_view name = "ConsumerGroupPartitionMetadataValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct PartitionMetadata {
            std::int32_t partition = 0;
            std::vector<std::string> racks;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition, "partition");
                v(m.racks, "racks");
                v.unknown(m.unknown_tags);
            }
        };

        Uuid topic_id;
        std::string topic_name;
        std::int32_t num_partitions = 0;
        std::vector<PartitionMetadata> partition_metadata;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_id, "topicId");
            v(m.topic_name, "topicName");
            v(m.num_partitions, "numPartitions");
            v(m.partition_metadata, "partitionMetadata");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

struct ConsumerGroupMemberMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 5;
    static constexpr std::string_view name = "ConsumerGroupMemberMetadataKey";
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
struct ConsumerGroupMemberMetadataValueClassicMemberMetadata {
    struct SupportedProtocol {
        std::string name;
        ByteView metadata;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.metadata, "metadata");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t session_timeout_ms = 0;
    std::vector<SupportedProtocol> supported_protocols;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.session_timeout_ms, "sessionTimeoutMs");
        v(m.supported_protocols, "supportedProtocols");
        v.unknown(m.unknown_tags);
    }
};

struct ConsumerGroupMemberMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 5;
    static constexpr std::string_view name = "ConsumerGroupMemberMetadataValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    using ClassicMemberMetadata = ConsumerGroupMemberMetadataValueClassicMemberMetadata;

    std::optional<std::string> instance_id = "";
    std::optional<std::string> rack_id = "";
    std::string client_id;
    std::string client_host;
    std::vector<std::string> subscribed_topic_names;
    std::optional<std::string> subscribed_topic_regex = "";
    std::int32_t rebalance_timeout_ms = -1;
    std::optional<std::string> server_assignor = "";
    /// Null for a member of the new protocol. Kafka's default is an empty one, so null is written.
    std::optional<ClassicMemberMetadata> classic_member_metadata{std::in_place};
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.instance_id, "instanceId").nullable();
        v(m.rack_id, "rackId").nullable();
        v(m.client_id, "clientId");
        v(m.client_host, "clientHost");
        v(m.subscribed_topic_names, "subscribedTopicNames");
        v(m.subscribed_topic_regex, "subscribedTopicRegex").nullable();
        v(m.rebalance_timeout_ms, "rebalanceTimeoutMs");
        v(m.server_assignor, "serverAssignor").nullable();
        v(m.classic_member_metadata, "classicMemberMetadata").nullable().tag(0);
        v.unknown(m.unknown_tags);
    }
};

struct ConsumerGroupRegularExpressionKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 16;
    static constexpr std::string_view name = "ConsumerGroupRegularExpressionKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;
    std::string regular_expression;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.regular_expression, "regularExpression");
    }
};

struct ConsumerGroupRegularExpressionValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 16;
    static constexpr std::string_view name = "ConsumerGroupRegularExpressionValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::vector<std::string> topics;
    std::int64_t version = 0;
    std::int64_t timestamp = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics");
        v(m.version, "version");
        v(m.timestamp, "timestamp");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
