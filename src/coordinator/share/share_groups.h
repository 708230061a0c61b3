#pragma once

#include "base/result.h"
#include "base/time.h"
#include "coordinator/consumer/topics_view.h"
#include "coordinator/group_table.h"
#include "coordinator/outcome.h"
#include "coordinator/share/config.h"
#include "coordinator/share/heartbeat.h"
#include "coordinator/share/share_group.h"
#include "coordinator/timers.h"
#include "wire/messages/alter_share_group_offsets.h"
#include "wire/messages/delete_share_group_offsets.h"
#include "wire/messages/delete_share_group_state.h"
#include "wire/messages/initialize_share_group_state.h"
#include "wire/messages/share_group_describe.h"
#include "wire/messages/share_group_heartbeat.h"
#include "wire/persisted/share_group_records.h"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

/// The share groups of one partition of __consumer_offsets (KIP-932): membership, and which of
/// their partitions have a state (GroupMetadataManager's shareGroupHeartbeat and what belongs to
/// it). What is in these states the share coordinators know, whom the host asks.
///
/// For a heartbeat, whoever hosts it
///   1. calls heartbeat(), which changes nothing;
///   2. appends the outcome's records as one batch and gives each to apply();
///   3. if that went well and the reply has no error, calls heard() with the reply's member;
///   4. if there is a request for the share coordinators, calls asked() with it, sends it when the
///      records are committed, and gives the answer to answered(), in whose records it stands which
///      partitions have a state now: these are appended and applied as well. What failed is asked
///      for again with a later heartbeat;
///   5. sends the reply when everything that was appended is committed, and reports the events.
/// If records cannot be appended the client is told so instead, and nothing has happened.
/// A due timer of the kinds share_session and share_assignment goes to on_timer(); its records are
/// appended and applied. If they cannot be, the host sets the timer again, for a moment later.
class ShareGroups {
public:
    /// All outlive it.
    struct Ports {
        GroupTable& groups;
        Timers& timers;
        const TopicsView& topics;
        const ShareSettings& settings;
    };

    explicit ShareGroups(Ports ports) : ports_(ports) {}

    /// A member joins, subscribes, goes on or leaves.
    [[nodiscard]] ShareHeartbeatOutcome heartbeat(const wire::ShareGroupHeartbeatRequest& request,
                                                  const Client& client, Now now) const;
    /// After a heartbeat that went well. Members that are gone are passed over.
    void heard(std::string_view group, std::string_view member, Now now);
    /// Members whose time is up are fenced; an assignment that had to wait is computed.
    [[nodiscard]] Decisions on_timer(const TimerKey& timer, Now now) const;

    /// With group_id_not_found in it if there is no such share group.
    [[nodiscard]] wire::ShareGroupDescribeResponse::Group describe(std::string_view group) const;
    /// group_id_not_found.
    [[nodiscard]] Result<const ShareGroup*> find(std::string_view group) const;

    // --- share_administration.cc: what the share coordinators are asked in between ---

    void asked(const wire::InitializeShareGroupStateRequest& request, Now now);
    /// The partitions that have a state now are initialized. Changes nothing but that the answer is
    /// awaited no more. No records if there is nothing to be said.
    [[nodiscard]] Records answered(const wire::InitializeShareGroupStateRequest& request,
                                   const wire::InitializeShareGroupStateResponse& answer);

    /// AlterShareGroupOffsets. With `initialize` the reply has no error yet for the partitions that
    /// it asks for: those are in the answer.
    struct Alteration {
        wire::AlterShareGroupOffsetsResponse reply;
        Records records{};
        std::optional<wire::InitializeShareGroupStateRequest> initialize{};
    };
    [[nodiscard]] Alteration alter(const wire::AlterShareGroupOffsetsRequest& request) const;

    /// DeleteShareGroupOffsets: the records say that the topics are being deleted; when `remove`
    /// has been carried out, removed() has the records that say that they are. `topics` are those
    /// of `remove`; the reply names only the others.
    struct OffsetsRemoval {
        wire::DeleteShareGroupOffsetsResponse reply;
        Records records{};
        std::optional<wire::DeleteShareGroupStateRequest> remove{};
        std::map<Uuid, std::string> topics{};
    };
    [[nodiscard]] OffsetsRemoval remove_offsets(
        const wire::DeleteShareGroupOffsetsRequest& request) const;
    [[nodiscard]] Records removed(std::string_view group, const std::set<Uuid>& topics) const;

    /// DeleteGroups, before the group itself goes: its state has to. group_id_not_found,
    /// non_empty_group.
    struct Removal {
        Records records{};
        std::optional<wire::DeleteShareGroupStateRequest> remove{};  // nothing: it has no state
    };
    [[nodiscard]] Result<Removal> remove(std::string_view group) const;

    /// Topics that are gone: share coordinators delete their state without being asked.
    void add_forgotten(const std::set<Uuid>& topics, Records& records) const;

    // --- replay.cc: a stored record, when it is appended and on replay; nullptr: a tombstone ---

    void apply(const wire::ShareGroupMemberMetadataKey& key,
               const wire::ShareGroupMemberMetadataValue* value);
    void apply(const wire::ShareGroupMetadataKey& key, const wire::ShareGroupMetadataValue* value);
    void apply(const wire::ShareGroupTargetAssignmentMetadataKey& key,
               const wire::ShareGroupTargetAssignmentMetadataValue* value);
    void apply(const wire::ShareGroupTargetAssignmentMemberKey& key,
               const wire::ShareGroupTargetAssignmentMemberValue* value);
    void apply(const wire::ShareGroupCurrentMemberAssignmentKey& key,
               const wire::ShareGroupCurrentMemberAssignmentValue* value);
    void apply(const wire::ShareGroupStatePartitionMetadataKey& key,
               const wire::ShareGroupStatePartitionMetadataValue* value);

    /// All stored records have been applied: the members' sessions begin.
    void loaded(Now now);
    /// These topics were created, changed or deleted: groups that subscribe to them look again at
    /// the next heartbeat of a member.
    void topics_changed(std::span<const std::string> names);

private:
    /// The group of a record; nullptr if it is a tombstone of a group that is gone.
    [[nodiscard]] ShareGroup* group_of(const std::string& id, bool create);
    void begin_session(const std::string& group, const std::string& member, Now now);
    /// Also group_id_not_found if it has another type, non_empty_group.
    [[nodiscard]] Result<const ShareGroup*> find_empty(std::string_view group) const;

    Ports ports_;
};

}  // namespace barnabas::coordinator
