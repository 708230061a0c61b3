#pragma once

#include "base/result.h"
#include "base/time.h"
#include "coordinator/consumer/topics_view.h"
#include "coordinator/outcome.h"
#include "coordinator/record_sink.h"
#include "coordinator/share_state/config.h"
#include "coordinator/share_state/messages.h"
#include "coordinator/share_state/share_state.h"
#include "wire/persisted/framing.h"
#include "wire/records/record.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

namespace barnabas::coordinator {

/// A record of __share_group_state as it is read back.
struct StoredShareRecord {
    Offset offset{};
    wire::NullableBytes key;
    wire::NullableBytes value;
};

/// The share coordinator of one partition of __share_group_state (Kafka's ShareCoordinatorShard):
/// the state of each share partition whose hash falls on it. Lives with the partition, on its
/// shard.
///
/// First replay() for each stored record, in the log's order; then loaded(), once; then commands
/// and what becomes due; unloaded() ends it.
///
/// A command decides, appends to the sink and applies within the call, each partition for itself:
/// the same apply as on replay. Where a record cannot be appended nothing has happened to that
/// partition, and its answer says so. Replies leave when everything that the sink has taken so far
/// is committed: they may tell of it.
///
/// A state is a snapshot and the updates behind it in the log: what is in front of the oldest of
/// the last snapshots says nothing any more and may be dropped. Always:
///     redundant_before() <= snapshot_at of each state.
class ShareStates {
public:
    /// All outlive it.
    struct Ports {
        RecordSink& sink;
        const TopicsView& topics;
    };
    ShareStates(const Ports& ports, const ShareStateConfig& config)
        : ports_(ports), config_(config) {}
    ShareStates(const ShareStates&) = delete;
    ShareStates& operator=(const ShareStates&) = delete;
    ~ShareStates() = default;

    void configure(const ShareStateConfig& config) { config_ = config; }

    // --- loading and unloading (share_states_replay.cc) ---

    /// corrupt_message, with the record's offset, for what cannot be read. Kinds that are not known
    /// here are passed over and counted.
    [[nodiscard]] Result<void> replay(const StoredShareRecord& record);
    void loaded(Now now);
    void unloaded();
    [[nodiscard]] const std::map<std::int16_t, std::size_t>& passed_over() const {
        return passed_over_;
    }

    // --- requests ---

    // Of any partitions that belong here; each is answered, in the request's order. invalid_request
    // for negative numbers, for reading and writing what was not initialized, and for batches that
    // are none; fenced_leader_epoch and fenced_state_epoch behind a newer leader or initialization;
    // unknown_topic_or_partition. A write moves the start only forwards and the deliveries only up.

    /// Anew too, with the same state epoch or a higher one.
    [[nodiscard]] wire::InitializeShareGroupStateResponse answer(
        const wire::InitializeShareGroupStateRequest& request, Now now);
    /// With another leader epoch than the last it is written: earlier leaders are fenced from then.
    [[nodiscard]] wire::ReadShareGroupStateResponse answer(
        const wire::ReadShareGroupStateRequest& request, Now now);
    /// Start -1 for what was not initialized. Fences nobody.
    [[nodiscard]] wire::ReadShareGroupStateSummaryResponse answer(
        const wire::ReadShareGroupStateSummaryRequest& request, Now now);
    [[nodiscard]] wire::WriteShareGroupStateResponse answer(
        const wire::WriteShareGroupStateRequest& request, Now now);
    [[nodiscard]] wire::DeleteShareGroupStateResponse answer(
        const wire::DeleteShareGroupStateRequest& request, Now now);

    // --- what becomes due (share_states_work.cc) ---

    /// The view of the topics has changed.
    void topics_changed();
    /// `never` when nothing does.
    [[nodiscard]] Time next_due() const;
    /// One step, each a batch: states of topics that are gone go too, and states that were not
    /// written for long get a snapshot, so that the log can be pruned. An error: it could not be
    /// appended; to be tried again after a pause.
    [[nodiscard]] Result<void> work(Now now);
    /// If that is due: in front of this offset the log says nothing any more, provided that
    /// everything that was applied is committed. Answered by pruned() or not_pruned().
    [[nodiscard]] std::optional<Offset> to_prune(Now now) const;
    void pruned(Offset before, Now now);
    void not_pruned(Now now);

    [[nodiscard]] std::optional<Offset> redundant_before() const;
    [[nodiscard]] std::size_t size() const { return states_.size(); }
    /// nullptr if there is none.
    [[nodiscard]] const ShareState* find(const ShareStateKey& key) const;

private:
    using States = std::map<ShareStateKey, ShareState>;

    [[nodiscard]] Outcome<ShareStateAnswer<wire::InitializeShareGroupStateRequest>> decide(
        const ShareStateKey& key,
        const ShareStateAsked<wire::InitializeShareGroupStateRequest>& asked, Now now) const;
    [[nodiscard]] Outcome<ShareStateAnswer<wire::ReadShareGroupStateRequest>> decide(
        const ShareStateKey& key, const ShareStateAsked<wire::ReadShareGroupStateRequest>& asked,
        Now now) const;
    [[nodiscard]] Outcome<ShareStateAnswer<wire::ReadShareGroupStateSummaryRequest>> decide(
        const ShareStateKey& key,
        const ShareStateAsked<wire::ReadShareGroupStateSummaryRequest>& asked, Now now) const;
    [[nodiscard]] Outcome<ShareStateAnswer<wire::WriteShareGroupStateRequest>> decide(
        const ShareStateKey& key, const ShareStateAsked<wire::WriteShareGroupStateRequest>& asked,
        Now now) const;
    [[nodiscard]] Outcome<ShareStateAnswer<wire::DeleteShareGroupStateRequest>> decide(
        const ShareStateKey& key, const ShareStateAsked<wire::DeleteShareGroupStateRequest>& asked,
        Now now) const;

    template <class Request>
    ShareStateResponse<Request> answer_each(const Request& request, Now now);
    [[nodiscard]] Result<void> check_topic(const ShareStateKey& key) const;
    [[nodiscard]] Record next_record(const ShareStateKey& key, const ShareState& so_far,
                                     const ShareState& change, Now now) const;
    [[nodiscard]] Result<void> store(const Records& records, Now now);

    void apply(const ShareStateKey& key, const wire::ShareSnapshotValue* value, Offset at);
    void apply(const ShareStateKey& key, const wire::ShareUpdateValue* value, Offset at);
    template <class Key, class Value>
    [[nodiscard]] Result<void> read(const StoredShareRecord& record, const wire::StoredRecord& key);
    ShareState& state_of(const ShareStateKey& key);
    void erase(const ShareStateKey& key);
    void snapshot_moved(Offset from, Offset to);

    [[nodiscard]] Result<void> forget_gone(Now now);
    [[nodiscard]] Result<void> snapshot_cold(Now now);

    Ports ports_;
    ShareStateConfig config_;
    States states_;
    std::map<Uuid, std::size_t> topics_;  // how many states each topic has; always: at least one
    std::multiset<Offset> snapshots_;     // snapshot_at of those that have one
    std::optional<Offset> redundant_before_;
    std::optional<Offset> pruned_;  // last
    std::map<std::int16_t, std::size_t> passed_over_;

    std::set<Uuid> gone_;                     // topics whose states are to go
    std::optional<ShareStateKey> cold_from_;  // where the round of snapshots is; none: no round
    Time cold_due_ = never;
    Time prune_due_ = never;
};

}  // namespace barnabas::coordinator
