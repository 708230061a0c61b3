#pragma once

#include "broker/services.h"
#include "broker/share/led_share_partition.h"
#include "share/share_partition.h"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace barnabas::broker {

/// What one share fetch wants.
struct ShareFetchDemands {
    std::string group;
    std::string member;
    share::AcquireMode mode = share::AcquireMode::batch_optimized;
    std::int32_t records_max = 0;
    std::int32_t batch_size = 0;
    std::int64_t bytes_min = 0;
    std::uint32_t bytes_max = 0;
    Duration wait_max{};
    /// Whether the session goes on; on the connection's shard. Nothing is acquired for one that has
    /// ended: nobody would give it back.
    std::function<bool()> wanted;
};

/// Acquires records of the partitions of one share fetch, one partition after the other, each on
/// the shard that owns it, and waits until there is something
/// (kafka.server.share.DelayedShareFetch). Records of a partition go as Fetch sends them: whole
/// batches, spliced from the log. What is not in memory is brought in by the blocking pool first.
/// Lives in the handler's coroutine, on the connection's shard.
class ShareFetchOperation {
public:
    struct Outcome {
        std::optional<Error> error;
        runtime::FileSlice records;  // whole batches, from the first that is acquired to the last
        std::vector<share::Acquired> acquired;
    };

    ShareFetchOperation(Services& services, BrokerShard& home,
                        const std::vector<SharedPartition>& partitions, ShareFetchDemands demands);

    /// Then outcome() tells.
    awaitable<void> run();

    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] const SharedPartition& partition(std::size_t i) const { return items_[i].key.at; }
    [[nodiscard]] Outcome& outcome(std::size_t i) { return items_[i].outcome; }

private:
    struct Item {
        SharePartitionKey key;
        BrokerShard* owner = nullptr;  // none: `outcome` is an error
        Outcome outcome;
        std::int64_t readable = 0;  // bytes, as far as was measured
        std::optional<log::ColdPart> cold;
        // What was seen when it was last read: more than that wakes the fetch.
        Offset seen_end = no_offset;
        std::uint64_t seen_version = 0;
        bool waits_for_log = false;
    };
    enum class Round : std::uint8_t { measure, acquire };

    [[nodiscard]] Item make_item(const SharedPartition& partition) const;
    awaitable<void> load_all(Time deadline);
    awaitable<void> load_on(BrokerShard& shard, Time deadline);
    awaitable<void> read_all(Time deadline);
    awaitable<std::vector<log::ColdPart>> read_round(Round round, bool may_wait);
    void read_on(BrokerShard& shard, Round round, bool may_wait);
    void read(Item& item, Round round, bool may_wait);
    /// Nothing if there is nothing to read now.
    [[nodiscard]] std::optional<replication::ReadOutcome> read_log(Item& item,
                                                                   LedSharePartition& led,
                                                                   bool may_wait);
    /// False if all that was read turned out to be for nobody.
    bool acquire(Item& item, LedSharePartition& led, const replication::ReadOutcome& read);
    awaitable<void> wait_for_cold(ColdReadList reads, Time limit);
    awaitable<void> wait_for_more(Time deadline);
    [[nodiscard]] bool has_something() const;
    [[nodiscard]] bool all_failed() const;

    Services& services_;
    BrokerShard& home_;
    ClusterImagePtr image_;
    ShareFetchDemands demands_;
    std::vector<Item> items_;
    std::vector<BrokerShard*> shards_;  // those that own items
    std::int64_t records_left_ = 0;
    std::uint32_t bytes_left_ = 0;
    std::uint32_t bytes_each_ = 0;  // of one partition, so that the first leaves something
    bool left_cold_ = false;
};

}  // namespace barnabas::broker
