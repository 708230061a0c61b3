#pragma once

#include "broker/broker_metrics.h"
#include "broker/cluster_image.h"
#include "broker/cold_reads.h"
#include "broker/fetch_session_cache.h"
#include "broker/first_appends.h"
#include "broker/flusher.h"
#include "broker/partition_table.h"
#include "broker/settings.h"
#include "broker/transaction_lines.h"
#include "rpc/frame.h"
#include "rpc/server_connection.h"
#include "runtime/shard.h"
#include "wire/records/append_validation.h"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace barnabas::broker {

using boost::asio::awaitable;

class ConnectionQuota;
class Coordinators;
class LogCleaner;
class TopicService;
class ProducerIds;
class ReplicaMover;
class SharePartitions;
class ShareStateClient;

/// What one shard of the broker owns; used on that shard alone.
struct BrokerShard {
    BrokerShard(runtime::Shard& runtime_shard, FetchSessionCache::Options session_options,
                std::size_t request_bytes_max)
        : shard(runtime_shard),
          flusher(runtime_shard, partitions),
          first_appends(runtime_shard, partitions, flusher),
          cold_reads(runtime_shard),
          transaction_lines(runtime_shard),
          sessions(session_options),
          frames(runtime_shard, request_bytes_max) {}

    runtime::Shard& shard;
    PartitionTable partitions;
    Flusher flusher;
    FirstAppends first_appends;
    ColdReads cold_reads;
    TransactionLines transaction_lines;
    FetchSessionCache sessions;
    rpc::FramePool frames;
    rpc::TrafficCounters traffic;
    ShardMetrics metrics;
    wire::AppendValidator validator;
    ClusterImagePtr image;                    // the cluster as this shard knows it
    SettingsPtr settings;                     // the configuration as it stands now
    Coordinators* coordinators = nullptr;     // of its partitions
    ShareStateClient* share_state = nullptr;  // asks any shard's share coordinators
    SharePartitions* shares = nullptr;        // of its partitions, and sessions of its connections
    bool stopping = false;                    // no request begins to wait any more

    /// Why `partitions` has not got one that the image had: it moved, or its directory failed
    /// since.
    [[nodiscard]] Error why_not_here(const TopicId& topic, PartitionId number) const;
};

/// What handlers work with. Put together at start-up; what it points to belongs to shards.
struct Services {
    BrokerId node;
    Logger log;
    std::vector<std::unique_ptr<BrokerShard>> shards;
    const Definitions* definitions = nullptr;
    ConnectionQuota* quota = nullptr;     // safe on every shard
    TopicService* topics = nullptr;       // on shard 0
    ProducerIds* producer_ids = nullptr;  // on shard 0
    LogCleaner* cleaner = nullptr;        // on shard 0
    ReplicaMover* mover = nullptr;        // on shard 0

    /// The shard that owns a partition: the partitions of a topic are dealt in turn.
    [[nodiscard]] BrokerShard& owner(const TopicId& topic, PartitionId partition) const {
        const auto first = std::hash<TopicId>{}(topic);
        const auto index = (first + static_cast<std::uint32_t>(partition.get())) % shards.size();
        return *shards[index];
    }
};

}  // namespace barnabas::broker
