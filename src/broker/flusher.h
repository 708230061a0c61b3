#pragma once

#include "broker/partition_table.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace barnabas::broker {

using boost::asio::awaitable;

/// Brings the logs of one shard to the medium: planned and noted on the shard, synced on the
/// blocking pool while the shard goes on. Whoever asks for a log that is being synced shares the
/// next round with everybody else who did: one sync acknowledges many producers (group commit).
/// Each log directory has a few syncs at once; the others wait in line, so that a disk that hangs
/// takes no threads from the rest. A sync goes on when whoever asked for it has given up: who asks
/// again finds it under way.
/// Lives on the shard that owns the partitions, as long as they do; join() comes before their logs
/// are closed.
/// Always: at most one round of a log is under way, so that its recovery point never passes
/// anything that an earlier round has not brought to the medium yet; and of a directory's logs at
/// most at_once_max are being synced.
class Flusher {
public:
    static constexpr std::size_t at_once_max = 8;  // of each directory
    /// So long the broker's own work waits for a disk before it says so and turns to the next.
    static constexpr Duration patience = std::chrono::minutes(1);

    /// One partition whose records below `end` are to be on the medium, and what came of it.
    struct Wanted {
        TopicId topic;
        PartitionId partition;
        Offset end;
        std::optional<Error> error{};
    };

    Flusher(runtime::Shard& shard, const PartitionTable& partitions)
        : shard_(shard), partitions_(partitions), slot_freed_(shard), rounds_(shard) {}

    /// All of them at once; waits until each is on the medium or has failed, or `until`: then it is
    /// request_timed_out. A partition that is gone meanwhile is not_leader_or_follower.
    awaitable<std::vector<Wanted>> flush(std::vector<Wanted> wanted, Time until);
    /// Until nothing is being synced: a sync that fails after its log was closed in order would be
    /// nobody's.
    awaitable<void> join() { return rounds_.join(); }

    [[nodiscard]] std::size_t syncing(const runtime::Path& directory) const;

private:
    /// One sync of one log. Who waits for it keeps it alive.
    struct Round {
        explicit Round(runtime::Shard& shard) : ended(shard) {}
        runtime::Signal ended;
        bool over = false;
        std::optional<Error> error;
    };
    using Key = std::pair<TopicId, PartitionId>;

    awaitable<void> flush_one(Wanted* wanted, Time until);
    std::shared_ptr<Round> begin_round(const Key& key);
    awaitable<void> run_round(Key key, std::shared_ptr<Round> round);
    awaitable<std::optional<Error>> sync(Key key);
    awaitable<std::optional<Error>> sync_now(Key key);

    runtime::Shard& shard_;
    const PartitionTable& partitions_;
    runtime::Signal slot_freed_;
    std::map<runtime::Path, std::size_t> syncing_;  // by directory
    std::map<Key, std::shared_ptr<Round>> under_way_;
    runtime::TaskGroup rounds_;
};

}  // namespace barnabas::broker
