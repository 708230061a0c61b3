#pragma once

#include "base/types.h"
#include "log/log_config.h"
#include "log/producer_state.h"
#include "log/segment.h"
#include "log/transaction_index.h"
#include "runtime/disk.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace barnabas::log {

/// A sealed segment as compaction reads it: the file stays as it is while the log goes on.
struct SourceSegment {
    Offset base;
    Offset end;  // the next segment's base
    std::shared_ptr<const runtime::File> file;
    std::uint32_t size = 0;
    std::size_t offset_index_bytes = 0;
    std::size_t time_index_bytes = 0;
    Timestamp modified;  // for tombstones of before magic 2
};

/// Everything that one compaction needs of a log, taken on the log's shard and carried to wherever
/// the work is done.
///     segments: [clean.........)[dirty..................) active
///               ^ the oldest    ^ first_dirty           ^ end
struct CompactionSource {
    runtime::Disk* disk = nullptr;
    runtime::Path folder;
    TopicPartition partition;
    LogConfig config;
    std::vector<SourceSegment> segments;  // all below `end`, without a gap
    std::vector<AbortedTransaction> aborted;
    ProducerLasts producers;
    Offset first_dirty;
    Offset end;                     // a segment's base: nothing from here on is touched
    std::uint64_t truncations = 0;  // of the log: another number later, and the work is void
};

/// Segments that take the place of others: what one group of segments was compacted into. Where the
/// log does not take them, and where an error left them, the fresh ones are the caller's.
/// Always: at least one fresh segment; the first has the base of the first that is replaced.
struct CleanedGroup {
    std::vector<SourceSegment> replaced;
    std::vector<std::unique_ptr<Segment>> fresh;  // sealed, synced, their files are .cleaned
    std::uint64_t truncations = 0;
};

/// A group that a log took, and not all of whose files have their last names: an error came
/// between.
struct UnfinishedSwap {
    std::vector<std::unique_ptr<Segment>> old;  // to be put away
    std::vector<Offset> fresh;                  // then these lose their ".swap"
    std::vector<Offset> replaced;               // and of these, where none begins, the snapshots go
};

/// Removes the fresh files of a group that no log took. What an error leaves goes with the next
/// open.
Result<void> discard_files(CleanedGroup& group);

}  // namespace barnabas::log
