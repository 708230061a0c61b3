#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What a classic consumer group's members and its leader send through JoinGroup and SyncGroup.

namespace barnabas::wire {

struct ConsumerProtocolSubscription {
    static constexpr std::string_view name = "ConsumerProtocolSubscription";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = never_flexible;

    struct OwnedPartition {
        std::string topic;
        std::vector<std::int32_t> partitions;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic, "topic").since(1);
            v(m.partitions, "partitions").since(1);
        }
    };

    std::vector<std::string> topics;
    std::optional<ByteView> user_data;
    std::vector<OwnedPartition> owned_partitions;
    std::int32_t generation_id = -1;
    std::optional<std::string> rack_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics");
        v(m.user_data, "userData").nullable();
        v(m.owned_partitions, "ownedPartitions").since(1);
        v(m.generation_id, "generationId").since(2);
        v(m.rack_id, "rackId").since(3).nullable();
    }
};

struct ConsumerProtocolAssignment {
    static constexpr std::string_view name = "ConsumerProtocolAssignment";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = never_flexible;

    struct AssignedPartition {
        std::string topic;
        std::vector<std::int32_t> partitions;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic, "topic");
            v(m.partitions, "partitions");
        }
    };

    std::vector<AssignedPartition> assigned_partitions;
    std::optional<ByteView> user_data;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.assigned_partitions, "assignedPartitions");
        v(m.user_data, "userData").nullable();
    }
};

}  // namespace barnabas::wire
