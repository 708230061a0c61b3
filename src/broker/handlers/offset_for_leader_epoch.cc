// OffsetForLeaderEpoch (KIP-101, KIP-320). Versions 0-4; 1 answers the epoch too, 2 knows which
// epoch the client believes to be current.
#include "wire/messages/offset_for_leader_epoch.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_partitions.h"

namespace barnabas::broker {
namespace {

using wire::OffsetForLeaderEpochRequest;
using wire::OffsetForLeaderEpochResponse;
using Asked = OffsetForLeaderEpochRequest::Topic::Partition;
using Answer = OffsetForLeaderEpochResponse::Topic::Partition;

/// On the owner's shard.
Answer look_up(const Asked& asked, const replication::Partition& partition) {
    Answer answer;
    if (const auto stale = partition.check_epoch(LeaderEpoch{asked.current_leader_epoch})) {
        answer.error_code = static_cast<std::int16_t>(*stale);
        return answer;
    }
    const auto end =
        partition.log().epochs().end_of(LeaderEpoch{asked.leader_epoch}, partition.log().log_end());
    answer.leader_epoch = end.epoch.get();
    answer.end_offset = end.end.get();
    return answer;
}

}  // namespace

awaitable<OffsetForLeaderEpochResponse> handle_offset_for_leader_epoch(
    Call& call, OffsetForLeaderEpochRequest& request) {
    const ClusterImagePtr image = call.home.image;
    std::vector<LocatedPartition> partitions;
    std::vector<const Asked*> asked;
    for (const auto& topic : request.topics) {
        for (const auto& partition : topic.partitions) {
            partitions.push_back(locate(call, image->topic(topic.topic), partition.partition));
            asked.push_back(&partition);
        }
    }
    std::vector<Answer> answers(partitions.size());
    auto work = [&](std::size_t i, replication::Partition& partition) {
        answers[i] = look_up(*asked[i], partition);
    };
    co_await on_partitions(call, partitions, work);

    OffsetForLeaderEpochResponse response;
    std::size_t i = 0;
    for (const auto& topic : request.topics) {
        auto& result = response.topics.emplace_back();
        result.topic = topic.topic;
        for (const auto& partition : topic.partitions) {
            auto& answer = answers[i];
            answer.partition = partition.partition;
            if (partitions[i].error) {
                answer.error_code = static_cast<std::int16_t>(partitions[i].error->code);
            }
            call.count_error(static_cast<ErrorCode>(answer.error_code));
            result.partitions.push_back(answer);
            ++i;
        }
    }
    co_return response;
}

}  // namespace barnabas::broker
