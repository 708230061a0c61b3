#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What __consumer_offsets says of committed offsets and of classic groups.

namespace barnabas::wire {

struct LegacyOffsetCommitKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 0;
    static constexpr std::string_view name = "LegacyOffsetCommitKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group;
    std::string topic;
    std::int32_t partition = 0;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group, "group");
        v(m.topic, "topic");
        v(m.partition, "partition");
    }
};

struct LegacyOffsetCommitValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 0;
    static constexpr std::string_view name = "LegacyOffsetCommitValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::int64_t offset = 0;
    std::string metadata;
    std::int64_t commit_timestamp = 0;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.offset, "offset");
        v(m.metadata, "metadata");
        v(m.commit_timestamp, "commitTimestamp");
    }
};

struct OffsetCommitKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 1;
    static constexpr std::string_view name = "OffsetCommitKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group;
    std::string topic;
    std::int32_t partition = 0;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group, "group");
        v(m.topic, "topic");
        v(m.partition, "partition");
    }
};

struct OffsetCommitValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 1;
    static constexpr std::string_view name = "OffsetCommitValue";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 4;

    std::int64_t offset = 0;
    std::int32_t leader_epoch = -1;
    std::string metadata;
    std::int64_t commit_timestamp = 0;
    std::int64_t expire_timestamp = -1;
    Uuid topic_id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.offset, "offset");
        v(m.leader_epoch, "leaderEpoch").since(3);
        v(m.metadata, "metadata");
        v(m.commit_timestamp, "commitTimestamp");
        v(m.expire_timestamp, "expireTimestamp").versions(1, 1);
        v(m.topic_id, "topicId").since(4).tag(0);
        v.unknown(m.unknown_tags);
    }
};

struct GroupMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 2;
    static constexpr std::string_view name = "GroupMetadataKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group, "group");
    }
};

struct GroupMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 2;
    static constexpr std::string_view name = "GroupMetadataValue";
    static constexpr Versions versions{0, 4};
    static constexpr std::int16_t flexible_since = 4;

    struct MemberMetadata {
        std::string member_id;
        std::optional<std::string> group_instance_id;
        std::string client_id;
        std::string client_host;
        std::int32_t rebalance_timeout = -1;
        std::int32_t session_timeout = 0;
        ByteView subscription;
        ByteView assignment;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.member_id, "memberId");
            v(m.group_instance_id, "groupInstanceId").since(3).nullable();
            v(m.client_id, "clientId");
            v(m.client_host, "clientHost");
            v(m.rebalance_timeout, "rebalanceTimeout").since(1);
            v(m.session_timeout, "sessionTimeout");
            v(m.subscription, "subscription");
            v(m.assignment, "assignment");
            v.unknown(m.unknown_tags);
        }
    };

    std::string protocol_type;
    std::int32_t generation = 0;
    std::optional<std::string> protocol = "";
    std::optional<std::string> leader = "";
    std::int64_t current_state_timestamp = -1;
    std::vector<MemberMetadata> members;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.protocol_type, "protocolType");
        v(m.generation, "generation");
        v(m.protocol, "protocol").nullable();
        v(m.leader, "leader").nullable();
        v(m.current_state_timestamp, "currentStateTimestamp").since(2);
        v(m.members, "members");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
