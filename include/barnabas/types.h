#pragma once

#include <barnabas/strong.h>
#include <barnabas/uuid.h>

#include <cstdint>
#include <functional>
#include <string>

namespace barnabas {

using BrokerId = Strong<std::int32_t, struct BrokerIdTag>;
using PartitionId = Strong<std::int32_t, struct PartitionIdTag>;
using Offset = Strong<std::int64_t, struct OffsetTag>;
using LeaderEpoch = Strong<std::int32_t, struct LeaderEpochTag>;
using ProducerId = Strong<std::int64_t, struct ProducerIdTag>;
using ProducerEpoch = Strong<std::int16_t, struct ProducerEpochTag>;

/// Milliseconds since 1970-01-01 UTC, as records carry them; no_timestamp (-1) means none.
using Timestamp = Strong<std::int64_t, struct TimestampTag>;

inline constexpr BrokerId no_broker{-1};
inline constexpr Offset no_offset{-1};
inline constexpr LeaderEpoch no_epoch{-1};
inline constexpr ProducerId no_producer{-1};
inline constexpr ProducerEpoch no_producer_epoch{-1};
inline constexpr Timestamp no_timestamp{-1};

/// Topic ids are KIP-516's UUIDs.
using TopicId = Uuid;

struct TopicPartition {
    std::string topic;
    PartitionId partition;

    friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

}  // namespace barnabas

template <>
struct std::hash<barnabas::TopicPartition> {
    std::size_t operator()(const barnabas::TopicPartition& tp) const noexcept {
        const auto partition =
            static_cast<std::size_t>(static_cast<std::uint32_t>(tp.partition.get()));
        return std::hash<std::string>{}(tp.topic) ^ (partition * 0x9e3779b97f4a7c15ULL);
    }
};

template <>
struct fmt::formatter<barnabas::TopicPartition> : fmt::formatter<std::string_view> {
    // Its body stands in types.cc: here it would cost each file that includes this 0.2 s.
    fmt::format_context::iterator format(const barnabas::TopicPartition& tp,
                                         fmt::format_context& ctx) const;
};
