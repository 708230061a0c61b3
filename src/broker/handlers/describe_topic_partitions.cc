// DescribeTopicPartitions (KIP-966). Version 0: topics in order of their names, at most so many
// partitions in one answer; a cursor says where the next one begins.
#include "wire/messages/describe_topic_partitions.h"

#include "base/topic_name.h"
#include "broker/handlers/authorized_operations.h"
#include "broker/handlers/handlers.h"

#include <algorithm>
#include <set>

namespace barnabas::broker {
namespace {

using wire::DescribeTopicPartitionsRequest;
using wire::DescribeTopicPartitionsResponse;
using Topic = DescribeTopicPartitionsResponse::Topic;

std::vector<std::int32_t> numbers(const std::vector<BrokerId>& ids) {
    std::vector<std::int32_t> result;
    result.reserve(ids.size());
    std::ranges::transform(ids, std::back_inserter(result), &BrokerId::get);
    return result;
}

Topic::Partition describe(const PartitionImage& partition, std::size_t number) {
    Topic::Partition entry;
    entry.partition_index = static_cast<std::int32_t>(number);
    entry.leader_id = partition.leader.get();
    entry.leader_epoch = partition.leader_epoch.get();
    entry.replica_nodes = numbers(partition.replicas);
    entry.isr_nodes = numbers(partition.isr);
    entry.eligible_leader_replicas.emplace();
    entry.last_known_elr.emplace();
    entry.offline_replicas = numbers(partition.offline);
    if (partition.leader == no_broker) {
        entry.error_code = static_cast<std::int16_t>(ErrorCode::leader_not_available);
    }
    return entry;
}

/// The partitions from `first` on, as many as the limit allows.
Topic describe(const TopicImage& topic, std::size_t first, std::size_t limit) {
    Topic answer;
    answer.name = topic.name;
    answer.topic_id = topic.id;
    answer.is_internal = topic.internal;
    answer.topic_authorized_operations = all_topic_operations;
    const auto left = topic.partitions.size() - std::min(first, topic.partitions.size());
    for (std::size_t i = 0; i < std::min(left, limit); ++i) {
        answer.partitions.push_back(describe(topic.partitions[first + i], first + i));
    }
    return answer;
}

Topic unknown(Call& call, const std::string& name) {
    const auto error = check_topic_name(name) ? ErrorCode::unknown_topic_or_partition
                                              : ErrorCode::invalid_topic_exception;
    call.count_error(error);
    Topic answer;
    answer.name = name;
    answer.error_code = static_cast<std::int16_t>(error);
    return answer;
}

/// What is asked for, from the cursor's topic on.
std::set<std::string> wanted(const Call& call, const DescribeTopicPartitionsRequest& request) {
    std::set<std::string> names;
    for (const auto& topic : request.topics) {
        names.insert(topic.name);
    }
    if (request.topics.empty()) {
        for (const auto& [name, topic] : call.home.image->topics()) {
            names.emplace(name);
        }
    }
    if (request.cursor) {
        names.erase(names.begin(), names.lower_bound(request.cursor->topic_name));
    }
    return names;
}

}  // namespace

DescribeTopicPartitionsResponse handle_describe_topic_partitions(
    Call& call, DescribeTopicPartitionsRequest& request) {
    const auto limit = std::min(request.response_partition_limit,
                                call.home.settings->config.fetch.describe_partitions_max);
    auto left = static_cast<std::size_t>(std::max(limit, 1));
    DescribeTopicPartitionsResponse response;
    for (const auto& name : wanted(call, request)) {
        if (left == 0) {
            response.next_cursor = {.topic_name = name, .partition_index = 0, .unknown_tags = {}};
            break;
        }
        const auto* topic = call.home.image->topic(name);
        if (topic == nullptr) {
            response.topics.push_back(unknown(call, name));
            continue;
        }
        const bool resumed = request.cursor && request.cursor->topic_name == name;
        const auto first =
            resumed ? static_cast<std::size_t>(std::max(0, request.cursor->partition_index)) : 0;
        response.topics.push_back(describe(*topic, first, left));
        const auto given = response.topics.back().partitions.size();
        left -= given;
        if (first + given < topic->partitions.size()) {
            response.next_cursor = {.topic_name = name,
                                    .partition_index = static_cast<std::int32_t>(first + given),
                                    .unknown_tags = {}};
            break;
        }
    }
    return response;
}

}  // namespace barnabas::broker
