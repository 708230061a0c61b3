#include "client/producer/sticky_partition.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {

PartitionLoads weigh(std::span<const PartitionId> partitions,
                     std::span<const std::uint32_t> waiting, bool excluded) {
    INVARIANT(partitions.size() == waiting.size(), "{} partitions, {} numbers", partitions.size(),
              waiting.size());
    if (partitions.empty() || (partitions.size() < 2 && !excluded)) {
        return {};
    }
    const auto [least, most] = std::ranges::minmax(waiting);
    if (least == most && !excluded) {
        return {};
    }
    PartitionLoads loads;
    loads.partitions.assign(partitions.begin(), partitions.end());
    std::uint32_t sum = 0;
    for (const auto batches : waiting) {
        sum += most + 1 - batches;
        loads.sums.push_back(sum);
    }
    return loads;
}

std::int32_t StickyPartition::drawn(std::span<const PartitionId> available, std::int32_t count,
                                    std::uint32_t random) {
    INVARIANT(count >= 1, "{} partitions", count);
    const std::lock_guard lock(mutex_);
    if (!loads_.sums.empty()) {
        const auto found = std::ranges::upper_bound(loads_.sums, random % loads_.sums.back());
        return loads_.partitions[static_cast<std::size_t>(found - loads_.sums.begin())].get();
    }
    if (!available.empty()) {
        return available[random % available.size()].get();
    }
    return static_cast<std::int32_t>(random % static_cast<std::uint32_t>(count));
}

std::int32_t StickyPartition::draw_instead_of(std::int32_t seen,
                                              std::span<const PartitionId> available,
                                              std::int32_t count, std::uint32_t random) {
    const std::int32_t mine = drawn(available, count, random);
    return current_.compare_exchange_strong(seen, mine, std::memory_order_acq_rel) ? mine : seen;
}

bool StickyPartition::appended(std::size_t bytes, bool aligned) {
    produced_ += static_cast<std::int64_t>(bytes);
    return produced_ >= 2 * batch_size_ || (aligned && produced_ >= batch_size_);
}

void StickyPartition::draw(std::span<const PartitionId> available, std::int32_t count,
                           std::uint32_t random) {
    produced_ = 0;  // before the store, which hands the count to whoever sees it
    current_.store(drawn(available, count, random), std::memory_order_release);
}

void StickyPartition::set_loads(PartitionLoads loads) {
    const std::lock_guard lock(mutex_);
    std::swap(loads_, loads);
}

}  // namespace barnabas::client
