#pragma once

#include "broker/coordinators/coordinator_partition.h"
#include "coordinator/outcome.h"
#include "wire/messages/alter_share_group_offsets.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/delete_share_group_offsets.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/initialize_share_group_state.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/share_group_describe.h"
#include "wire/messages/share_group_heartbeat.h"
#include "wire/messages/sync_group.h"
#include "wire/messages/txn_offset_commit.h"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace barnabas::coordinator {
class GroupCoordinator;
struct SharePartitions;
}  // namespace barnabas::coordinator

namespace barnabas::broker {

struct GroupCounters;

/// A reply and the bytes that its views look into.
template <class Reply>
struct Held {
    Reply reply;
    coordinator::HeldBytes held;
};

/// The group coordinator of one partition of __consumer_offsets. Every request is answered, with an
/// error of Kafka's where it cannot be carried out; what requests refer to lives until then. The
/// handlers have looked up topics before.
class GroupPartition final : public CoordinatorPartition {
public:
    GroupPartition(Services& services, StatePartition::Where where);
    ~GroupPartition() override;

    awaitable<Held<wire::JoinGroupResponse>> join(const wire::JoinGroupRequest& request,
                                                  coordinator::Client client);
    awaitable<Held<wire::SyncGroupResponse>> sync(const wire::SyncGroupRequest& request,
                                                  coordinator::Client client);
    awaitable<wire::HeartbeatResponse> heartbeat(const wire::HeartbeatRequest& request);
    awaitable<wire::LeaveGroupResponse> leave(const wire::LeaveGroupRequest& request,
                                              coordinator::Client client);
    awaitable<wire::ConsumerGroupHeartbeatResponse> heartbeat(
        const wire::ConsumerGroupHeartbeatRequest& request, coordinator::Client client);

    awaitable<wire::OffsetCommitResponse> commit(const wire::OffsetCommitRequest& request,
                                                 coordinator::Client client);
    awaitable<wire::TxnOffsetCommitResponse> commit(const wire::TxnOffsetCommitRequest& request,
                                                    coordinator::Client client);
    /// The error is the group's.
    awaitable<wire::OffsetFetchResponse::Group> fetch(const wire::OffsetFetchRequest::Group& asked,
                                                      std::int16_t version, bool require_stable);
    awaitable<wire::OffsetDeleteResponse> remove_offsets(const wire::OffsetDeleteRequest& request);
    /// DeleteGroups, one group; the state of a share group goes first.
    awaitable<Result<void>> remove(std::string group);
    /// Offsets of topics that are gone go too.
    awaitable<void> forget_topics(std::vector<std::pair<std::string, Uuid>> topics);

    awaitable<Held<wire::DescribeGroupsResponse::Group>> describe(std::string group,
                                                                  std::int16_t version);
    awaitable<wire::ConsumerGroupDescribeResponse::Group> describe_consumer(std::string group);

    // group_shares.cc: share groups. What share coordinators are asked goes by way of the shard's
    // ShareStateClient.
    awaitable<wire::ShareGroupHeartbeatResponse> heartbeat(
        const wire::ShareGroupHeartbeatRequest& request, coordinator::Client client);
    awaitable<wire::ShareGroupDescribeResponse::Group> describe_share(std::string group);
    awaitable<wire::AlterShareGroupOffsetsResponse> alter_share_offsets(
        const wire::AlterShareGroupOffsetsRequest& request);
    awaitable<wire::DeleteShareGroupOffsetsResponse> remove_share_offsets(
        const wire::DeleteShareGroupOffsetsRequest& request);
    /// What the share group has a state of. group_id_not_found.
    awaitable<Result<coordinator::SharePartitions>> share_partitions(std::string group);

    /// Adds its groups that the request asks for. It is active.
    void list(const wire::ListGroupsRequest& request, wire::ListGroupsResponse& to) const;

    /// The producer's marker is in the partition's log: what was pending is committed, or dropped.
    void end_transaction(ProducerId producer, bool committed);
    /// The shard's image is a new one: members look at its topics, and offsets of those that are
    /// gone go too.
    void follow_image();

    /// For the metrics.
    [[nodiscard]] const coordinator::GroupCoordinator& coordinator() const;
    [[nodiscard]] const GroupCounters& counters() const;

private:
    struct State;

    /// Begins to have it carried out by the share coordinators; nobody waits for it.
    void initialize_share(wire::InitializeShareGroupStateRequest request);
    awaitable<void> run_initialize_share(std::shared_ptr<CoordinatorPartition> self,
                                         wire::InitializeShareGroupStateRequest request);
    awaitable<Result<void>> remove_share_state(std::string group);

    Result<void> replay(const StateBatch& batch) override;
    void on_loaded(Now now) override;
    void on_given_up() override;
    [[nodiscard]] Time next_wake() const override;
    awaitable<void> wake(Now now) override;

    std::unique_ptr<State> groups_;
};

}  // namespace barnabas::broker
