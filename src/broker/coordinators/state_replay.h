#pragma once

#include "broker/coordinators/state_partition.h"

#include <memory>
#include <vector>

namespace barnabas::broker {

/// What a part of a coordinator's partition says, taken out of its batches. Owns what the views in
/// it look into.
struct ReplayPart {
    std::vector<StateBatch> batches;  // from the asked offset on
    ByteBuffer bytes;
    std::vector<std::unique_ptr<ByteBuffer>> unpacked;  // of compressed batches
};

/// Reads `slice`, whole batches, and unpacks it. Blocks. Batches in front of `from` are left out.
/// corrupt_message, with its offset, for a batch that cannot be read.
[[nodiscard]] Result<ReplayPart> read_state(const runtime::FileSlice& slice, Offset from);

}  // namespace barnabas::broker
