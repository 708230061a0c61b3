// How the topic service begins: what the store and the log directories hold becomes partitions.
#include "base/invariant.h"
#include "broker/topic_service.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {

awaitable<Result<void>> TopicService::start(metadata::ClusterState state, ClusterImage image) {
    controller_epoch_ = std::max(1, state.controller_epoch);
    stored_ = std::move(state.topics);
    image.default_configs = std::move(state.default_broker_configs);
    if (const auto mine = state.broker_configs.find(ports_.services.node);
        mine != state.broker_configs.end()) {
        image.broker_configs = std::move(mine->second);
    }
    image_ = std::make_shared<const ClusterImage>(std::move(image));
    if (auto checked = check_cordoned(storage()); !checked) {
        co_return checked;
    }
    co_await apply_stored_configs();

    auto found = ports_.dirs.scan();
    if (!found) {
        co_return fail(std::move(found));
    }
    *found = ports_.dirs.settle_doubles(of_our_topics(std::move(*found)), home_.clock().both());
    auto logs = open_logs(*found);
    if (!logs) {
        co_return fail(std::move(logs));
    }
    if (auto created = create_missing(*logs); !created) {
        co_return created;
    }
    co_await hand_out(std::move(*logs));
    logs_open_ = true;
    auto first = std::make_shared<ClusterImage>(*image_);
    for (const auto& [name, topic] : stored_) {
        first->put_topic(image_of(name, topic));
    }
    co_await publish(std::move(first));
    co_return Result<void>();
}

/// Of the folders of a partition that is there twice, those of an older topic do not count.
std::vector<log::FoundLog> TopicService::of_our_topics(std::vector<log::FoundLog> found) {
    std::vector<log::FoundLog> kept;
    std::map<TopicPartition, int> ours;
    const auto is_older = [this](const log::FoundLog& log) {
        const auto topic = stored_.find(log.partition.topic);
        return topic != stored_.end() && log.topic_id && *log.topic_id != topic->second.node.id;
    };
    for (const auto& log : found) {
        ours[log.partition] += is_older(log) ? 0 : 1;
    }
    for (auto& log : found) {
        if (is_older(log) && ours[log.partition] > 0) {
            ports_.dirs.set_aside(log, "it is of an older topic of that name");
        } else {
            kept.push_back(std::move(log));
        }
    }
    return kept;
}

awaitable<void> TopicService::announce(BrokerImage self) {
    auto image = std::make_shared<ClusterImage>(*image_);
    image->brokers = {std::move(self)};
    co_await publish(std::move(image));
}

/// Runs before anything is served, on this thread.
Result<TopicService::OpenLogs> TopicService::open_logs(const std::vector<log::FoundLog>& found) {
    OpenLogs logs;
    const Now now = home_.clock().both();
    for (const auto& folder : found) {
        const auto topic = stored_.find(folder.partition.topic);
        const auto number = static_cast<std::size_t>(folder.partition.partition.get());
        if (topic == stored_.end() || number >= topic->second.node.partitions.size()) {
            ports_.log.warn("{} is in no topic of the cluster; its folder is left alone",
                            folder.partition);
            continue;
        }
        const auto& id = topic->second.node.id;
        if (folder.topic_id && *folder.topic_id != id) {
            ports_.log.warn(
                "{} is of an older topic of that name ({}, not {}); its folder is "
                "left alone and the partition is offline",
                folder.partition, *folder.topic_id, id);
            mark_missing(folder.partition, "its folder is of an older topic of that name");
            continue;
        }
        if (!folder.topic_id) {
            TRY(ports_.dirs.write_topic_id(folder, id));
        }
        TRY_ASSIGN(const auto config, log_config(topic->second.configs));
        auto log = ports_.dirs.open_log(folder, config, now);
        if (!log) {
            ports_.log.error("{} is offline: {}", folder.partition, log.error().message);
            mark_missing(folder.partition, log.error().message);
            continue;
        }
        logs.emplace_back(id, std::move(*log));
    }
    return logs;
}

/// Partitions without a folder: new ones, unless their directory may just be away.
Result<void> TopicService::create_missing(OpenLogs& logs) {
    std::set<TopicPartition> open;
    for (const auto& [id, log] : logs) {
        open.insert(log->partition());
    }
    const auto directories = ports_.dirs.use();
    const bool all_online = std::ranges::all_of(directories, &log::DirectoryUse::online);
    const Now now = home_.clock().both();
    for (const auto& [name, topic] : stored_) {
        TRY_ASSIGN(const auto config, log_config(topic.configs));
        for (std::size_t i = 0; i < topic.node.partitions.size(); ++i) {
            TopicPartition partition{name, PartitionId{static_cast<std::int32_t>(i)}};
            if (open.contains(partition) || missing_.contains(partition)) {
                continue;
            }
            const auto& replicas = topic.node.partitions[i].replicas;
            if (std::ranges::find(replicas, ports_.services.node) == replicas.end()) {
                missing_.emplace(std::move(partition), nullptr);
                continue;
            }
            if (!all_online) {
                ports_.log.warn("{} is in no directory that is online; it is offline", partition);
                mark_missing(std::move(partition), "it is in no log directory that is online");
                continue;
            }
            TRY_ASSIGN(auto log, ports_.dirs.create_log(partition, topic.node.id, config, now));
            logs.emplace_back(topic.node.id, std::move(log));
        }
    }
    return {};
}

}  // namespace barnabas::broker
