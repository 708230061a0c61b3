#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace barnabas {

/// Who commits, as a transactional producer has to tell the group's coordinator
/// (Producer::send_offsets_to_transaction, KIP-447).
struct ConsumerGroupMetadata {
    std::string group_id;
    /// Of the classic protocol, or the member's epoch (KIP-848); -1 outside a group.
    std::int32_t generation_id = -1;
    std::string member_id{};
    std::optional<std::string> group_instance_id{};

    friend bool operator==(const ConsumerGroupMetadata&, const ConsumerGroupMetadata&) = default;
};

}  // namespace barnabas
