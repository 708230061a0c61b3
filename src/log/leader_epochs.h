#pragma once

#include "base/result.h"
#include "base/types.h"

#include <string>
#include <string_view>
#include <vector>

namespace barnabas::log {

/// Where an epoch's records end: for OffsetForLeaderEpoch and for followers that truncate.
struct EpochEnd {
    LeaderEpoch epoch = no_epoch;
    Offset end = no_offset;

    friend bool operator==(const EpochEnd&, const EpochEnd&) = default;
};

/// Which leader epoch wrote which offsets (org.apache.kafka.storage.internals.epoch.
/// LeaderEpochFileCache). Plain state; the log keeps the file.
/// Always: epochs and start offsets both rise.
class LeaderEpochs {
public:
    struct Entry {
        LeaderEpoch epoch;
        Offset start;
        friend bool operator==(const Entry&, const Entry&) = default;
    };

    /// Records that `epoch` wrote from `start` on; true if that is news. Entries that contradict
    /// it, of later epochs or offsets, are dropped.
    bool assign(LeaderEpoch epoch, Offset start);
    /// What a batch of [first, last], which is there, says of them: `epoch` wrote it. Entries that
    /// contradict it are dropped, and all behind it with them; of what lies before the first entry
    /// nothing is learned. True if anything changed.
    bool learn(LeaderEpoch epoch, Offset first, Offset last);
    [[nodiscard]] LeaderEpoch latest() const;
    /// The epoch that wrote `offset`; no_epoch before the first entry.
    [[nodiscard]] LeaderEpoch of(Offset offset) const;
    /// The largest epoch known that is at most `asked`, and where the next one begins (or
    /// `log_end`). Nothing known: {-1, -1}.
    [[nodiscard]] EpochEnd end_of(LeaderEpoch asked, Offset log_end) const;

    /// How much two logs of one partition can have in common: up to the end of the newest epoch
    /// that both know, where it ends first. As a replica finds it that asks its leader where its
    /// epochs end (KIP-101 and KIP-279; Kafka's AbstractFetcherThread.getOffsetTruncationState,
    /// for a copy between directories ReplicaAlterLogDirsThread). Each ends at its `end`.
    [[nodiscard]] Offset common_end(Offset end, const LeaderEpochs& other, Offset other_end) const;

    /// Drops the epochs that begin at or behind `end`; true if there were any.
    bool truncate_to(Offset end);
    /// The log begins at `start` now: the epoch that wrote it begins there, earlier ones are
    /// dropped; true if anything changed.
    bool start_at(Offset start);

    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

    /// leader-epoch-checkpoint: "0\n<count>\n" and "<epoch> <start>\n" each.
    [[nodiscard]] std::string to_text() const;
    static Result<LeaderEpochs> parse(std::string_view text);

private:
    std::vector<Entry> entries_;
};

}  // namespace barnabas::log
