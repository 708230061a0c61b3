#pragma once

#include "base/result.h"
#include "client/consumer/partition_state.h"
#include "client/consumer/reset_policy.h"
#include <barnabas/isolation_level.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace barnabas::client {

/// What a consumer reads: topics of a group's member, or partitions by hand; and the state of each
/// partition that it has. No I/O; lives with its consumer's core on the event loop.
class Subscription {
public:
    enum class Kind : std::uint8_t { none, topics, pattern, by_hand };
    using Partitions = std::map<TopicPartition, PartitionState>;

    explicit Subscription(ResetPolicy policy) : policy_(policy) {}

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] bool in_group() const { return kind_ == Kind::topics || kind_ == Kind::pattern; }
    [[nodiscard]] const std::set<std::string>& topics() const { return topics_; }
    [[nodiscard]] const std::string& pattern() const { return pattern_; }

    /// invalid_request where it is by hand already (and the reverse).
    Result<> subscribe(std::set<std::string> topics);
    Result<> subscribe_pattern(std::string pattern);
    /// What the pattern matches now; true if that changed.
    bool matched(std::set<std::string> topics);
    Result<> assign_by_hand(const std::vector<TopicPartition>& partitions);
    void clear();

    /// The assignment becomes exactly this; who stays keeps its state.
    void set_assignment(const std::vector<TopicPartition>& partitions);
    void remove(const std::vector<TopicPartition>& partitions);
    /// Grows whenever the topics or the assignment change.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }
    [[nodiscard]] const Partitions& partitions() const { return partitions_; }
    [[nodiscard]] Partitions& partitions() { return partitions_; }
    [[nodiscard]] std::vector<TopicPartition> assignment() const;
    /// Nothing if it is not assigned.
    [[nodiscard]] PartitionState* find(const TopicPartition& partition);
    [[nodiscard]] const PartitionState* find(const TopicPartition& partition) const;
    /// invalid_request: not assigned.
    [[nodiscard]] Result<PartitionState*> assigned(const TopicPartition& partition);

    // --- positions -------------------------------------------------------------------------

    /// The consumer goes on there. Where the position has an epoch it is validated when
    /// leader_changed() tells of the leader's.
    void seek(PartitionState& state, const OffsetAndMetadata& position);
    void request_reset(PartitionState& state, const ResetTarget& target);
    /// As the policy says; OFFSET_OUT_OF_RANGE or no committed offset with `none`: the error.
    Result<> reset_by_policy(const TopicPartition& partition, PartitionState& state, Timestamp now);
    /// What a reset found, and the epoch of the leader that was asked; ignored unless the partition
    /// still waits for it.
    void reset_found(const TopicPartition& partition, const ResetTarget& target,
                     const OffsetAndMetadata& found, std::optional<LeaderEpoch> leader_epoch);
    /// What the user has seen: `stamp` says of which position.
    void consumed(const TopicPartition& partition, std::uint64_t stamp,
                  const OffsetAndMetadata& next);
    /// The leader's epoch is `epoch` by the metadata; to be called before each fetch. Where that is
    /// news and the position knows its epoch it is validated (KIP-320).
    static void leader_changed(PartitionState& state, LeaderEpoch epoch);
    /// The leader knows an end of the position's epoch. Where that lies before the position the log
    /// was cut: back to there, or what the policy says if the leader does not know the epoch.
    /// Fails with `none` (the log was cut, and nobody said what to do). `asked`: the partition as
    /// of the question; an answer about another position, or of an older leader, is ignored.
    Result<> validated(const TopicPartition& partition, const PartitionState& asked,
                       LeaderEpoch epoch, Offset end_offset, Timestamp now);

    /// The broker is too old to tell: as Kafka does, the position is taken for good.
    void cannot_validate(const TopicPartition& partition, std::uint64_t stamp);

    /// Positions to be committed: of every partition that has one.
    [[nodiscard]] OffsetMap consumed_offsets() const;
    /// Partitions in `phase` that nothing is asked about and whose time has come.
    [[nodiscard]] std::vector<TopicPartition> waiting(PartitionState::Phase phase, Time now) const;
    /// When the next of those that wait comes due; never.
    [[nodiscard]] Time next_retry(Time now) const;
    [[nodiscard]] std::optional<std::int64_t> lag(const TopicPartition& partition,
                                                  IsolationLevel isolation) const;

private:
    Result<> become(Kind kind);
    void go_to(PartitionState& state, const OffsetAndMetadata& position);
    std::uint64_t new_stamp() { return ++last_stamp_; }

    ResetPolicy policy_;
    Kind kind_ = Kind::none;
    std::set<std::string> topics_;
    std::string pattern_;
    Partitions partitions_;
    std::uint64_t last_stamp_ = 0;
    std::uint64_t changes_ = 0;
};

}  // namespace barnabas::client
