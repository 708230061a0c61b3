#pragma once

#include "base/types.h"
#include "coordinator/offsets/offset_table.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace barnabas::coordinator {

/// Offsets that transactions have committed which have not ended yet.
/// Always: `open_` counts for each place the producers that have an offset for it in
/// `by_producer_`, and no count is 0.
class PendingOffsets {
public:
    using Partitions = std::map<std::int32_t, std::int32_t>;  // how many producers
    using Topics = std::map<std::string, Partitions, std::less<>>;

    void put(ProducerId producer, const OffsetPlace& at, const CommittedOffset& offset);
    /// Those of all producers.
    void erase(const OffsetPlace& at);
    /// What the producer's transaction has left, taken out.
    [[nodiscard]] OffsetTable take(ProducerId producer);

    [[nodiscard]] bool contains(const OffsetPlace& at) const;
    [[nodiscard]] bool contains(std::string_view group) const { return open_.contains(group); }
    /// nullptr if the group has none.
    [[nodiscard]] const Topics* find_group(std::string_view group) const;
    [[nodiscard]] const std::unordered_map<ProducerId, OffsetTable>& by_producer() const {
        return by_producer_;
    }

private:
    void close(const OffsetPlace& at);  // one producer less

    std::unordered_map<ProducerId, OffsetTable> by_producer_;
    std::map<std::string, Topics, std::less<>> open_;
};

}  // namespace barnabas::coordinator
