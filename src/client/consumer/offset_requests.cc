#include "client/consumer/offset_requests.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace barnabas::client {

namespace {

/// The last element if it is of that topic, else a new one.
template <class Topics>
auto& topic_in(Topics& topics, const std::string& name) {
    using Topic = typename Topics::value_type;
    constexpr bool by_name = requires(Topic topic) { topic.name; };
    if constexpr (by_name) {
        if (topics.empty() || topics.back().name != name) {
            topics.emplace_back().name = name;
        }
    } else {
        if (topics.empty() || topics.back().topic != name) {
            topics.emplace_back().topic = name;
        }
    }
    return topics.back();
}

constexpr std::int32_t consumer_replica = -1;

}  // namespace

// --- committed offsets -------------------------------------------------------------------------

wire::OffsetCommitRequest commit_request(const ConsumerGroupMetadata& as,
                                         const OffsetMap& offsets) {
    wire::OffsetCommitRequest request;
    request.group_id = as.group_id;
    request.generation_id_or_member_epoch = as.generation_id;
    request.member_id = as.member_id;
    request.group_instance_id = as.group_instance_id;
    for (const auto& [partition, offset] : offsets) {
        auto& added = topic_in(request.topics, partition.topic).partitions.emplace_back();
        added.partition_index = partition.partition.get();
        added.committed_offset = offset.offset.get();
        added.committed_leader_epoch = offset.leader_epoch.value_or(no_epoch).get();
        added.committed_metadata = offset.metadata;
    }
    return request;
}

CommitOutcome read_commit(const wire::OffsetCommitResponse& response) {
    CommitOutcome outcome;
    for (const auto& topic : response.topics) {
        for (const auto& partition : topic.partitions) {
            outcome[{topic.name, PartitionId{partition.partition_index}}] =
                static_cast<ErrorCode>(partition.error_code);
        }
    }
    return outcome;
}

ErrorCode worst_of(const CommitOutcome& outcome) {
    for (const auto& [partition, code] : outcome) {
        if (code != ErrorCode::none) {
            return code;
        }
    }
    return ErrorCode::none;
}

Result<> commit_result(const CommitOutcome& outcome, const OffsetMap& offsets,
                       const std::string& group_id) {
    for (const auto& [partition, offset] : offsets) {
        const auto found = outcome.find(partition);
        const ErrorCode code =
            found == outcome.end() ? ErrorCode::unknown_server_error : found->second;
        switch (code) {
            case ErrorCode::none:
                break;
            case ErrorCode::rebalance_in_progress:
                return fail(code,
                            "group \"{}\" rebalances, so that offset {} of {} is not committed: "
                            "poll() until that is over, then commit again what is still assigned",
                            group_id, offset.offset, partition);
            case ErrorCode::unknown_member_id:
            case ErrorCode::illegal_generation:
            case ErrorCode::stale_member_epoch:
            case ErrorCode::fenced_member_epoch:
                return fail(code,
                            "offset {} of {} is not committed: this consumer is no member of group "
                            "\"{}\" any more, and its partitions may be another's. Either it did "
                            "not poll for max.poll.interval.ms (raise that, or lower "
                            "max.poll.records), or its session ended",
                            offset.offset, partition, group_id);
            default:
                return fail(code, "offset {} of {} is not committed for group \"{}\": {}",
                            offset.offset, partition, group_id, error_name(code));
        }
    }
    return {};
}

wire::OffsetFetchRequest committed_request(const ConsumerGroupMetadata& as,
                                           std::span<const TopicPartition> partitions,
                                           bool stable) {
    wire::OffsetFetchRequest request;
    request.require_stable = stable;
    request.group_id = as.group_id;  // up to version 7
    auto& group = request.groups.emplace_back();
    group.group_id = as.group_id;
    if (as.generation_id >= 0) {
        group.member_id = as.member_id;
        group.member_epoch = as.generation_id;
    }
    std::vector<TopicPartition> sorted(partitions.begin(), partitions.end());
    std::ranges::sort(sorted);
    for (const TopicPartition& partition : sorted) {
        const std::int32_t index = partition.partition.get();
        topic_in(*request.topics, partition.topic).partition_indexes.push_back(index);
        topic_in(*group.topics, partition.topic).partition_indexes.push_back(index);
    }
    return request;
}

ErrorCode judge_committed(const wire::OffsetFetchResponse& response) {
    const auto of_topics = [](const auto& topics) {
        for (const auto& topic : topics) {
            for (const auto& partition : topic.partitions) {
                const auto code = static_cast<ErrorCode>(partition.error_code);
                if (code != ErrorCode::none && code != ErrorCode::unknown_topic_or_partition) {
                    return code;
                }
            }
        }
        return ErrorCode::none;
    };
    if (response.error_code != 0) {
        return static_cast<ErrorCode>(response.error_code);
    }
    for (const auto& group : response.groups) {
        if (group.error_code != 0) {
            return static_cast<ErrorCode>(group.error_code);
        }
        if (const ErrorCode code = of_topics(group.topics); code != ErrorCode::none) {
            return code;
        }
    }
    return of_topics(response.topics);
}

OffsetMap read_committed(const wire::OffsetFetchResponse& response) {
    OffsetMap offsets;
    const auto read = [&offsets](const auto& topics) {
        for (const auto& topic : topics) {
            for (const auto& partition : topic.partitions) {
                if (partition.committed_offset < 0 || partition.error_code != 0) {
                    continue;
                }
                OffsetAndMetadata& offset =
                    offsets[{topic.name, PartitionId{partition.partition_index}}];
                offset.offset = Offset{partition.committed_offset};
                if (partition.committed_leader_epoch >= 0) {
                    offset.leader_epoch = LeaderEpoch{partition.committed_leader_epoch};
                }
                offset.metadata = partition.metadata.value_or("");
            }
        }
    };
    for (const auto& group : response.groups) {
        read(group.topics);
    }
    read(response.topics);
    return offsets;
}

// --- offsets in the log ------------------------------------------------------------------------

std::int64_t timestamp_of(const ResetTarget& target) {
    switch (target.kind) {
        case ResetTarget::Kind::earliest:
            return earliest_timestamp;
        case ResetTarget::Kind::latest:
            return latest_timestamp;
        case ResetTarget::Kind::timestamp:
            break;
    }
    return target.timestamp.get();
}

wire::Versions list_offsets_versions(IsolationLevel isolation) {
    const std::int16_t first = isolation == IsolationLevel::read_committed ? 2 : 1;
    return {first, wire::latest};
}

wire::ListOffsetsRequest list_offsets_request(std::span<const OffsetQuestion> questions,
                                              IsolationLevel isolation, Duration timeout) {
    wire::ListOffsetsRequest request;
    request.replica_id = consumer_replica;
    request.isolation_level = static_cast<std::int8_t>(isolation);
    request.timeout_ms = static_cast<std::int32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count());
    for (const OffsetQuestion& question : questions) {
        auto& asked = topic_in(request.topics, question.partition.topic).partitions.emplace_back();
        asked.partition_index = question.partition.partition.get();
        asked.timestamp = question.timestamp;
        asked.current_leader_epoch = question.leader_epoch.get();
    }
    return request;
}

std::map<TopicPartition, OffsetAnswer> read_list_offsets(
    const wire::ListOffsetsResponse& response) {
    std::map<TopicPartition, OffsetAnswer> answers;
    for (const auto& topic : response.topics) {
        for (const auto& partition : topic.partitions) {
            OffsetAnswer& answer = answers[{topic.name, PartitionId{partition.partition_index}}];
            answer.error = static_cast<ErrorCode>(partition.error_code);
            answer.offset = Offset{std::max<std::int64_t>(partition.offset, no_offset.get())};
            answer.timestamp = Timestamp{partition.timestamp};
            if (partition.leader_epoch >= 0) {
                answer.leader_epoch = LeaderEpoch{partition.leader_epoch};
            }
        }
    }
    return answers;
}

wire::OffsetForLeaderEpochRequest epoch_request(std::span<const EpochQuestion> questions) {
    wire::OffsetForLeaderEpochRequest request;
    request.replica_id = consumer_replica;
    for (const EpochQuestion& question : questions) {
        auto& asked = topic_in(request.topics, question.partition.topic).partitions.emplace_back();
        asked.partition = question.partition.partition.get();
        asked.leader_epoch = question.epoch.get();
        asked.current_leader_epoch = question.leader_epoch.get();
    }
    return request;
}

std::map<TopicPartition, EpochAnswer> read_epochs(
    const wire::OffsetForLeaderEpochResponse& response) {
    std::map<TopicPartition, EpochAnswer> answers;
    for (const auto& topic : response.topics) {
        for (const auto& partition : topic.partitions) {
            EpochAnswer& answer = answers[{topic.topic, PartitionId{partition.partition}}];
            answer.error = static_cast<ErrorCode>(partition.error_code);
            answer.epoch = LeaderEpoch{std::max(partition.leader_epoch, no_epoch.get())};
            answer.end_offset = Offset{std::max<std::int64_t>(partition.end_offset, -1)};
        }
    }
    return answers;
}

}  // namespace barnabas::client
