#pragma once

#include "base/result.h"
#include "base/time.h"
#include "broker/services.h"
#include "broker/share/share_sessions.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// A copy of a record, without its offset and timestamp.
struct OriginalRecord {
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

/// Some records of a partition, one after the other.
struct OriginalRecords {
    std::map<Offset, OriginalRecord> records;
    std::size_t bytes = 0;  // of keys, values and headers
    Offset end;             // what lies in front of it and is not among them is in the log no more
};

/// So many bytes of records are copied at once; the last one may go beyond.
inline constexpr std::size_t originals_bytes_max = 4 << 20;

/// The partition's records from `first` on as far as they fit, up to `last`; at least one step
/// beyond `first`. Markers are none. Called on the shard that owns the partition; what the log has
/// on the medium alone is brought in by the blocking pool. Errors: the partition is gone, its
/// records cannot be read, or they are not in memory by `until`.
awaitable<Result<OriginalRecords>> read_originals(BrokerShard& shard, SharedPartition at,
                                                  Offset first, Offset last, Time until);

}  // namespace barnabas::broker
