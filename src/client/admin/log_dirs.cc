// Log directories: each broker speaks for its own (KIP-113).
#include "client/admin/conversions.h"
#include "client/admin/keyed_operation.h"
#include "client/admin/plans.h"
#include "wire/messages/alter_replica_log_dirs.h"
#include "wire/messages/describe_log_dirs.h"

namespace barnabas::client::admin_api {
namespace {

using admin::LogDirDescription;
using admin::ReplicaLogDirInfo;
using admin::TopicPartitionReplica;
using wire::AlterReplicaLogDirsRequest;
using wire::AlterReplicaLogDirsResponse;
using wire::DescribeLogDirsRequest;
using wire::DescribeLogDirsResponse;

std::string about_replica(const TopicPartitionReplica& replica) {
    return fmt::format("the replica of {}-{} on broker {}", replica.topic, replica.partition,
                       replica.broker);
}

std::string about_dirs(BrokerId broker) {
    return fmt::format("the log directories of broker {}", broker);
}

std::map<std::string, PartitionNumbers> replicas_by_topic(
    const std::vector<TopicPartitionReplica>& replicas) {
    std::map<std::string, PartitionNumbers> topics;
    for (const auto& replica : replicas) {
        topics[replica.topic].push_back(replica.partition.get());
    }
    return topics;
}

LogDirDescription description_of(const DescribeLogDirsResponse::Result& dir) {
    LogDirDescription described{.state = {},
                                .replicas = {},
                                .total_bytes = {},
                                .usable_bytes = {},
                                .cordoned = dir.is_cordoned};
    const auto code = ErrorCode{dir.error_code};
    if (code != ErrorCode::none) {
        described.state = std::unexpected(
            broker_error(code, std::nullopt, fmt::format("log directory {}", dir.log_dir)));
    }
    if (dir.total_bytes >= 0) {
        described.total_bytes = dir.total_bytes;
    }
    if (dir.usable_bytes >= 0) {
        described.usable_bytes = dir.usable_bytes;
    }
    for (const auto& topic : dir.topics) {
        for (const auto& partition : topic.partitions) {
            described.replicas.emplace(
                TopicPartition{topic.name, PartitionId{partition.partition_index}},
                admin::ReplicaInfo{.size_bytes = partition.partition_size,
                                   .offset_lag = partition.offset_lag,
                                   .future = partition.is_future_key});
        }
    }
    return described;
}

class DescribeLogDirs final : public Handler<BrokerId, LogDirs> {
public:
    Route route(const BrokerId& id) const override { return Route::to_broker(id); }
    std::string describe(const BrokerId& id) const override { return about_dirs(id); }
    Asks requests(const admin::Node& /*to*/, std::vector<BrokerId> keys,
                  Duration /*time_left*/) override {
        DescribeLogDirsRequest request;
        request.topics = std::nullopt;
        const BrokerId id = keys.front();
        auto read = [id](const DescribeLogDirsResponse& response) {
            Verdicts<BrokerId, LogDirs> told;
            told.emplace(id, verdict(id, response));
            return told;
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    [[nodiscard]] static Verdict<LogDirs> verdict(BrokerId id,
                                                  const DescribeLogDirsResponse& response) {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            return Verdict<LogDirs>(
                std::unexpected(broker_error(code, std::nullopt, about_dirs(id))));
        }
        LogDirs dirs;
        for (const auto& dir : response.results) {
            dirs.emplace(dir.log_dir, description_of(dir));
        }
        return Verdict<LogDirs>(std::move(dirs));
    }
};

class DescribeReplicas final : public Handler<TopicPartitionReplica, ReplicaLogDirInfo> {
public:
    Route route(const TopicPartitionReplica& replica) const override {
        return Route::to_broker(replica.broker);
    }
    std::string describe(const TopicPartitionReplica& replica) const override {
        return about_replica(replica);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<TopicPartitionReplica> keys,
                  Duration /*time_left*/) override {
        DescribeLogDirsRequest request;
        for (const auto& [name, numbers] : replicas_by_topic(keys)) {
            auto& topic = request.topics->emplace_back();
            topic.topic = name;
            topic.partitions = numbers;
        }
        auto read = [keys](const DescribeLogDirsResponse& response) {
            return verdicts(keys, response);
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    using Found = std::map<TopicPartition, ReplicaLogDirInfo>;

    [[nodiscard]] static Verdicts<TopicPartitionReplica, ReplicaLogDirInfo> verdicts(
        const std::vector<TopicPartitionReplica>& keys, const DescribeLogDirsResponse& response) {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            return all_refused<TopicPartitionReplica, ReplicaLogDirInfo>(
                keys, Next::done,
                broker_error(code, std::nullopt, about_dirs(keys.front().broker)));
        }
        Found found;
        for (const auto& dir : response.results) {
            add(dir, found);
        }
        Verdicts<TopicPartitionReplica, ReplicaLogDirInfo> told;
        for (const auto& key : keys) {
            told.emplace(key, Verdict<ReplicaLogDirInfo>(found[{key.topic, key.partition}]));
        }
        return told;
    }

    /// A directory that is offline lists nothing.
    static void add(const DescribeLogDirsResponse::Result& dir, Found& found) {
        for (const auto& topic : dir.topics) {
            for (const auto& partition : topic.partitions) {
                auto& info = found[{topic.name, PartitionId{partition.partition_index}}];
                auto& place = partition.is_future_key ? info.future : info.current;
                place = {.log_dir = dir.log_dir, .offset_lag = partition.offset_lag};
            }
        }
    }
};

class AlterReplicas final : public Handler<TopicPartitionReplica, void> {
public:
    explicit AlterReplicas(std::map<TopicPartitionReplica, std::string> log_dirs)
        : log_dirs_(std::move(log_dirs)) {}

    Route route(const TopicPartitionReplica& replica) const override {
        return Route::to_broker(replica.broker);
    }
    std::string describe(const TopicPartitionReplica& replica) const override {
        return about_replica(replica);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<TopicPartitionReplica> keys,
                  Duration /*time_left*/) override {
        std::map<std::string, std::vector<TopicPartitionReplica>> by_dir;
        for (const auto& key : keys) {
            by_dir[log_dirs_.at(key)].push_back(key);
        }
        AlterReplicaLogDirsRequest request;
        for (const auto& [path, replicas] : by_dir) {
            auto& dir = request.dirs.emplace_back();
            dir.path = path;
            for (const auto& [name, numbers] : replicas_by_topic(replicas)) {
                auto& topic = dir.topics.emplace_back();
                topic.name = name;
                topic.partitions = numbers;
            }
        }
        auto read = [broker = keys.front().broker](const AlterReplicaLogDirsResponse& response) {
            return verdicts(broker, response);
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    [[nodiscard]] static Verdicts<TopicPartitionReplica, void> verdicts(
        BrokerId broker, const AlterReplicaLogDirsResponse& response) {
        Verdicts<TopicPartitionReplica, void> told;
        for (const auto& topic : response.results) {
            for (const auto& partition : topic.partitions) {
                const TopicPartitionReplica key{topic.topic_name,
                                                PartitionId{partition.partition_index}, broker};
                told.emplace(key, settled(ErrorCode{partition.error_code}, std::nullopt,
                                          about_replica(key)));
            }
        }
        return told;
    }

    std::map<TopicPartitionReplica, std::string> log_dirs_;
};

}  // namespace

Plan<Outcomes<BrokerId, LogDirs>> describe_log_dirs_plan(std::set<BrokerId> brokers,
                                                         const Settings& settings) {
    return keyed_plan<BrokerId, LogDirs>(std::move(brokers), std::make_unique<DescribeLogDirs>(),
                                         settings);
}

Plan<Outcomes<TopicPartitionReplica, ReplicaLogDirInfo>> describe_replica_log_dirs_plan(
    std::set<TopicPartitionReplica> replicas, const Settings& settings) {
    return keyed_plan<TopicPartitionReplica, ReplicaLogDirInfo>(
        std::move(replicas), std::make_unique<DescribeReplicas>(), settings);
}

Plan<Outcomes<TopicPartitionReplica>> alter_replica_log_dirs_plan(
    std::map<TopicPartitionReplica, std::string> log_dirs, const Settings& settings) {
    auto keys = keys_of(log_dirs);
    return keyed_plan<TopicPartitionReplica, void>(
        std::move(keys), std::make_unique<AlterReplicas>(std::move(log_dirs)), settings);
}

}  // namespace barnabas::client::admin_api
