#pragma once

#include "base/time.h"
#include "coordinator/classic/config.h"
#include "coordinator/consumer/config.h"
#include "coordinator/consumer/consumer_groups.h"
#include "coordinator/consumer/topics_view.h"
#include "coordinator/group_table.h"
#include "coordinator/outcome.h"
#include "coordinator/timers.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/sync_group.h"

#include <string_view>

namespace barnabas::coordinator {

/// Members of the classic protocol in consumer groups: JoinGroup to LeaveGroup while a group
/// migrates (GroupMetadataManager.classicGroupJoinToConsumerGroup and the like). To the member it
/// looks like a classic group that it does not lead: a join is answered at once with its epoch as
/// the generation, a sync brings what the coordinator assigned, and heartbeats ask it to join again
/// (rebalance_in_progress) whenever there is a next step for it to take.
///
/// Whoever hosts it sends here what names a group that takes() says is one; everything else goes to
/// ClassicGroups. Nobody waits here: each request is answered by the call, and the reply leaves
/// when everything that was appended is committed.
/// Its timers, consumer_join and consumer_sync, go to ConsumerGroups::on_timer().
class ClassicMembers {
public:
    /// All outlive it. Those of the ConsumerGroups, and these.
    struct Ports {
        GroupTable& groups;
        Timers& timers;
        const TopicsView& topics;
        const ConsumerGroupSettings& settings;
        const ClassicConfig& classic;
        ConsumerGroups& consumer;
    };

    explicit ClassicMembers(const Ports& ports) : ports_(ports) {}

    /// Whether this is a consumer group with members: an empty one becomes a classic group when
    /// somebody joins, which is ClassicGroups' affair.
    [[nodiscard]] bool takes(std::string_view group) const;

    struct Joined {
        Outcome<wire::JoinGroupResponse> outcome;
        /// The member takes the place of the last one of the consumer protocol: the records make
        /// the group a classic one. When they are applied the request goes to
        /// ClassicGroups::join(), and there is no reply here. joined() is not called.
        bool goes_on_in_classic = false;
    };
    /// INVARIANT: takes() the group. Changes nothing. As with ConsumerGroups::heartbeat(), records
    /// are appended and applied; if that went well and the reply has no error, joined() is called.
    [[nodiscard]] Joined join(const wire::JoinGroupRequest& request, const Client& client,
                              Now now) const;
    /// The member's session begins anew, and it has its rebalance timeout to sync.
    void joined(std::string_view group, std::string_view member, Now now);

    struct Synced {
        wire::SyncGroupResponse reply;
        HeldBytes held;
    };
    /// INVARIANT for these three: takes() the group.
    [[nodiscard]] Synced sync(const wire::SyncGroupRequest& request, Now now);
    [[nodiscard]] wire::HeartbeatResponse heartbeat(const wire::HeartbeatRequest& request, Now now);
    /// Changes nothing. The reply is as the request's version has it.
    [[nodiscard]] Outcome<wire::LeaveGroupResponse> leave(const wire::LeaveGroupRequest& request,
                                                          const Client& client) const;

private:
    [[nodiscard]] const ConsumerGroup& group_of(std::string_view id) const;
    [[nodiscard]] Result<void> check_join(const ConsumerGroup& group,
                                          const wire::JoinGroupRequest& request) const;
    [[nodiscard]] Result<Outcome<wire::JoinGroupResponse>> join_group(
        const ConsumerGroup& group, const wire::JoinGroupRequest& request, const Client& client,
        Now now) const;
    [[nodiscard]] Result<Synced> sync_member(const wire::SyncGroupRequest& request, Now now);
    [[nodiscard]] Result<void> hear(const wire::HeartbeatRequest& request, Now now);
    void begin_session(const ConsumerGroup& group, const ConsumerMember& member, Now now);
    void await_join(const ConsumerGroup& group, const ConsumerMember& member, Now now);

    Ports ports_;
};

}  // namespace barnabas::coordinator
