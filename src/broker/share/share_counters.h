#pragma once

#include "share/share_partition.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace barnabas::broker {

/// What one shard's share partitions have been through since the start: for the metrics. Plain
/// numbers of records.
struct ShareCounters {
    static constexpr std::size_t types = std::to_underlying(share::AcknowledgeType::renew) + 1;

    std::uint64_t acquired = 0;                       // each time that they were
    std::array<std::uint64_t, types> acknowledged{};  // by AcknowledgeType
    std::uint64_t dead_letters_written = 0;
    std::uint64_t dead_letters_lost = 0;

    void count(std::span<const share::Acquired> ranges) {
        for (const auto& range : ranges) {
            acquired += static_cast<std::uint64_t>(range.last - range.first + 1);
        }
    }
    /// Of acknowledgements that were taken.
    void count(std::span<const share::Acknowledgement> batches) {
        for (const auto& batch : batches) {
            const auto records = static_cast<std::uint64_t>(batch.last - batch.first + 1);
            const bool one_for_all = batch.types.size() == 1;
            for (const auto type : batch.types) {
                acknowledged.at(static_cast<std::size_t>(type)) += one_for_all ? records : 1;
            }
        }
    }
};

}  // namespace barnabas::broker
