#pragma once

#include "coordinator/consumer/assignment.h"
#include "wire/persisted/consumer_group_assignment_records.h"
#include "wire/persisted/consumer_group_records.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// Member epochs that are none (ConsumerGroupHeartbeatRequest).
inline constexpr std::int32_t joining_epoch = 0;
/// Groups begin with it, and with nothing assigned: the first assignment that is computed is that
/// of the next epoch. So a member that has to wait for it has an epoch that is none of the above
/// (KAFKA-20268).
inline constexpr std::int32_t initial_epoch = 1;
inline constexpr std::int32_t leaving_epoch = -1;
inline constexpr std::int32_t static_leaving_epoch = -2;

/// How far a member is on its way to its target assignment (KIP-848, MemberState). The numbers are
/// those of the records.
enum class MemberState : std::int8_t {
    stable = 0,
    unrevoked_partitions = 1,   // it has been told to give partitions up and has not said it did
    unreleased_partitions = 2,  // partitions that it is to have are still with others
    unknown = 127,              // of a newer coordinator
};

/// A member of the classic protocol in a consumer group.
struct ClassicMember {
    struct Protocol {
        std::string name;
        std::vector<std::byte> metadata;  // the consumer's embedded subscription

        friend bool operator==(const Protocol&, const Protocol&) = default;
    };

    std::int32_t session_timeout_ms = 0;
    std::vector<Protocol> protocols;

    friend bool operator==(const ClassicMember&, const ClassicMember&) = default;
};

/// A member of a consumer group, as records have it (ConsumerGroupMember).
/// Always: no partition is in both `assigned` and `revoking`.
struct ConsumerMember {
    std::string id;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    std::string client_id;
    std::string client_host;
    std::vector<std::string> topics;  // subscribed by name; sorted, without duplicates
    std::string regex;                // empty: none
    std::int32_t rebalance_timeout_ms = -1;
    std::optional<std::string> assignor;
    std::optional<ClassicMember> classic;

    std::int32_t epoch = 0;
    std::int32_t previous_epoch = 0;
    MemberState state = MemberState::stable;
    Holding assigned;
    Holding revoking;

    [[nodiscard]] bool is_reconciled_to(std::int32_t target_epoch) const {
        return state == MemberState::stable && epoch == target_epoch;
    }
    [[nodiscard]] bool holds(const Uuid& topic, std::int32_t partition) const {
        return find_held(assigned, topic, partition) != nullptr ||
               find_held(revoking, topic, partition) != nullptr;
    }
    /// Whether what ConsumerGroupMemberMetadata stores is the same.
    [[nodiscard]] bool same_subscription(const ConsumerMember& other) const;
    /// Whether what ConsumerGroupCurrentMemberAssignment stores is the same.
    [[nodiscard]] bool same_assignment(const ConsumerMember& other) const;
    void set_topics(std::vector<std::string> names);

    void read(const wire::ConsumerGroupMemberMetadataValue& value);
    void read(const wire::ConsumerGroupCurrentMemberAssignmentValue& value);
};

}  // namespace barnabas::coordinator
