#pragma once

#include <cstdint>

namespace barnabas::wire {

/// Which topic stores a record; each family numbers its records by itself.
enum class RecordFamily : std::uint8_t {
    metadata,    ///< __cluster_metadata, KRaft's log
    remote_log,  ///< __remote_log_metadata
};

}  // namespace barnabas::wire
