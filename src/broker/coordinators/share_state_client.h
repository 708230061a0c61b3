#pragma once

#include "base/time.h"
#include "broker/services.h"
#include "wire/messages/delete_share_group_state.h"
#include "wire/messages/initialize_share_group_state.h"
#include "wire/messages/read_share_group_state.h"
#include "wire/messages/read_share_group_state_summary.h"
#include "wire/messages/write_share_group_state.h"

#include <boost/asio/awaitable.hpp>

namespace barnabas::broker {

/// Asks the share coordinators for the state of share partitions, or has them keep it: what Kafka
/// calls the persister (DefaultStatePersister, PersisterStateManager). One per shard, in its
/// BrokerShard; called and answered on that shard.
///
/// A request may name any partitions. Each belongs to the share coordinator of
/// coordinator_partition_for("group:topicId:partition"). __share_group_state is made if it is not
/// there, each coordinator's part is carried out on the shard that leads it, and the answers are
/// put together: one topic for each of the request, one partition for each of it, in its order.
/// There are no errors beside those of partitions: Kafka's code and a sentence.
///
/// A coordinator that is still loading, or between two leaders, is asked again until `patience` is
/// over; then its code is the answer (coordinator_load_in_progress, not_coordinator,
/// coordinator_not_available). All else is answered at once. A partition that another broker leads
/// is not_coordinator: brokers do not talk to one another yet.
class ShareStateClient {
public:
    /// Kafka's persister asks five times with a pause that grows to 1 s.
    static constexpr Duration patience = 5s;

    ShareStateClient(Services& services, BrokerShard& home) : services_(services), home_(home) {}
    ShareStateClient(const ShareStateClient&) = delete;
    ShareStateClient& operator=(const ShareStateClient&) = delete;
    ~ShareStateClient() = default;

    awaitable<wire::InitializeShareGroupStateResponse> initialize(
        wire::InitializeShareGroupStateRequest request);
    /// A leader epoch that is higher than the known one is written: earlier leaders are fenced.
    awaitable<wire::ReadShareGroupStateResponse> read(wire::ReadShareGroupStateRequest request);
    awaitable<wire::ReadShareGroupStateSummaryResponse> read_summary(
        wire::ReadShareGroupStateSummaryRequest request);
    awaitable<wire::WriteShareGroupStateResponse> write(wire::WriteShareGroupStateRequest request);
    /// Of partitions that have no state too: there is nothing to do then.
    awaitable<wire::DeleteShareGroupStateResponse> remove(
        wire::DeleteShareGroupStateRequest request);

private:
    Services& services_;
    BrokerShard& home_;
};

}  // namespace barnabas::broker
