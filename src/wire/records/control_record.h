#pragma once

#include "wire/records/record.h"

#include <array>
#include <cstdint>

namespace barnabas::wire {

/// What a record of a control batch says, by the type in its key
/// (org.apache.kafka.common.record.ControlRecordType). A type that is not known is ignored.
enum class ControlType : std::int16_t {
    unknown = -1,
    abort = 0,
    commit = 1,
    leader_change = 2,
    snapshot_header = 3,
    snapshot_footer = 4,
    kraft_version = 5,
    kraft_voters = 6,
};

/// The key is version i16 | type i16; later versions may add to it. INVALID_RECORD for a null or
/// short key and for a negative version.
[[nodiscard]] Result<ControlType> control_type(const NullableBytes& key);

/// The value of a commit or abort marker: version i16 | coordinator epoch i32, and what later
/// versions add. INVALID_RECORD as above.
struct EndTransactionMarker {
    std::int32_t coordinator_epoch = 0;
};
[[nodiscard]] Result<EndTransactionMarker> end_transaction_marker(const NullableBytes& value);

inline constexpr std::size_t control_key_size = 4;
inline constexpr std::size_t end_transaction_value_size = 6;

/// Key and value of a marker as Kafka writes them, version 0.
[[nodiscard]] std::array<std::byte, control_key_size> make_control_key(ControlType type);
[[nodiscard]] std::array<std::byte, end_transaction_value_size> make_end_transaction_value(
    std::int32_t coordinator_epoch);

}  // namespace barnabas::wire
