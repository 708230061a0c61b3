// AlterReplicaLogDirs (KIP-113). Versions 0-2, the same fields: partitions move between the log
// directories of this broker. It answers when the moves have begun; DescribeLogDirs tells how far
// they are.
#include "wire/messages/alter_replica_log_dirs.h"

#include "broker/handlers/handlers.h"
#include "broker/replica_mover.h"

#include <map>

namespace barnabas::broker {
namespace {

using wire::AlterReplicaLogDirsRequest;
using wire::AlterReplicaLogDirsResponse;

/// As Kafka: where a partition stands twice, the last directory counts.
std::map<TopicPartition, std::string> wanted_of(const AlterReplicaLogDirsRequest& request) {
    std::map<TopicPartition, std::string> wanted;
    for (const auto& dir : request.dirs) {
        for (const auto& topic : dir.topics) {
            for (const auto partition : topic.partitions) {
                wanted.insert_or_assign({topic.name, PartitionId{partition}}, dir.path);
            }
        }
    }
    return wanted;
}

}  // namespace

awaitable<AlterReplicaLogDirsResponse> handle_alter_replica_log_dirs(
    Call& call, AlterReplicaLogDirsRequest& request) {
    auto& services = call.services;
    AlterReplicaLogDirsResponse response;
    const auto wanted = wanted_of(request);
    for (const auto& [partition, directory] : wanted) {
        auto move = [&services, &partition, &directory] {
            return services.mover->move(partition, directory);
        };
        const auto begun =
            co_await runtime::await_on(call.home.shard, services.shards.front()->shard, move);
        if (response.results.empty() || response.results.back().topic_name != partition.topic) {
            response.results.emplace_back().topic_name = partition.topic;
        }
        auto& answer = response.results.back().partitions.emplace_back();
        answer.partition_index = partition.partition.get();
        if (!begun) {
            answer.error_code = static_cast<std::int16_t>(begun.error().code);
            call.count_error(begun.error().code);
            call.log_refusal("{} is not moved to {}: {}", partition, directory,
                             begun.error().message);
        }
    }
    co_return response;
}

}  // namespace barnabas::broker
