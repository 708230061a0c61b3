// DescribeShareGroupOffsets (KIP-932). Versions 0-1; 1 tells the lag (KIP-1226): how many records
// of the partition the group is not done with.
#include "wire/messages/describe_share_group_offsets.h"

#include "base/invariant.h"
#include "broker/coordinators/share_state_client.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/handlers/on_partitions.h"
#include "broker/handlers/side_by_side.h"
#include "coordinator/share/share_partitions.h"

#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

using Asked = wire::DescribeShareGroupOffsetsRequest::Group;
using Group = wire::DescribeShareGroupOffsetsResponse::Group;
using Summary = wire::ReadShareGroupStateSummaryRequest;
using coordinator::SharePartitions;

constexpr std::int64_t no_start = -1;  // not yet known, or never read

/// All that the group has a state of, as far as the topics are there.
std::vector<Asked::Topic> known_topics(const ClusterImage& image, const SharePartitions& known) {
    std::vector<Asked::Topic> topics;
    for (const auto& [id, topic] : known.initialized) {
        if (const auto* found = image.topic(TopicId{id})) {
            topics.push_back(
                {.topic_name = found->name, .partitions = topic.partitions, .unknown_tags = {}});
        }
    }
    return topics;
}

/// The answer with a part for each partition that is asked for; those of topics that are not there
/// have no start offset, as in OffsetFetch: that is no error.
Group prepared(const ClusterImage& image, const std::vector<Asked::Topic>& topics) {
    Group group;
    for (const auto& asked : topics) {
        auto& topic = group.topics.emplace_back();
        topic.topic_name = asked.topic_name;
        const auto* found = image.topic(asked.topic_name);
        topic.topic_id = found == nullptr ? Uuid{} : found->id;
        for (const std::int32_t number : asked.partitions) {
            auto& partition = topic.partitions.emplace_back();
            partition.partition_index = number;
            partition.start_offset = no_start;
        }
    }
    return group;
}

/// A partition that has a state, in the answer, with how many records behind its start offset are
/// done with.
struct Found {
    Group::Topic::Partition* answer = nullptr;
    std::string topic;
    std::int32_t complete = -1;  // not known
};

/// Asks for the states of all and puts them into the answer.
awaitable<std::vector<Found>> read_states(Call& call, const std::string& group_id, Group& group) {
    Summary request;
    request.group_id = group_id;
    std::vector<Group::Topic*> places;
    for (auto& topic : group.topics) {
        if (topic.topic_id.is_zero() || topic.partitions.empty()) {
            continue;
        }
        places.push_back(&topic);
        auto& asked = request.topics.emplace_back();
        asked.topic_id = topic.topic_id;
        for (const auto& partition : topic.partitions) {
            asked.partitions.emplace_back().partition = partition.partition_index;
        }
    }
    std::vector<Found> found;
    if (places.empty()) {
        co_return found;
    }
    const auto answer = co_await call.home.share_state->read_summary(std::move(request));
    INVARIANT(answer.results.size() == places.size(), "{} topics for {}", answer.results.size(),
              places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto& states = answer.results[i].partitions;
        auto& partitions = places[i]->partitions;
        INVARIANT(states.size() == partitions.size(), "{} partitions for {}", states.size(),
                  partitions.size());
        for (std::size_t j = 0; j < states.size(); ++j) {
            if (states[j].error_code != 0 || states[j].start_offset < 0) {
                continue;  // as Kafka has it: nothing is known of it
            }
            partitions[j].start_offset = states[j].start_offset;
            partitions[j].leader_epoch = states[j].leader_epoch;
            found.push_back({.answer = &partitions[j],
                             .topic = places[i]->topic_name,
                             .complete = states[j].delivery_complete_count});
        }
    }
    co_return found;
}

awaitable<void> add_lags(Call& call, std::vector<Found> found) {
    std::erase_if(found, [](const Found& one) { return one.complete < 0; });
    std::vector<LocatedPartition> partitions;
    for (const Found& one : found) {
        partitions.push_back(
            locate(call, call.home.image->topic(one.topic), one.answer->partition_index));
    }
    auto work = [&](std::size_t i, replication::Partition& partition) {
        const auto latest = partition.find_offset(replication::Partition::asks_latest, false, true);
        if (latest) {
            found[i].answer->lag =
                latest->found.offset.get() - found[i].answer->start_offset - found[i].complete;
        } else {
            partitions[i].error = latest.error();
        }
    };
    co_await on_partitions(call, partitions, work);
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        if (partitions[i].error) {
            const auto number = found[i].answer->partition_index;
            *found[i].answer = {};
            found[i].answer->partition_index = number;
            call.refuse(*found[i].answer, std::move(*partitions[i].error));
        }
    }
}

awaitable<Result<SharePartitions>> partitions_of(Call& call, const Asked& asked) {
    using Known = Result<SharePartitions>;
    auto refuse = [](Error error) { return Known(std::unexpected(std::move(error))); };
    auto work = [&asked](GroupPartition& group) { return group.share_partitions(asked.group_id); };
    co_return co_await on_group<Known>(call, asked.group_id, std::move(work), std::move(refuse));
}

awaitable<void> answer_group(Call& call, const Asked& asked, Group& answer) {
    auto served = check_share_groups(call);
    if (served && asked.group_id.empty()) {
        served = fail(ErrorCode::invalid_group_id, "the empty id is no share group's");
    }
    if (served) {
        auto known = co_await partitions_of(call, asked);
        // A group that is not there is no error (GroupCoordinatorService.describeShareGroupOffsets,
        // describeShareGroupAllOffsets): of topics that are named its state is looked up all the
        // same, and of all that it has there are none.
        if (!known && known.error().code == ErrorCode::group_id_not_found) {
            known = SharePartitions();
        }
        if (known) {
            const ClusterImagePtr image = call.home.image;
            answer = prepared(*image, asked.topics ? *asked.topics : known_topics(*image, *known));
            auto found = co_await read_states(call, asked.group_id, answer);
            if (call.version >= 1) {
                co_await add_lags(call, std::move(found));
            }
        } else {
            served = std::unexpected(std::move(known.error()));
        }
    }
    answer.group_id = asked.group_id;
    if (!served) {
        call.refuse(answer, std::move(served.error()));
    }
}

}  // namespace

awaitable<wire::DescribeShareGroupOffsetsResponse> handle_describe_share_group_offsets(
    Call& call, wire::DescribeShareGroupOffsetsRequest& request) {
    wire::DescribeShareGroupOffsetsResponse response;
    response.groups.resize(request.groups.size());
    auto describe = [&](std::size_t i) {
        return answer_group(call, request.groups[i], response.groups[i]);
    };
    co_await side_by_side(call.home.shard, request.groups.size(), describe);
    co_return response;
}

}  // namespace barnabas::broker
