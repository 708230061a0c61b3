#pragma once

#include "base/result.h"
#include "base/time.h"
#include "coordinator/classic/classic_group.h"
#include "coordinator/classic/config.h"
#include "coordinator/classic/pending_append.h"
#include "coordinator/group_table.h"
#include "coordinator/outcome.h"
#include "coordinator/timers.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/sync_group.h"
#include "wire/persisted/offset_records.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

/// A group as DescribeGroups has it, and what the views in it point to.
struct ClassicDescription {
    wire::DescribeGroupsResponse::Group group;
    HeldBytes held;
};

/// The classic groups of one partition of __consumer_offsets: JoinGroup to LeaveGroup, as Kafka's
/// GroupMetadataManager has them. Lives with the partition's GroupTable and Timers, on its shard.
///
/// Commands work on a group at once and put into `out` what is to be done (see Decisions). All
/// records that they give name a group in Decisions::appended: they are not applied, appended() is
/// called, once for each such Decisions and in their order. apply() is for replay, and for the
/// tombstones of groups that are deleted.
/// Every ticket is answered exactly once: at once, later, or by unloaded().
///
/// Groups of other types are answered as Kafka does: nobody is a member of them here. Only an empty
/// group of the consumer protocol gives way to a member that joins.
class ClassicGroups {
public:
    /// All outlive it.
    struct Ports {
        GroupTable& groups;
        Timers& timers;
        const ClassicConfig& config;
    };
    explicit ClassicGroups(Ports ports) : ports_(ports) {}

    void join(Ticket ticket, const wire::JoinGroupRequest& request, const Client& client, Now now,
              Decisions& out);
    void sync(Ticket ticket, const wire::SyncGroupRequest& request, const Client& client, Now now,
              Decisions& out);
    [[nodiscard]] wire::HeartbeatResponse heartbeat(const wire::HeartbeatRequest& request, Now now);
    /// The reply is as the request's version has it.
    [[nodiscard]] wire::LeaveGroupResponse leave(const wire::LeaveGroupRequest& request,
                                                 const Client& client, Now now, Decisions& out);
    /// "Dead" if there is no such classic group; since version 6 of the request also an error.
    [[nodiscard]] ClassicDescription describe(std::string_view group, std::int16_t version) const;

    /// A commit of offsets that was accepted counts as a heartbeat.
    void touch(std::string_view group, std::string_view member, Now now);
    /// What became of the records that a command gave.
    void appended(const std::string& group, const Result<void>& result, Now now, Decisions& out);
    /// For the kinds classic_join, classic_sync, classic_session and classic_new_member.
    void on_timer(const TimerKey& key, Now now, Decisions& out);

    /// A stored record; nullptr: a tombstone. INVARIANT: nobody waits in the group.
    void apply(const wire::GroupMetadataKey& key, const wire::GroupMetadataValue* value);
    /// All stored records have been applied: the members' sessions begin.
    void loaded(Now now, Decisions& out);
    /// Leadership is gone: everybody who waits is answered not_coordinator. Nothing else is called
    /// afterwards but appended(), which then does nothing.
    void unloaded(Decisions& out);

    /// For offsets that are committed without members. INVARIANT: there is no group of that id.
    ClassicGroup& make_simple(std::string id);
    /// Another kind of group is a classic one from now on, in its place; its members have to join
    /// again. The records that say so are the caller's.
    ClassicGroup& adopt(std::unique_ptr<ClassicGroup> group, std::string_view why, Now now,
                        Decisions& out);
    /// The group is about to become one of another kind: everybody who waits in it is told
    /// `error`, and its timers go.
    void release(ClassicGroup& group, ErrorCode error, Decisions& out);

private:
    struct Joining;  // a JoinGroup under way

    // join.cc
    [[nodiscard]] ErrorCode check_join(const Joining& call) const;
    void join_group(const Joining& call, ClassicGroup& group);
    void join_new_group(const Joining& call);
    void join_as_new(const Joining& call, ClassicGroup& group);
    void join_as_known(const Joining& call, ClassicGroup& group);
    void rejoin(const Joining& call, ClassicGroup& group, ClassicGroupMember& member);
    void give_id(const Joining& call, ClassicGroup& group, std::string id);
    void add_member(const Joining& call, ClassicGroup& group, std::string id);
    void wait_for_join(const Joining& call, ClassicGroup& group, ClassicGroupMember& member);
    [[nodiscard]] bool has_room_for(const ClassicGroup& group,
                                    const wire::JoinGroupRequest& request) const;
    void turn_away(const Joining& call, ClassicGroup& group);

    // static_join.cc
    void replace_static(const Joining& call, ClassicGroup& group, std::string old_id,
                        std::string new_id);
    void replacement_appended(ClassicGroup& group, ClassicReplacement& replacement,
                              const Result<void>& result, Now now, Decisions& out);

    // sync.cc
    void take_assignment(const wire::SyncGroupRequest& request, ClassicGroup& group,
                         Decisions& out);
    void assignment_appended(ClassicGroup& group, ClassicAssignment& assignment,
                             const Result<void>& result, Now now, Decisions& out);

    // leave.cc
    [[nodiscard]] ErrorCode leave_one(const wire::LeaveGroupRequest::Member& leaving,
                                      ClassicGroup& group, Decisions& out);

    // rebalance.cc
    struct Reason {
        RebalanceCause cause;
        std::string_view why;
    };
    void rebalance_or_complete(ClassicGroup& group, Reason reason, Now now, Decisions& out);
    void prepare_rebalance(ClassicGroup& group, Reason reason, Now now, Decisions& out);
    void complete_if_all_joined(ClassicGroup& group, Now now, Decisions& out);
    void complete_join(ClassicGroup& group, Now now, Decisions& out);
    void answer_generation(ClassicGroup& group, Now now, Decisions& out);
    void become_empty(ClassicGroup& group, Decisions& out);
    void end_waiting(ClassicGroup& group, ClassicGroupMember& member, ErrorCode error,
                     Decisions& out);
    /// It is gone, its timer too; what it waited for is answered with `error`.
    void drop_member(ClassicGroup& group, const std::string& member, ErrorCode error,
                     Decisions& out);

    // expiry.cc
    void session_over(ClassicGroup& group, const std::string& member, Now now, Decisions& out);
    void pending_over(ClassicGroup& group, const std::string& member, Now now, Decisions& out);
    void join_phase_over(ClassicGroup& group, Now now, Decisions& out);
    void sync_phase_over(ClassicGroup& group, Now now, Decisions& out);
    void begin_session(const ClassicGroup& group, const ClassicGroupMember& member, Now now);

    // lifecycle.cc
    /// Appends a record of the group, and `append` says what for.
    void store(ClassicGroup& group, Record record, ClassicAppend append, Decisions& out);
    void creation_appended(const std::string& id, ClassicCreation& creation,
                           const Result<void>& result, Decisions& out);
    void end_all_waiting(ClassicGroup& group, ErrorCode error, Decisions& out);

    Ports ports_;
    /// What the records that are being appended were for, by group, oldest first.
    std::map<std::string, std::deque<ClassicAppend>, std::less<>> appends_;
};

}  // namespace barnabas::coordinator
