#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct ControlledShutdownResponse;

struct ControlledShutdownRequest {
    using Response = ControlledShutdownResponse;
    static constexpr std::int16_t api_key = 7;
    static constexpr std::string_view name = "ControlledShutdownRequest";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 3;

    std::int32_t broker_id = 0;
    std::int64_t broker_epoch = -1;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.broker_id, "brokerId");
        v(m.broker_epoch, "brokerEpoch").since(2);
        v.unknown(m.unknown_tags);
    }
};

struct ControlledShutdownResponse {
    static constexpr std::int16_t api_key = 7;
    static constexpr std::string_view name = "ControlledShutdownResponse";
    static constexpr Versions versions{0, 3};
    static constexpr std::int16_t flexible_since = 3;

    struct RemainingPartition {
        std::string topic_name;
        std::int32_t partition_index = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.topic_name, "topicName");
            v(m.partition_index, "partitionIndex");
            v.unknown(m.unknown_tags);
        }
    };

    std::int16_t error_code = 0;
    std::vector<RemainingPartition> remaining_partitions;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.error_code, "errorCode");
        v(m.remaining_partitions, "remainingPartitions");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
