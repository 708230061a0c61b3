#include "cli/reassign/throttles.h"

#include <string_view>

namespace barnabas::cli {
namespace {

constexpr std::string_view leader_rate = "leader.replication.throttled.rate";
constexpr std::string_view follower_rate = "follower.replication.throttled.rate";
constexpr std::string_view log_dir_rate = "replica.alter.log.dirs.io.max.bytes.per.second";
constexpr std::string_view leader_replicas = "leader.replication.throttled.replicas";
constexpr std::string_view follower_replicas = "follower.replication.throttled.replicas";

admin::AlterConfigOp set_to(std::string_view name, std::string value) {
    return {.type = admin::AlterConfigOpType::set,
            .name = std::string(name),
            .value = std::move(value)};
}

admin::AlterConfigOp unset(std::string_view name) {
    return {.type = admin::AlterConfigOpType::delete_, .name = std::string(name)};
}

admin::ConfigResource of_broker(BrokerId broker) {
    return {.type = admin::ConfigResourceType::broker, .name = std::to_string(broker.get())};
}

admin::ConfigResource of_topic(const std::string& topic) {
    return {.type = admin::ConfigResourceType::topic, .name = topic};
}

std::set<BrokerId> moving_brokers(const PartitionMoves& moves) {
    std::set<BrokerId> brokers;
    for (const auto& [partition, move] : moves) {
        brokers.insert(move.sources.begin(), move.sources.end());
        brokers.insert(move.destinations.begin(), move.destinations.end());
    }
    return brokers;
}

/// "3:1", in the order of text, as Kafka's tool writes them.
using ThrottledReplicas = std::set<std::string>;

std::string throttled(PartitionId partition, BrokerId broker) {
    return fmt::format("{}:{}", partition, broker);
}

}  // namespace

PartitionMoves moves_of(const Reassignments& under_way, const Assignment& wanted,
                        const Assignment& current) {
    PartitionMoves moves;
    for (const auto& [partition, reassignment] : under_way) {
        auto& move = moves[partition];
        move.destinations = {reassignment.adding_replicas.begin(),
                             reassignment.adding_replicas.end()};
        for (const auto broker : reassignment.replicas) {
            if (!move.destinations.contains(broker)) {
                move.sources.insert(broker);
            }
        }
    }
    for (const auto& [partition, replicas] : wanted) {
        auto [place, is_new] = moves.try_emplace(partition);
        auto& move = place->second;
        if (is_new) {
            const auto& there = current.at(partition);
            move.sources = {there.begin(), there.end()};
        }
        move.destinations.clear();
        for (const auto broker : replicas) {
            if (!move.sources.contains(broker)) {
                move.destinations.insert(broker);
            }
        }
    }
    return moves;
}

ConfigChanges topic_throttles(const PartitionMoves& moves) {
    std::map<std::string, std::pair<ThrottledReplicas, ThrottledReplicas>> topics;
    for (const auto& [partition, move] : moves) {
        auto& [leaders, followers] = topics[partition.topic];
        for (const auto broker : move.sources) {
            leaders.insert(throttled(partition.partition, broker));
        }
        for (const auto broker : move.destinations) {
            followers.insert(throttled(partition.partition, broker));
        }
    }
    ConfigChanges changes;
    for (const auto& [topic, replicas] : topics) {
        changes[of_topic(topic)] = {
            set_to(leader_replicas, fmt::format("{}", fmt::join(replicas.first, ","))),
            set_to(follower_replicas, fmt::format("{}", fmt::join(replicas.second, ",")))};
    }
    return changes;
}

ConfigChanges broker_throttles(const PartitionMoves& moves, std::int64_t bytes_per_second) {
    const auto rate = std::to_string(bytes_per_second);
    ConfigChanges changes;
    for (const auto broker : moving_brokers(moves)) {
        changes[of_broker(broker)] = {set_to(leader_rate, rate), set_to(follower_rate, rate)};
    }
    return changes;
}

ConfigChanges log_dir_throttles(const std::set<BrokerId>& brokers, std::int64_t bytes_per_second) {
    ConfigChanges changes;
    for (const auto broker : brokers) {
        changes[of_broker(broker)] = {set_to(log_dir_rate, std::to_string(bytes_per_second))};
    }
    return changes;
}

ConfigChanges without_broker_throttles(const std::set<BrokerId>& brokers) {
    ConfigChanges changes;
    for (const auto broker : brokers) {
        changes[of_broker(broker)] = {unset(leader_rate), unset(follower_rate),
                                      unset(log_dir_rate)};
    }
    return changes;
}

ConfigChanges without_topic_throttles(const std::set<std::string>& topics) {
    ConfigChanges changes;
    for (const auto& topic : topics) {
        changes[of_topic(topic)] = {unset(leader_replicas), unset(follower_replicas)};
    }
    return changes;
}

}  // namespace barnabas::cli
