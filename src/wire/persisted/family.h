#pragma once

#include <cstdint>

namespace barnabas::wire {

/// Which topic stores a record; each family numbers its records by itself.
enum class RecordFamily : std::uint8_t {
    metadata,     ///< __cluster_metadata, KRaft's log
    remote_log,   ///< __remote_log_metadata
    group,        ///< __consumer_offsets
    transaction,  ///< __transaction_state
    share,        ///< __share_group_state
};

}  // namespace barnabas::wire
