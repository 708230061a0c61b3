#pragma once

#include "base/types.h"

#include <cstdint>
#include <span>
#include <vector>

namespace barnabas::coordinator {

/// Offsets [first, last] of a share partition that are in one delivery state and have been
/// delivered equally often (Kafka's PersisterStateBatch).
struct DeliveryBatch {
    Offset first{};
    Offset last{};
    std::int8_t state = 0;
    std::int16_t count = 0;

    friend bool operator==(const DeliveryBatch&, const DeliveryBatch&) = default;
};

/// Sorted, without overlaps, where it comes from combine().
using DeliveryBatches = std::vector<DeliveryBatch>;

/// first <= last, and last is not the largest number, which no record has as its offset.
[[nodiscard]] bool is_valid(const DeliveryBatch& batch);

/// Both together, from `start` on (no_offset: everything), as PersisterStateBatchCombiner does:
/// where batches overlap, each offset has the highest delivery count that any of them gives it, and
/// the highest state among those with that count; neighbours with the same state and count are one
/// batch. `so_far` comes from an earlier call; invalid ones among the newer count for nothing.
///     so_far [0-9 available, 1]   newer [5-6 acknowledged, 1]   start 2
///     ->     [2-4 available, 1] [5-6 acknowledged, 1] [7-9 available, 1]
[[nodiscard]] DeliveryBatches combine(std::span<const DeliveryBatch> so_far,
                                      std::span<const DeliveryBatch> newer, Offset start);

}  // namespace barnabas::coordinator
