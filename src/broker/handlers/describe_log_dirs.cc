// DescribeLogDirs (KIP-113). Versions 0-5; 3 has an error for the whole answer, 4 the directories'
// total and usable bytes (KIP-827), 5 whether a directory is cordoned (KIP-1066). A partition that
// moves is in two directories: where it is, and as a future key where it will be. A directory that
// has failed, or whose disk does not answer, has KAFKA_STORAGE_ERROR and no more (as Kafka's of one
// that is offline); the others are described.
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
using Log = DescribeLogDirsResponse::Result::Topic::Partition;

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

/// By partition; none is in one directory twice.
std::map<TopicPartition, Log> logs_of(const DirectoryReport& report) {
    std::map<TopicPartition, Log> logs;
    for (const auto& [partition, size] : report.log_sizes) {
        auto& log = logs[partition];
        log.partition_index = partition.partition.get();
        log.partition_size = bytes(size);
    }
    for (const auto& [partition, move] : report.futures) {
        auto& log = logs[partition];
        log.partition_index = partition.partition.get();
        log.partition_size = bytes(move.size_bytes);
        log.offset_lag = move.lag;
        log.is_future_key = true;
    }
    return logs;
}

DescribeLogDirsResponse::Result describe(Call& call, const DirectoryReport& report,
                                         const Asked& asked) {
    DescribeLogDirsResponse::Result result;
    result.log_dir = report.use.path;
    result.is_cordoned = report.use.cordoned;
    if (!report.use.online || report.hangs) {
        result.error_code = static_cast<std::int16_t>(ErrorCode::kafka_storage_error);
        call.count_error(ErrorCode::kafka_storage_error);
        return result;
    }
    result.total_bytes = bytes(report.use.space.total);
    result.usable_bytes = bytes(report.use.space.free);
    for (const auto& [partition, log] : logs_of(report)) {
        if (asked && !asked->contains(partition)) {
            continue;
        }
        if (result.topics.empty() || result.topics.back().name != partition.topic) {
            result.topics.emplace_back().name = partition.topic;
        }
        result.topics.back().partitions.push_back(log);
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
