#pragma once

#include "broker/group_metrics.h"
#include "broker/report_room.h"
#include "broker/services.h"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// Finds out for /metrics what groups do and how far they are behind. Lives on shard 0.
///
/// For the age of what is not consumed the head of one batch is read per partition that lags, and
/// remembered as long as the group stays there. What is not in memory is brought in for the next
/// report: it has no age until then.
class GroupReport {
public:
    explicit GroupReport(Services& services) : services_(services) {}

    awaitable<GroupFacts> gather(GroupReportLimits limits = {});

private:
    using Place = std::tuple<TopicId, PartitionId, Offset>;
    /// One offset whose partition may be here, and what the partition's shard says of it.
    struct Question;

    awaitable<void> measure(GroupFacts& facts, const ClusterImage& image);
    void answer(BrokerShard& shard, Question& question) const;

    Services& services_;
    std::map<Place, Timestamp> known_;  // when the batch at that place was written
};

}  // namespace barnabas::broker
