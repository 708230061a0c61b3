#pragma once

#include <cstdint>
#include <string_view>

namespace barnabas::coordinator {

/// Where a classic group stands (org.apache.kafka.coordinator.group.classic.ClassicGroupState).
enum class ClassicGroupState : std::uint8_t {
    empty,                 // no members; it lives on for its offsets
    preparing_rebalance,   // waits for the members to join
    completing_rebalance,  // waits for the leader's assignment
    stable,
    dead,  // unloaded; nothing comes after it
};

/// As Kafka writes it: "PreparingRebalance".
[[nodiscard]] std::string_view classic_state_name(ClassicGroupState state);

/// The table of allowed predecessors.
[[nodiscard]] bool may_follow(ClassicGroupState before, ClassicGroupState after);

}  // namespace barnabas::coordinator
