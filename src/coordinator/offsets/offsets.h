#pragma once

#include "base/time.h"
#include "base/types.h"
#include "coordinator/group_table.h"
#include "coordinator/offsets/config.h"
#include "coordinator/offsets/offset_table.h"
#include "coordinator/offsets/pending_offsets.h"
#include "coordinator/outcome.h"
#include "coordinator/record.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/txn_offset_commit.h"
#include "wire/persisted/offset_records.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

struct DeletedTopic {
    std::string name;
    Uuid id;
};

/// What one step of expiry came to.
struct ExpiredOffsets {
    Records records;
    /// Groups that have neither members nor offsets, once the records are applied: what removes
    /// them (Group::add_tombstones) belongs into the same batch.
    std::vector<std::string> drained;
    /// Where to go on when all that is applied; nothing: every group has been looked at.
    std::optional<std::string> next;
};

/// What removes an offset from the topic.
[[nodiscard]] Record offset_tombstone(const OffsetPlace& at);

/// The committed offsets of the groups of one partition of __consumer_offsets, as Kafka's
/// OffsetMetadataManager keeps them. Lives with the partition's GroupTable, on its shard.
///
/// Commands decide and change nothing; apply() and end_transaction() are the only changes, live and
/// on replay alike. All replies tell of what was applied, so they leave when that is committed.
///
/// The composition:
/// - makes a simple classic group (ClassicGroups::make_simple) when it applies a commit with a
/// value
///   and the table has no group of that id: a commit by nobody's member (generation < 0) is allowed
///   without a group. Every group that has offsets is in the table; those whose group is missing
///   neither expire nor count as drained.
/// - tells ClassicGroups::touch() of an OffsetCommit that named a member and was not refused.
/// The handlers:
/// - resolve topic ids to names before, refuse unknown topics and partitions, and put the topic's
///   id into OffsetCommit and OffsetFetch requests of all versions, as Kafka's do: an offset of a
///   topic that was deleted and created again is then not given out.
/// - shape the OffsetFetch response of versions below 8 from the one group's.
class Offsets {
public:
    /// Both outlive it.
    struct Ports {
        const GroupTable& groups;
        const OffsetsConfig& config;
    };
    explicit Offsets(Ports ports) : ports_(ports) {}

    /// Refused as a whole with Group::check_commit's error, or that of the first partition that
    /// Group::check_commit_of refuses; without a group, and a generation >= 0: group_id_not_found
    /// since version 9, illegal_generation before. A partition on its own is refused with
    /// offset_metadata_too_large.
    [[nodiscard]] Outcome<wire::OffsetCommitResponse> commit(
        const wire::OffsetCommitRequest& request, const Client& client, Now now) const;
    /// The same, but it is version 6 that knows group_id_not_found and stale_member_epoch; before,
    /// both are illegal_generation. invalid_group_id if the id is empty, which OffsetCommit allows.
    /// The records have to be appended in a batch of the transaction.
    [[nodiscard]] Outcome<wire::TxnOffsetCommitResponse> commit(
        const wire::TxnOffsetCommitRequest& request, const Client& client, Now now) const;

    /// One group of an OffsetFetch request. The error is the group's if Group::check_fetch refuses.
    /// A group that is not there has no offsets, which is no error: -1 for each partition.
    /// Without topics all that the group has; then each topic comes with the id that was committed
    /// with it, so that the handler can leave out what belonged to an earlier topic of the name
    /// (zero: unknown). Else one with another id than the request's counts as none.
    /// With `require_stable`: unstable_offset_commit where a transaction has one pending.
    [[nodiscard]] wire::OffsetFetchResponse::Group fetch(
        const wire::OffsetFetchRequest::Group& request, std::int16_t version,
        bool require_stable) const;

    /// A partition is refused with group_subscribed_to_topic where somebody reads the topic; all
    /// are with invalid_group_id, group_id_not_found, and non_empty_group for a classic group whose
    /// members speak another protocol than consumers.
    [[nodiscard]] Outcome<wire::OffsetDeleteResponse> remove(
        const wire::OffsetDeleteRequest& request) const;
    /// For DeleteGroups: what removes all offsets of the group, pending ones too.
    void add_tombstones(std::string_view group, Records& to) const;

    /// One step of expiry: looks at groups from `from` on, in the order of their ids ("": all).
    /// Call it again with `next` when what it said is applied. An offset expires `retention` after
    /// its commit, and also after Group::offset_expiry()'s moment if there is one; with an expiry
    /// of its own, then; never while somebody reads its topic or a transaction has one pending for
    /// its partition. Share groups stay when they are drained, as in Kafka.
    [[nodiscard]] ExpiredOffsets expire(std::string_view from, Now now) const;
    static constexpr std::size_t expired_records_max = 1'000;  // of a step
    static constexpr std::size_t expiry_visits_max = 20'000;   // offsets; a group is never split

    /// At most `records_max` of the tombstones for offsets of topics that were deleted: those that
    /// were committed with the topic's id, or without any. Call it again when they are applied,
    /// until there are none.
    [[nodiscard]] Records remove_topics(std::span<const DeletedTopic> topics,
                                        std::size_t records_max = expired_records_max) const;

    /// A stored record, which lies at `record` in the partition; nullptr: a tombstone. With a
    /// producer it is pending until the producer's marker comes.
    void apply(const wire::OffsetCommitKey& key, const wire::OffsetCommitValue* value,
               ProducerId producer, Offset record);
    /// What the oldest versions of Kafka wrote; read as the newer one.
    void apply(const wire::LegacyOffsetCommitKey& key, const wire::LegacyOffsetCommitValue* value,
               ProducerId producer, Offset record);
    /// A transaction marker came by. What was committed takes effect where no later record has:
    /// after compaction the topic does not say any more in which order they were. Without pending
    /// offsets nothing happens.
    void end_transaction(ProducerId producer, bool committed);

    /// Nothing if there is none, or only a pending one.
    [[nodiscard]] std::optional<CommittedOffset> find(const OffsetPlace& at) const {
        return committed_.find(at);
    }
    /// Committed or pending.
    [[nodiscard]] bool has_offsets(std::string_view group) const;
    [[nodiscard]] bool has_pending(std::string_view group) const {
        return pending_.contains(group);
    }
    [[nodiscard]] bool has_pending(const OffsetPlace& at) const { return pending_.contains(at); }
    /// Committed ones, in all groups.
    [[nodiscard]] std::size_t size() const { return committed_.size(); }
    /// visit(const OffsetPlace&, const CommittedOffset&) for each committed one, for lag metrics.
    void for_each(const auto& visit) const { committed_.for_each(visit); }
    /// The groups that have committed offsets, in the order of their ids.
    [[nodiscard]] const OffsetTable::Groups& groups() const { return committed_.groups(); }

private:
    // expiry.cc
    /// Whether all that has expired is in `out`: there may be no more room.
    [[nodiscard]] bool expire_group(const Group& group, Timestamp now, ExpiredOffsets& out) const;
    // fetch.cc
    [[nodiscard]] wire::OffsetFetchResponse::Group fetch_all(std::string_view group,
                                                             bool require_stable) const;

    Ports ports_;
    OffsetTable committed_;
    PendingOffsets pending_;
};

}  // namespace barnabas::coordinator
