#pragma once

#include "broker/flusher.h"
#include "broker/partition_table.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace barnabas::broker {

using boost::asio::awaitable;

/// The first appends to logs that were not written to for a while, or not since the start: what
/// they look at, the end of the segment and its indexes, may be on the disk alone. The blocking
/// pool brings it into memory, a few logs of each directory at once, so that a disk that hangs
/// takes no threads from the others; the appends to that log wait in line meanwhile and are carried
/// out in their order, all of them before anybody else finds the log ready. So do those that have
/// to wait until what the log holds is written.
/// Lives on the shard that owns the partitions, as long as they do. Always: running(directory) <=
/// at_once_max; while a log has a line nothing is appended to it but from there.
class FirstAppends {
public:
    static constexpr std::size_t at_once_max = 4;  // of each directory

    /// One append in line; who waits for it keeps it alive.
    class Waiting;
    using Ticket = std::shared_ptr<Waiting>;

    /// What an append needs.
    struct Needs {
        ByteView records{};    // that it is about to append, as far as they are known
        bool settled = false;  // it changes the log otherwise: nothing may be held
    };
    /// So much the logs of one shard hold, about, while a disk is slower than those who produce.
    static constexpr std::uint64_t held_bytes_max = 64 << 20;

    FirstAppends(runtime::Shard& shard, const PartitionTable& partitions, Flusher& flusher);
    FirstAppends(const FirstAppends&) = delete;
    FirstAppends& operator=(const FirstAppends&) = delete;
    ~FirstAppends();

    /// Whether an append has to go in line. For a log in use that is a look at two flags.
    [[nodiscard]] bool must_queue(const replication::Partition& partition,
                                  const Needs& needs) const {
        return partition.log().append_may_wait() || (!lines_.empty() && has_line(partition)) ||
               needs_write(partition, needs);
    }
    /// Puts one at the end of its partition's line; where nothing has to be brought in it is
    /// carried out inside the call. `append` does not wait, and finds the partition anew: it may be
    /// gone. What it refers to lives until wait() has answered.
    [[nodiscard]] Ticket enqueue(const replication::Partition& partition, Needs needs,
                                 std::move_only_function<void()> append);
    /// True when it has been carried out. False: not by `until`, or the broker stops; it will not
    /// be any more.
    awaitable<bool> wait(Ticket ticket, Time until);

    /// Those in line whose partition is gone are carried out, for it is gone for them too.
    void let_go_of_lost();
    /// Nothing in line is carried out any more, from now on.
    void end_waits();
    /// Returns when what is being read has ended. Nothing is begun any more.
    awaitable<void> stop();

    [[nodiscard]] std::size_t running(const runtime::Path& directory) const;

private:
    using Key = std::pair<TopicId, PartitionId>;
    struct Line;
    struct Directory {
        std::size_t running = 0;
        std::deque<Key> waiting;
    };

    [[nodiscard]] static Key key_of(const replication::Partition& partition) {
        return {partition.id(), partition.name().partition};
    }
    [[nodiscard]] bool has_line(const replication::Partition& partition) const {
        return lines_.contains(key_of(partition));
    }
    [[nodiscard]] replication::Partition* find(const Key& key) const {
        return partitions_.find(key.first, key.second);
    }
    awaitable<void> work(Directory* directory);
    [[nodiscard]] bool needs_write(const replication::Partition& partition,
                                   const Needs& needs) const;
    awaitable<void> bring_in(Key key);
    bool carry_out(const Key& key);

    runtime::Shard& shard_;
    const PartitionTable& partitions_;
    Flusher& flusher_;
    runtime::TaskGroup workers_;
    std::map<runtime::Path, Directory> directories_;
    std::map<Key, std::shared_ptr<Line>> lines_;
    bool stopping_ = false;
};

}  // namespace barnabas::broker
