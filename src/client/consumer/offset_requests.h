#pragma once

#include "base/result.h"
#include "client/consumer/partition_state.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/offset_for_leader_epoch.h"
#include <barnabas/consumer_group_metadata.h>
#include <barnabas/isolation_level.h>
#include <barnabas/offsets.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace barnabas::client {

// The requests about offsets as a consumer makes them, and what it reads out of the answers.

// --- committed offsets -------------------------------------------------------------------------

/// Versions that name topics: 10 has ids, which would need metadata of every topic.
inline constexpr wire::Versions commit_versions{2, 9};
inline constexpr wire::Versions committed_versions{1, 9};

[[nodiscard]] wire::OffsetCommitRequest commit_request(const ConsumerGroupMetadata& as,
                                                       const OffsetMap& offsets);
/// By partition; partitions that the broker did not speak of are not in it.
using CommitOutcome = std::map<TopicPartition, ErrorCode>;
[[nodiscard]] CommitOutcome read_commit(const wire::OffsetCommitResponse& response);
/// The first error, by partition; none.
[[nodiscard]] ErrorCode worst_of(const CommitOutcome& outcome);
/// What a commit's caller is told: by Kafka's rules for each code (OffsetCommitResponseHandler).
[[nodiscard]] Result<> commit_result(const CommitOutcome& outcome, const OffsetMap& offsets,
                                     const std::string& group_id);

/// `stable`: offsets that a transaction may still change are refused (KIP-447).
[[nodiscard]] wire::OffsetFetchRequest committed_request(const ConsumerGroupMetadata& as,
                                                         std::span<const TopicPartition> partitions,
                                                         bool stable);
/// The code that decides about the whole answer, or about one of its partitions.
[[nodiscard]] ErrorCode judge_committed(const wire::OffsetFetchResponse& response);
/// Partitions without a committed offset are not in it.
[[nodiscard]] OffsetMap read_committed(const wire::OffsetFetchResponse& response);

// --- offsets in the log ------------------------------------------------------------------------

inline constexpr std::int64_t latest_timestamp = -1;
inline constexpr std::int64_t earliest_timestamp = -2;

[[nodiscard]] std::int64_t timestamp_of(const ResetTarget& target);

/// What a leader is asked about one partition.
struct OffsetQuestion {
    TopicPartition partition;
    std::int64_t timestamp = latest_timestamp;
    LeaderEpoch leader_epoch = no_epoch;
};
struct OffsetAnswer {
    ErrorCode error = ErrorCode::none;
    Offset offset = no_offset;  ///< no_offset: there is none
    Timestamp timestamp = no_timestamp;
    std::optional<LeaderEpoch> leader_epoch{};
};
/// Questions of one topic are neighbours.
[[nodiscard]] wire::ListOffsetsRequest list_offsets_request(
    std::span<const OffsetQuestion> questions, IsolationLevel isolation, Duration timeout);
[[nodiscard]] std::map<TopicPartition, OffsetAnswer> read_list_offsets(
    const wire::ListOffsetsResponse& response);
/// Versions that can answer: 0 has no timestamps, 1 no isolation level.
[[nodiscard]] wire::Versions list_offsets_versions(IsolationLevel isolation);

/// Where an epoch ends in a leader's log (KIP-320).
struct EpochQuestion {
    TopicPartition partition;
    LeaderEpoch epoch;
    LeaderEpoch leader_epoch = no_epoch;
};
struct EpochAnswer {
    ErrorCode error = ErrorCode::none;
    LeaderEpoch epoch = no_epoch;
    Offset end_offset = no_offset;
};
/// Versions in which consumers may ask: before 3 it takes the right to alter the cluster.
inline constexpr wire::Versions epoch_versions{3, 4};
[[nodiscard]] wire::OffsetForLeaderEpochRequest epoch_request(
    std::span<const EpochQuestion> questions);
[[nodiscard]] std::map<TopicPartition, EpochAnswer> read_epochs(
    const wire::OffsetForLeaderEpochResponse& response);

}  // namespace barnabas::client
