#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include "coordinator/classic/classic_groups.h"
#include "coordinator/consumer/classic_members.h"
#include "coordinator/consumer/consumer_groups.h"
#include "coordinator/group_table.h"
#include "coordinator/offsets/offsets.h"
#include "coordinator/outcome.h"
#include "coordinator/record_sink.h"
#include "coordinator/share/share_groups.h"
#include "coordinator/timers.h"
#include "wire/messages/list_groups.h"
#include "wire/persisted/framing.h"
#include "wire/records/record.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// What others are to be told after a command.
struct Told {
    std::vector<Answer> answers;  // to leave when everything that was appended is committed
    std::vector<GroupEvent> events;
    /// For the share coordinators, when everything that was appended is committed; each is given
    /// back to initialized() with its answer.
    std::vector<wire::InitializeShareGroupStateRequest> initialize;
};

/// A record of __consumer_offsets as it is read back. With a producer it is part of its
/// transaction.
struct StoredGroupRecord {
    Offset offset{};
    wire::NullableBytes key;
    wire::NullableBytes value;
    ProducerId producer = no_producer;
};

/// The group coordinator of one partition of __consumer_offsets: groups of all kinds and their
/// offsets, put together (Kafka's GroupCoordinatorShard). Lives with the partition, on its shard.
///
/// First replay() for each stored record and end_transaction() for each marker, in the log's order;
/// then loaded(), once; then commands and timers; unloaded() ends it.
///
/// A command decides, appends to the sink and applies within the call: the same apply as on replay.
/// Where records cannot be appended nothing has happened, except to classic groups as their header
/// says, and the reply says so. All replies, whether records were written or not, leave when
/// everything that the sink has taken so far is committed: they may tell of it.
class GroupCoordinator {
public:
    /// All outlive it.
    struct Ports {
        RecordSink& sink;
        const TopicsView& topics;
        const ClassicConfig& classic;
        const OffsetsConfig& offsets;
        const ConsumerGroupSettings& consumer;
        const ShareSettings& share;
    };
    explicit GroupCoordinator(const Ports& ports);
    GroupCoordinator(const GroupCoordinator&) = delete;
    GroupCoordinator& operator=(const GroupCoordinator&) = delete;
    ~GroupCoordinator() = default;

    // --- loading and unloading (group_replay.cc) ---

    /// corrupt_message, with the record's offset and kind, for what cannot be read: the partition
    /// is not to be served then, as in Kafka. Kinds that are not known here, of streams groups
    /// and of newer brokers, are passed over and counted.
    [[nodiscard]] Result<void> replay(const StoredGroupRecord& record);
    /// The producer's marker, on replay and live.
    void end_transaction(ProducerId producer, bool committed);
    void loaded(Now now, Told& out);
    /// Whoever waits is answered not_coordinator.
    void unloaded(Told& out);
    /// How many records of which kind replay() passed over.
    [[nodiscard]] const std::map<std::int16_t, std::size_t>& passed_over() const {
        return passed_over_;
    }
    /// "streams_group_metadata", or "kind 99, which only newer brokers know".
    [[nodiscard]] static std::string name_of_kind(std::int16_t kind);

    // --- members (group_members.cc): of either protocol, wherever the group stands ---

    /// Answered through Told, by this call or a later one, exactly once.
    void join(Ticket ticket, const wire::JoinGroupRequest& request, const Client& client, Now now,
              Told& out);
    void sync(Ticket ticket, const wire::SyncGroupRequest& request, const Client& client, Now now,
              Told& out);
    [[nodiscard]] wire::HeartbeatResponse heartbeat(const wire::HeartbeatRequest& request, Now now);
    [[nodiscard]] wire::LeaveGroupResponse leave(const wire::LeaveGroupRequest& request,
                                                 const Client& client, Now now, Told& out);
    [[nodiscard]] wire::ConsumerGroupHeartbeatResponse heartbeat(
        const wire::ConsumerGroupHeartbeatRequest& request, const Client& client, Now now,
        const TopicFilter& may_see, Told& out);
    [[nodiscard]] wire::ShareGroupHeartbeatResponse heartbeat(
        const wire::ShareGroupHeartbeatRequest& request, const Client& client, Now now, Told& out);
    /// The view of the topics says something else of these than before.
    void topics_changed(std::span<const std::string> names);

    // --- offsets ---

    [[nodiscard]] wire::OffsetCommitResponse commit(const wire::OffsetCommitRequest& request,
                                                    const Client& client, Now now);
    [[nodiscard]] wire::TxnOffsetCommitResponse commit(const wire::TxnOffsetCommitRequest& request,
                                                       const Client& client, Now now);
    [[nodiscard]] wire::OffsetFetchResponse::Group fetch(
        const wire::OffsetFetchRequest::Group& request, std::int16_t version,
        bool require_stable) const;
    [[nodiscard]] wire::OffsetDeleteResponse remove_offsets(
        const wire::OffsetDeleteRequest& request, Now now);
    /// One step of expiry, from `from` on ("": all): offsets whose time is up, and groups that have
    /// nothing left. Where to go on; nothing at the end.
    [[nodiscard]] Result<std::optional<std::string>> expire(std::string_view from, Now now,
                                                            Told& out);
    /// One step of deleting the offsets of topics that are gone, and what share groups know of
    /// them; whether there may be more.
    [[nodiscard]] Result<bool> remove_topics(std::span<const DeletedTopic> topics, Now now);

    // --- share groups' state (group_shares.cc): in two steps each, between which the host asks the
    // share coordinators ---

    /// What came of one of Told::initialize, or of Alteration::initialize.
    [[nodiscard]] Result<void> initialized(const wire::InitializeShareGroupStateRequest& request,
                                           const wire::InitializeShareGroupStateResponse& answer,
                                           Now now);
    /// AlterShareGroupOffsets. The records are appended.
    [[nodiscard]] ShareGroups::Alteration alter_share_offsets(
        const wire::AlterShareGroupOffsetsRequest& request, Now now);
    /// DeleteShareGroupOffsets. The records are appended.
    [[nodiscard]] ShareGroups::OffsetsRemoval remove_share_offsets(
        const wire::DeleteShareGroupOffsetsRequest& request, Now now);
    [[nodiscard]] Result<void> share_offsets_removed(std::string_view group,
                                                     const std::set<Uuid>& topics, Now now);
    /// What has to be deleted before remove() of a share group; nothing for other groups.
    [[nodiscard]] Result<std::optional<wire::DeleteShareGroupStateRequest>> begin_removal(
        std::string_view group, Now now);
    [[nodiscard]] wire::ShareGroupDescribeResponse::Group describe_share(
        std::string_view group) const {
        return share_.describe(group);
    }
    /// What the share group has a state of. group_id_not_found.
    [[nodiscard]] Result<SharePartitions> share_partitions(std::string_view group) const;

    // --- administration ---

    /// The group and its offsets, those of open transactions too, as Kafka does. In several batches
    /// where there are many: an error may leave the group with some of its offsets.
    [[nodiscard]] Result<void> remove(std::string_view group, Now now, Told& out);
    [[nodiscard]] ClassicDescription describe(std::string_view group, std::int16_t version) const {
        return classic_.describe(group, version);
    }
    [[nodiscard]] wire::ConsumerGroupDescribeResponse::Group describe_consumer(
        std::string_view group) const {
        return consumer_.describe(group);
    }
    /// Adds those that the filters let through: states and types in any case, an unknown one lets
    /// nothing through.
    void list(const wire::ListGroupsRequest& request, wire::ListGroupsResponse& to) const;

    // --- what becomes due ---

    /// `never` when nothing does.
    [[nodiscard]] Time next_due() const { return timers_.next(); }
    /// Does the first thing that is due; false if nothing is. What could not be stored is due again
    /// after retry_interval.
    bool run_due(Now now, Told& out);
    static constexpr Duration retry_interval = 1s;

    [[nodiscard]] const GroupTable& groups() const { return groups_; }
    [[nodiscard]] const Offsets& offsets() const { return offsets_; }

private:
    /// Appends and applies; without records nothing happens.
    [[nodiscard]] Result<void> store(const Records& records, Now now,
                                     const std::optional<ProducerIdentity>& transaction = {});
    /// The same for records that may make the group one of the other protocol: whoever waits in it
    /// is told, and goes on there.
    [[nodiscard]] Result<void> store_of_group(const std::string& group, const Records& records,
                                              Now now, Told& out);
    void apply_all(const Records& records, Offset first, ProducerId producer);
    /// As one batch if the sink takes it, else in several: of each record it must not matter
    /// whether the next one is there.
    [[nodiscard]] Result<void> store_in_parts(Records records, Now now);
    /// All that ClassicGroups asks for, in as many rounds as it takes.
    void carry_out(Decisions decisions, Now now, Told& out);
    void join_as_classic(Ticket ticket, const wire::JoinGroupRequest& request, const Client& client,
                         Now now, Told& out);
    void run_classic(const TimerKey& timer, Now now, Told& out);
    void run_consumer(const TimerKey& timer, Now now, Told& out);
    void run_share(const TimerKey& timer, Now now, Told& out);

    // group_replay.cc
    template <class Key, class Value>
    [[nodiscard]] Result<void> read(const StoredGroupRecord& record, const wire::StoredRecord& key);
    [[nodiscard]] Result<void> replay_share(const StoredGroupRecord& record,
                                            const wire::StoredRecord& key);
    template <class Key, class Value>
    void apply(const Key& key, const Value* value, const StoredGroupRecord& record);

    Ports ports_;
    GroupTable groups_;
    Timers timers_;
    ClassicGroups classic_;
    ConsumerGroups consumer_;
    ClassicMembers classic_members_;  // of consumer groups
    ShareGroups share_;
    Offsets offsets_;
    std::map<std::int16_t, std::size_t> passed_over_;
};

}  // namespace barnabas::coordinator
