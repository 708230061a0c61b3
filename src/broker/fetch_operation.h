#pragma once

#include "broker/fetch_session.h"
#include "broker/services.h"

#include <cstdint>
#include <vector>

namespace barnabas::broker {

/// What one fetch wants, whatever it reads.
struct FetchDemands {
    std::int64_t bytes_min = 0;
    std::uint32_t bytes_max = 0;
    Duration wait_max{};
    bool read_committed = false;
    bool at_least_one_batch = true;  // a batch beyond the limits is sent if it is the first
};

/// Reads the partitions of one fetch, each on the shard that owns it, and waits until there is
/// enough. What is not in memory is brought in by the blocking pool first, so that no shard waits
/// for a disk; a partition whose disk takes too long for the client, or for the partitions that
/// have something (cold_wait_end()), is left without records, and the next fetch finds them in
/// memory. Lives in the handler's coroutine, on the connection's shard.
class FetchOperation {
public:
    FetchOperation(Services& services, BrokerShard& home, const FetchContext& context,
                   FetchDemands demands);

    /// Reads, and waits for more as demanded. Then outcome() tells.
    awaitable<void> run();

    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] replication::ReadOutcome& outcome(std::size_t i) { return items_[i].outcome; }
    /// nullptr if the topic is not known.
    [[nodiscard]] const TopicImage* topic(std::size_t i) const { return items_[i].topic; }

private:
    struct Item {
        const TopicImage* topic = nullptr;
        PartitionId partition;
        BrokerShard* owner = nullptr;  // none: `outcome` is an error already
        replication::ReadFrom from;
        replication::ReadOutcome outcome;
    };

    [[nodiscard]] Item make_item(const FetchContext& context, std::size_t i) const;
    awaitable<void> read_all(Time deadline);
    awaitable<std::vector<log::ColdPart>> read_each(bool may_wait);
    awaitable<void> wait_for(ColdReadList reads, Time limit);
    [[nodiscard]] bool has_something() const;
    void read_on(const runtime::Shard& shard, bool may_wait);
    [[nodiscard]] std::vector<log::ColdPart> take_cold();
    void keep_within_limit();
    [[nodiscard]] bool is_enough() const;
    awaitable<void> wait_for_more(Time deadline);

    Services& services_;
    BrokerShard& home_;
    ClusterImagePtr image_;  // of the beginning: items point into it
    FetchDemands demands_;
    std::vector<Item> items_;
    std::vector<runtime::Shard*> shards_;  // those that own items
    std::int64_t bytes_ = 0;
    bool left_cold_ = false;  // some item has records that were not waited for
};

}  // namespace barnabas::broker
