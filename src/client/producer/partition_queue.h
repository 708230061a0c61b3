#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include "client/producer/producer_batch.h"
#include "client/producer/sticky_partition.h"

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::client {

struct TopicEntry;

/// The records of one partition that are not sent yet. Where it stands never changes and it lives
/// as long as its accumulator.
///   retries (given back, by sequence) | full (closed, in order) | open (being filled)
struct PartitionQueue {
    PartitionQueue(TopicEntry& of, PartitionId number) : topic(of), id(number) {}

    TopicEntry& topic;
    const PartitionId id;

    // Sending threads and the loop, under the mutex.
    std::mutex mutex;
    std::unique_ptr<ProducerBatch> open;
    std::deque<std::unique_ptr<ProducerBatch>> full;
    bool announced = false;  ///< the loop has been told to look

    // The loop alone.
    std::deque<std::unique_ptr<ProducerBatch>> retries;
    BrokerId leader = no_broker;
    LeaderEpoch leader_epoch = no_epoch;
    bool near = false;     ///< its leader is in the rack that is preferred
    int in_flight = 0;     ///< batches whose answer is out
    bool muted = false;    ///< until its only batch on the way is answered
    bool active = false;   ///< has something, or may have
    bool listed = false;   ///< among its leader's ready ones
    Time wake_at = never;  ///< when the sender looks at it again by itself
    std::string trouble;   ///< why its last batch was not stored; empty: it was, or none was sent
};

/// One topic that is sent to.
struct TopicEntry {
    TopicEntry(std::string its_name, std::int64_t batch_size)
        : name(std::move(its_name)), sticky(batch_size) {}

    /// The queues by partition number. Old tables are kept: a sending thread may look at one.
    using Table = std::vector<PartitionQueue*>;

    const std::string name;
    StickyPartition sticky;
    std::atomic<const Table*> table = nullptr;  ///< nullptr: not known now
    /// Times 2^16: how small the codec makes what this topic carries.
    std::atomic<std::uint32_t> compression_ratio = std::uint32_t{1} << 16;

    // Under the mutex: what only a change of partition looks at.
    mutable std::mutex mutex;
    std::shared_ptr<const std::vector<PartitionId>> available;
    /// Those of them that the default partitioner draws from: near ones, if there are any.
    std::shared_ptr<const std::vector<PartitionId>> preferred;
    ErrorCode error = ErrorCode::none;  ///< of the topic, in the last metadata

    /// Waiting is no use: the cluster will not let us have the topic.
    [[nodiscard]] bool refused_now() const { return refusal().has_value(); }
    [[nodiscard]] std::optional<Error> refusal() const;
    /// What the metadata said last, as the end of a sentence.
    [[nodiscard]] std::string last_word() const;

    // The loop alone.
    std::deque<PartitionQueue> queues;
    std::vector<std::unique_ptr<const Table>> tables;
    Uuid id;
    Time used{};  ///< when the loop last heard of records of it
};

}  // namespace barnabas::client
