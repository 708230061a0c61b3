#pragma once

#include "base/result.h"
#include "log/transaction_index.h"
#include "runtime/disk.h"
#include "share/share_partition.h"

#include <cstdint>
#include <span>
#include <vector>

namespace barnabas::broker {

/// Where a batch lies in what was read, and what acquiring wants to know of it.
struct PlacedBatch {
    std::uint32_t position = 0;  // in the slice
    std::uint32_t size = 0;
    Offset first;
    Offset last;
    ProducerId producer = no_producer;  // if it belongs to a transaction, and is no marker
};

/// The batches of a slice that try_read() has just given (so that it is in memory), up to the one
/// that holds `last_of_interest`; headers alone are read. Errors are the disk's, or
/// corrupt_message.
[[nodiscard]] Result<std::vector<PlacedBatch>> batches_of(const runtime::FileSlice& records,
                                                          Offset last_of_interest);

/// As acquire() has them; those of transactions in `aborted` are marked.
[[nodiscard]] std::vector<share::FetchedBatch> for_acquiring(
    std::span<const PlacedBatch> batches, std::span<const log::AbortedTransaction> aborted);

/// The part of `records` from the batch that holds `first` to the one that holds `last`.
[[nodiscard]] runtime::FileSlice part_of(const runtime::FileSlice& records,
                                         std::span<const PlacedBatch> batches, Offset first,
                                         Offset last);

}  // namespace barnabas::broker
