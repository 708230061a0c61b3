#pragma once

#include "base/types.h"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace barnabas::client {

/// How much of a topic's records each partition should get: less where more batches wait (KIP-794).
struct PartitionLoads {
    std::vector<PartitionId> partitions;
    /// Running sums of the weights; empty: all alike.
    std::vector<std::uint32_t> sums;
};

/// The loads of partitions with these numbers of waiting batches; `excluded`: some partition of the
/// topic was left out because its broker is slow. Nothing to weigh (one partition, all alike): an
/// empty one.
[[nodiscard]] PartitionLoads weigh(std::span<const PartitionId> partitions,
                                   std::span<const std::uint32_t> waiting, bool excluded);

/// The partition that takes a topic's records without key for now: after a batch's worth of bytes
/// another one is drawn (Kafka's BuiltInPartitioner). On sending threads, who
///   1. read current(), 2. lock that partition's queue, 3. start over if current() is another one
///   now, 4. append, 5. call appended().
/// So the one whose partition is current, and who holds its queue's lock, is alone with the count.
class StickyPartition {
public:
    explicit StickyPartition(std::int64_t batch_size) : batch_size_(batch_size) {}

    /// -1 before the first draw.
    [[nodiscard]] std::int32_t current() const { return current_.load(std::memory_order_acquire); }

    /// The first draw (`seen` is -1), or one because the partition is gone; somebody else's if he
    /// was faster. Without a lock.
    std::int32_t draw_instead_of(std::int32_t seen, std::span<const PartitionId> available,
                                 std::int32_t count, std::uint32_t random);

    /// Whether `bytes` more are enough to go on to another partition. `aligned`: the queue has no
    /// batch that is being filled; without it twice as much is waited for, so that batches go out
    /// whole.
    [[nodiscard]] bool appended(std::size_t bytes, bool aligned);
    /// What follows if they are.
    void draw(std::span<const PartitionId> available, std::int32_t count, std::uint32_t random);

    /// From any thread.
    void set_loads(PartitionLoads loads);

private:
    std::int32_t drawn(std::span<const PartitionId> available, std::int32_t count,
                       std::uint32_t random);

    const std::int64_t batch_size_;
    std::atomic<std::int32_t> current_ = -1;
    std::int64_t produced_ = 0;
    std::mutex mutex_;
    PartitionLoads loads_;
};

}  // namespace barnabas::client
