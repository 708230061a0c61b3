// DescribeLogDirs (KIP-113). Versions 0-5; 3 has an error for the whole answer, 4 the directories'
// total and usable bytes (KIP-827), 5 whether a directory is cordoned (KIP-1066): none is.
#include "wire/messages/describe_log_dirs.h"

#include "broker/handlers/handlers.h"
#include "broker/topic_service.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace barnabas::broker {
namespace {

using wire::DescribeLogDirsRequest;
using wire::DescribeLogDirsResponse;

/// Nothing: everything is asked for.
using Asked = std::optional<std::set<TopicPartition>>;

Asked asked_for(const DescribeLogDirsRequest& request) {
    if (!request.topics) {
        return std::nullopt;
    }
    Asked asked(std::in_place);
    for (const auto& topic : *request.topics) {
        for (const auto partition : topic.partitions) {
            asked->insert({topic.topic, PartitionId{partition}});
        }
    }
    return asked;
}

std::int64_t bytes(std::uint64_t size) {
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min(size, most));
}

DescribeLogDirsResponse::Result describe(Call& call, const DirectoryReport& report,
                                         const Asked& asked) {
    DescribeLogDirsResponse::Result result;
    result.log_dir = report.use.path;
    if (!report.use.online) {
        result.error_code = static_cast<std::int16_t>(ErrorCode::kafka_storage_error);
        call.count_error(ErrorCode::kafka_storage_error);
        return result;
    }
    result.total_bytes = bytes(report.use.space.total);
    result.usable_bytes = bytes(report.use.space.free);
    for (const auto& [partition, size] : report.log_sizes) {
        if (asked && !asked->contains(partition)) {
            continue;
        }
        if (result.topics.empty() || result.topics.back().name != partition.topic) {
            result.topics.emplace_back().name = partition.topic;
        }
        auto& entry = result.topics.back().partitions.emplace_back();
        entry.partition_index = partition.partition.get();
        entry.partition_size = bytes(size);
    }
    return result;
}

}  // namespace

awaitable<DescribeLogDirsResponse> handle_describe_log_dirs(Call& call,
                                                            DescribeLogDirsRequest& request) {
    auto& services = call.services;
    auto report = [&services] { return services.topics->describe_directories(); };
    const auto reports =
        co_await runtime::await_on(call.home.shard, services.shards.front()->shard, report);
    const Asked asked = asked_for(request);
    DescribeLogDirsResponse response;
    for (const auto& directory : reports) {
        response.results.push_back(describe(call, directory, asked));
    }
    co_return response;
}

}  // namespace barnabas::broker
