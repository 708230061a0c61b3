#pragma once

#include <barnabas/bytes.h>
#include <barnabas/types.h>

#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace barnabas {

/// What a partitioner is told of a topic. The views are good for the call.
struct PartitionerTopic {
    std::string_view name;
    /// The topic has the partitions 0 to count - 1; at least one.
    std::int32_t count = 0;
    /// Those that have a leader now, by number; may be empty.
    std::span<const PartitionId> available;
};

/// Chooses the partition of records that name none. Shared by any number of producers; called on
/// the threads that send, several at once, so it guards its own state. It must not send.
/// Give one to ProducerOptions, or name a built-in one in `partitioner.class`.
class Partitioner {
public:
    virtual ~Partitioner() = default;

    /// A number from 0 to topic.count - 1: any other fails the record with INVALID_PARTITIONS.
    /// Empty optionals are null keys and values.
    [[nodiscard]] virtual PartitionId partition(const PartitionerTopic& topic,
                                                std::optional<ByteView> key,
                                                std::optional<ByteView> value) = 0;
};

/// `partitioner.class=hash`: Kafka's murmur2 of the key; a null key counts as an empty one, so that
/// all records without a key are in one partition (librdkafka's "murmur2").
[[nodiscard]] std::shared_ptr<Partitioner> hash_partitioner();

/// `partitioner.class=round-robin`, or Kafka's name
/// org.apache.kafka.clients.producer.RoundRobinPartitioner: each topic's available partitions in
/// turn, whatever the key.
[[nodiscard]] std::shared_ptr<Partitioner> round_robin_partitioner();

}  // namespace barnabas
