#pragma once

#include "client/assignors/numbered_group.h"

#include <cstdint>
#include <vector>

namespace barnabas::client {

/// A group as the sticky assignors see it: who may keep what, and whether racks count.
class StickyGroup {
public:
    explicit StickyGroup(const NumberedGroup& group);

    [[nodiscard]] const NumberedGroup& numbered() const { return group_; }
    /// By member: what it owned and nobody else has the better claim to. It may have ended its
    /// subscription since.
    [[nodiscard]] const std::vector<std::vector<Number>>& owned() const { return owned_; }
    /// Whether two members of one generation, and none of a later one, claimed the partition.
    [[nodiscard]] bool is_disputed(Number partition) const { return disputed_[partition]; }

    [[nodiscard]] bool by_rack() const { return by_rack_; }
    [[nodiscard]] bool in_rack(Number member, Number partition) const {
        return by_rack_ && group_.in_rack(member, partition);
    }
    /// Whether the member should not have the partition if that can be helped.
    [[nodiscard]] bool is_out_of_rack(Number member, Number partition) const {
        return by_rack_ && group_.has_rack(member) && !group_.in_rack(member, partition);
    }

private:
    void take_claim(Number member, Number partition);

    const NumberedGroup& group_;
    std::vector<std::vector<Number>> owned_;
    std::vector<Number> owner_;  ///< by partition: who claimed it last with success
    std::vector<bool> disputed_;
    bool by_rack_;
};

}  // namespace barnabas::client
