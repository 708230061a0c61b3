#pragma once

#include "base/error_code.h"
#include "coordination/connection.h"
#include "coordination/loop.h"
#include "coordination/options.h"

#include <cstdint>
#include <string>
#include <vector>

namespace coordination_bench {

/// Pause before what may succeed in a moment is tried again. Far below what clients wait, so that
/// it is the broker that is measured.
inline constexpr double retry_pause_s = 0.001;

enum class CoordinatorOf : std::int8_t { group = 0, transaction = 1 };  // Kafka's key types

/// Ends with the address of each key's coordinator, as soon as all have one.
Task<std::vector<Address>> find_coordinators(Loop& loop, Connection& connection,
                                             std::vector<std::string> keys, CoordinatorOf type);

/// Gives up with a sentence if the broker there does not speak what this program does.
Task<> check_versions(Connection& connection, const Options& options);

/// A coordinator that has just come: the same request again succeeds soon.
bool is_coordinator_starting(barnabas::ErrorCode code);

/// "JoinGroup of group bench-7 failed with ILLEGAL_GENERATION".
[[noreturn]] void give_up_on(std::string_view what, std::string_view whose,
                             barnabas::ErrorCode code);

inline barnabas::ErrorCode code_of(std::int16_t number) {
    return static_cast<barnabas::ErrorCode>(number);
}

}  // namespace coordination_bench
