#pragma once

#include <barnabas/types.h>

#include <optional>
#include <string>

namespace barnabas {

/// What a group commits for a partition: the offset of the next record to be read, the leader
/// epoch of the record before it where that is known, and any text of the committer's.
struct OffsetAndMetadata {
    Offset offset;
    std::optional<LeaderEpoch> leader_epoch{};
    std::string metadata{};

    friend bool operator==(const OffsetAndMetadata&, const OffsetAndMetadata&) = default;
};

}  // namespace barnabas
