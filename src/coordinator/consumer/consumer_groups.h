#pragma once

#include "base/time.h"
#include "coordinator/consumer/config.h"
#include "coordinator/consumer/consumer_group.h"
#include "coordinator/consumer/topics_view.h"
#include "coordinator/group_table.h"
#include "coordinator/outcome.h"
#include "coordinator/timers.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/persisted/consumer_group_assignment_records.h"
#include "wire/persisted/consumer_group_records.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

/// Whether the sender of a heartbeat may know of a topic; empty: of all.
using TopicFilter = std::function<bool(std::string_view)>;

/// The consumer groups of one partition of __consumer_offsets: the consumer protocol of KIP-848
/// (GroupMetadataManager's consumerGroupHeartbeat and what belongs to it).
///
/// For a heartbeat, whoever hosts it
///   1. calls heartbeat(), which changes nothing;
///   2. appends the outcome's records as one batch and gives each to apply();
///   3. if that went well and the reply has no error, calls heard() with the reply's member: the
///      member's timers begin anew (without records too);
///   4. sends the reply when everything that was appended is committed, and reports the events.
/// If records cannot be appended the client is told so instead, and nothing has happened.
/// A due timer of the kinds consumer_session, consumer_rebalance, consumer_assignment,
/// consumer_sync and consumer_join goes to on_timer(); its records are appended and applied. If
/// they cannot be, the host sets the timer again, for a moment later: it was taken out of Timers.
///
/// Conversions (conversion.h), where Ports::converts says that the host does this with all records
/// of a command or timer, also those of ClassicMembers:
///   - If the group is a classic one when they have been appended, ClassicGroups::release() is
///     called for it with rebalance_in_progress before they are applied: it has become a consumer
///     group.
///   - If it was a consumer group before they were applied and is a classic one then, it is taken
///     out of the table and given to ClassicGroups::adopt().
class ConsumerGroups {
public:
    /// All outlive it.
    struct Ports {
        GroupTable& groups;
        Timers& timers;
        const TopicsView& topics;
        const ConsumerGroupSettings& settings;
        /// The host carries conversions out.
        bool converts = false;
    };

    explicit ConsumerGroups(Ports ports) : ports_(ports) {}

    /// A member joins, subscribes, says what it owns, or leaves. `may_see` limits which topics its
    /// regular expression can bring it.
    [[nodiscard]] Outcome<wire::ConsumerGroupHeartbeatResponse> heartbeat(
        const wire::ConsumerGroupHeartbeatRequest& request, const Client& client, Now now,
        const TopicFilter& may_see = {}) const;
    /// After a heartbeat that went well. Members that are gone are passed over.
    void heard(std::string_view group, std::string_view member, Now now);
    /// Members whose time is up are fenced; an assignment that had to wait is computed.
    [[nodiscard]] Decisions on_timer(const TimerKey& timer, Now now) const;

    /// With group_id_not_found in it if there is no such consumer group.
    [[nodiscard]] wire::ConsumerGroupDescribeResponse::Group describe(std::string_view group) const;

    // A stored record, when it is appended and on replay; nullptr: a tombstone.
    void apply(const wire::ConsumerGroupMetadataKey& key,
               const wire::ConsumerGroupMetadataValue* value);
    void apply(const wire::ConsumerGroupPartitionMetadataKey& key,
               const wire::ConsumerGroupPartitionMetadataValue* value);  // of old, says nothing now
    void apply(const wire::ConsumerGroupMemberMetadataKey& key,
               const wire::ConsumerGroupMemberMetadataValue* value);
    void apply(const wire::ConsumerGroupRegularExpressionKey& key,
               const wire::ConsumerGroupRegularExpressionValue* value);
    void apply(const wire::ConsumerGroupTargetAssignmentMetadataKey& key,
               const wire::ConsumerGroupTargetAssignmentMetadataValue* value);
    void apply(const wire::ConsumerGroupTargetAssignmentMemberKey& key,
               const wire::ConsumerGroupTargetAssignmentMemberValue* value);
    void apply(const wire::ConsumerGroupCurrentMemberAssignmentKey& key,
               const wire::ConsumerGroupCurrentMemberAssignmentValue* value);

    /// All stored records have been applied: the members' sessions begin.
    void loaded(Now now);
    /// These topics were created, changed or deleted: groups that may subscribe to them look again
    /// at the next heartbeat of a member.
    void topics_changed(std::span<const std::string> names);

private:
    /// The group of a record; nullptr if it is a tombstone of a group that is gone.
    [[nodiscard]] ConsumerGroup* group_of(const std::string& id, bool create);
    void begin_timers(ConsumerGroup& group, const ConsumerMember& member, Now now);
    void begin_all_timers(ConsumerGroup& group, Now now);
    void cancel_timers(const std::string& group, const std::string& member);

    Ports ports_;
};

}  // namespace barnabas::coordinator
