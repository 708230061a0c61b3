#pragma once

#include "broker/services.h"
#include "broker/share/led_share_partition.h"
#include "broker/share/share_counters.h"
#include "broker/share/share_sessions.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace barnabas::broker {

/// The share partitions that one shard owns, and the share sessions of its connections
/// (kafka.server.share.SharePartitionManager). Lives on its shard, in its BrokerShard.
///
/// A share partition is there from its first fetch on, until its group has no session left on this
/// broker, or it is over. So what is done to a group without members (its offsets are altered) is
/// read back with the next fetch.
class SharePartitions {
public:
    /// `sessions`: of all shards.
    SharePartitions(Services& services, BrokerShard& shard,
                    std::shared_ptr<ShareSessionRegister> sessions);
    SharePartitions(const SharePartitions&) = delete;
    SharePartitions& operator=(const SharePartitions&) = delete;
    ~SharePartitions();

    /// It may be loading still. Reads it back if it is not there; an error if this broker does not
    /// lead the partition.
    [[nodiscard]] Result<std::shared_ptr<LedSharePartition>> get(const SharePartitionKey& key);
    /// nullptr if it is not there.
    [[nodiscard]] std::shared_ptr<LedSharePartition> find(const SharePartitionKey& key);

    /// The shard's image is a new one: gives up what this broker leads no more.
    void follow_image();

    [[nodiscard]] ShareSessions& sessions() { return sessions_; }
    /// Every shard is told of each session, so that it knows when a group has none left.
    awaitable<void> tell_began(std::string group);
    /// Gives back what the session's member holds, and tells that it has ended. Returns when that
    /// is written down.
    awaitable<void> release(ShareSessions::Ended session);
    /// Sessions end with their connection.
    void end_connection(const void* connection);

    [[nodiscard]] std::size_t size() const { return partitions_.size(); }
    [[nodiscard]] const auto& all() const { return partitions_; }
    [[nodiscard]] ShareCounters& counters() { return counters_; }

    /// Gives up everything, for good: whoever waits is answered. join() returns when nothing runs
    /// any more.
    void give_up();
    awaitable<void> join() { return tasks_.join(); }

private:
    awaitable<void> release_on(BrokerShard& owner, const ShareSessions::Ended& session);
    awaitable<void> tell(std::string group, std::ptrdiff_t more);
    void count_sessions(const std::string& group, std::ptrdiff_t more);
    void drop_group(std::string_view group);

    Services& services_;
    BrokerShard& shard_;
    ShareSessions sessions_;
    ShareCounters counters_;
    std::map<SharePartitionKey, std::shared_ptr<LedSharePartition>> partitions_;
    std::map<std::string, std::ptrdiff_t> sessions_of_groups_;  // on the whole broker
    runtime::TaskGroup tasks_;
    bool stopping_ = false;
};

}  // namespace barnabas::broker
