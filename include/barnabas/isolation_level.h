#pragma once

#include <cstdint>

namespace barnabas {

/// Which records of transactions are seen, with the numbers of the wire.
enum class IsolationLevel : std::int8_t { read_uncommitted = 0, read_committed = 1 };

}  // namespace barnabas
