#pragma once

#include "broker/partition_table.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace barnabas::broker {

using boost::asio::awaitable;

/// Writes what the logs of one shard hold, and brings it to the medium: planned and noted on the
/// shard, carried out on the blocking pool while the shard goes on. Whoever asks for a log that is
/// being written shares the next round with everybody else who did: one write and one sync
/// acknowledge many producers (group commit).
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
    /// A sync has more to do than a write: before that nobody calls the disk slow for it.
    static constexpr Duration sync_takes = std::chrono::milliseconds(450);

    /// One partition whose records are to be written, and what came of it.
    struct Wanted {
        TopicId topic;
        PartitionId partition;
        replication::ToFlush to;
        std::optional<Error> error{};
        bool disk_gave_out = false;  // as replication::ProduceOutcome has it
    };

    Flusher(runtime::Shard& shard, const PartitionTable& partitions)
        : shard_(shard), partitions_(partitions), slot_freed_(shard), rounds_(shard) {}

    /// All of them at once; waits until each is written or has failed, or `until`: then it is
    /// request_timed_out. A partition that is gone meanwhile is not_leader_or_follower.
    awaitable<std::vector<Wanted>> flush(std::vector<Wanted> wanted, Time until);
    /// Has what the partition's log holds written, whether somebody waits for it or not: not before
    /// the shard's next turn, so that what comes meanwhile is written with it.
    void start_soon(const replication::Partition& partition);
    /// Until nothing of the partition's log is held, or being written; false: not by `until`.
    awaitable<bool> settle(TopicId topic, PartitionId number, Time until);
    /// Until nothing is being synced: a sync that fails after its log was closed in order would be
    /// nobody's.
    awaitable<void> join() {
        joined_ = true;
        return rounds_.join();
    }

    [[nodiscard]] std::size_t syncing(const runtime::Path& directory) const;

private:
    /// One sync of one log. Who waits for it keeps it alive.
    struct Round {
        explicit Round(runtime::Shard& shard) : ended(shard), begun_at(shard.clock().now()) {}
        runtime::Signal ended;
        Time begun_at;
        bool over = false;
        std::optional<Error> error;
        bool disk_gave_out = false;
    };
    using Key = std::pair<TopicId, PartitionId>;

    awaitable<void> flush_one(Wanted* wanted, Time until);
    awaitable<bool> await_round(Key key, std::shared_ptr<Round> round, Time until);
    std::shared_ptr<Round> round_of(const Key& key, bool on_medium);
    awaitable<void> run_round(Key key, std::shared_ptr<Round> round, bool on_medium);
    void note_pace(const log::Log& log, const Round& round) const;
    void start_next(const Key& key);
    awaitable<void> start_later(Key key);
    [[nodiscard]] bool holds(const Key& key) const;
    awaitable<void> carry_out(Key key, std::shared_ptr<Round> round, bool on_medium);
    awaitable<void> carry_out_now(Key key, std::shared_ptr<Round> round, bool on_medium);
    awaitable<std::optional<Error>> carry_out_plan(Key key, Result<log::FlushPlan> plan,
                                                   std::shared_ptr<Round> round, bool on_medium);

    runtime::Shard& shard_;
    const PartitionTable& partitions_;
    runtime::Signal slot_freed_;
    std::map<runtime::Path, std::size_t> syncing_;  // by directory
    std::map<Key, std::shared_ptr<Round>> under_way_;
    std::set<Key> starting_;
    runtime::TaskGroup rounds_;
    bool joined_ = false;  // nothing is begun any more but what somebody waits for
};

}  // namespace barnabas::broker
