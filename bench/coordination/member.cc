#include "coordination/member.h"

#include <fmt/format.h>

#include <utility>

namespace coordination_bench {

using barnabas::ErrorCode;
using barnabas::wire::OffsetCommitRequest;
using barnabas::wire::OffsetCommitResponse;

Member::Member(Loop& loop, Membership membership)
    : loop_(loop), membership_(std::move(membership)), connection_(loop, membership_.coordinator) {}

Task<> Member::connect(const Options& options) {
    co_await check_versions(connection_, options);
}

Task<> Member::commit(std::int64_t offset) {
    OffsetCommitRequest::Topic topic{.name = membership_.topic};
    for (const auto partition : partitions_) {
        topic.partitions.push_back({.partition_index = partition, .committed_offset = offset});
    }
    OffsetCommitRequest request{
        .group_id = membership_.group, .generation_id_or_member_epoch = epoch_, .member_id = id_};
    request.topics.push_back(std::move(topic));
    const OffsetCommitResponse response = co_await connection_.call(request);
    std::size_t acknowledged = 0;
    for (const auto& answered : response.topics) {
        for (const auto& partition : answered.partitions) {
            if (partition.error_code != 0) {
                give_up_on("OffsetCommit", membership_.group, code_of(partition.error_code));
            }
            ++acknowledged;
        }
    }
    if (acknowledged != partitions_.size()) {
        give_up(fmt::format("OffsetCommit of {} partitions was answered for {}", partitions_.size(),
                            acknowledged));
    }
    committed_ = offset;
}

std::unique_ptr<Member> make_member(Loop& loop, Membership membership, const Options& options) {
    if (options.protocol == Protocol::consumer) {
        return std::make_unique<ConsumerMember>(loop, std::move(membership));
    }
    return std::make_unique<ClassicMember>(loop, std::move(membership), options.partitions);
}

}  // namespace coordination_bench
