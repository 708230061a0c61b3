// DescribeProducers (KIP-664). Version 0: the producers that a partition's log knows, and their
// open transactions.
#include "wire/messages/describe_producers.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_partitions.h"

namespace barnabas::broker {
namespace {

using wire::DescribeProducersRequest;
using wire::DescribeProducersResponse;
using Answer = DescribeProducersResponse::Topic::Partition;

/// On the owner's shard.
void describe(const replication::Partition& partition, Answer& answer) {
    for (const auto& known : partition.log().producers().snapshot()) {
        auto& entry = answer.active_producers.emplace_back();
        entry.producer_id = known.producer_id.get();
        entry.producer_epoch = known.producer_epoch.get();
        entry.last_sequence = known.last_offset == no_offset ? -1 : known.last_sequence;
        entry.last_timestamp = known.timestamp.get();
        entry.coordinator_epoch = known.coordinator_epoch;
        entry.current_txn_start_offset = known.current_txn_first_offset.value_or(no_offset).get();
    }
}

}  // namespace

awaitable<DescribeProducersResponse> handle_describe_producers(Call& call,
                                                               DescribeProducersRequest& request) {
    const ClusterImagePtr image = call.home.image;
    std::vector<LocatedPartition> partitions;
    for (const auto& topic : request.topics) {
        for (const auto number : topic.partition_indexes) {
            partitions.push_back(locate(call, image->topic(topic.name), number));
        }
    }
    std::vector<Answer> answers(partitions.size());
    auto work = [&](std::size_t i, replication::Partition& partition) {
        describe(partition, answers[i]);
    };
    co_await on_partitions(call, partitions, work);

    DescribeProducersResponse response;
    std::size_t i = 0;
    for (const auto& topic : request.topics) {
        auto& result = response.topics.emplace_back();
        result.name = topic.name;
        for (const auto number : topic.partition_indexes) {
            answers[i].partition_index = number;
            if (partitions[i].error) {
                call.refuse(answers[i], std::move(*partitions[i].error));
            }
            result.partitions.push_back(std::move(answers[i]));
            ++i;
        }
    }
    co_return response;
}

}  // namespace barnabas::broker
