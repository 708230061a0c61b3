// How the topic service begins: what the store and the log directories hold becomes partitions.
#include "base/invariant.h"
#include "broker/on_pool.h"
#include "broker/topic_service.h"
#include "coordinator/classic/sentences.h"
#include "runtime/process.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

namespace barnabas::broker {
namespace {

using coordinator::shown;

/// Connections, listeners, the store, the files that are being compacted, deleted or moved.
constexpr std::size_t files_besides_logs = 500;

}  // namespace

awaitable<Result<void>> TopicService::start(metadata::ClusterState state, ClusterImage image) {
    controller_epoch_ = std::max(1, state.controller_epoch);
    stored_ = std::move(state.topics);
    condemn_begun_deletions();
    image.default_configs = std::move(state.default_broker_configs);
    if (const auto mine = state.broker_configs.find(ports_.services.node);
        mine != state.broker_configs.end()) {
        image.broker_configs = std::move(mine->second);
    }
    image.features = finalized_features(state.features);
    image.group_configs = group_configs_of(std::move(state.group_configs));
    image_ = std::make_shared<const ClusterImage>(std::move(image));
    if (auto checked = check_cordoned(storage()); !checked) {
        co_return checked;
    }
    co_await apply_stored_configs();

    std::set<std::string> unfinished;
    auto scan = [this, &unfinished,
                 now = home_.clock().both()]() -> Result<std::vector<log::FoundLog>> {
        TRY_ASSIGN(auto found, ports_.dirs.scan());
        unfinished = remove_condemned(found, condemned_);
        return ports_.dirs.settle_doubles(of_our_topics(std::move(found)), now);
    };
    auto found = co_await runtime::run_blocking(home_, std::move(scan));
    if (!found) {
        co_return fail(std::move(found));
    }
    co_await finish_deletions(std::move(unfinished));
    auto logs = co_await open_logs(std::move(*found));
    if (!logs) {
        co_return fail(std::move(logs));
    }
    mark_set_aside(*logs);
    if (auto created = create_missing(*logs); !created) {
        co_return created;
    }
    if (auto begun = co_await begin_epochs(new_epochs(*logs)); !begun) {
        co_return begun;
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

/// What another version stored and this one does not know is left out, with a warning.
std::shared_ptr<const ClusterImage::GroupConfigs> TopicService::group_configs_of(
    ClusterImage::GroupConfigs stored) const {
    for (auto& [group, configs] : stored) {
        for (const auto& sentence : drop_unusable(ports_.definitions.group, configs)) {
            ports_.log.warn("a configuration of group {} has no effect: {}", shown(group),
                            sentence);
        }
    }
    std::erase_if(stored, [](const auto& group) { return group.second.empty(); });
    return std::make_shared<const ClusterImage::GroupConfigs>(std::move(stored));
}

void TopicService::condemn_begun_deletions() {
    for (auto at = stored_.begin(); at != stored_.end();) {
        const auto topic = at++;
        if (topic->second.being_deleted) {
            condemned_.insert(stored_.extract(topic));
        }
    }
}

/// Removes the folders of topics whose deletion was cut off by a crash, and takes them out of
/// `found`. Answers the topics of which something is left.
std::set<std::string> TopicService::remove_condemned(std::vector<log::FoundLog>& found,
                                                     const StoredTopics& condemned) {
    std::set<std::string> unfinished;
    std::map<std::size_t, std::set<std::string>> removed_from;  // directories, with the topics
    std::erase_if(found, [&](const log::FoundLog& log) {
        const auto topic = condemned.find(log.partition.topic);
        if (topic == condemned.end() || (log.topic_id && *log.topic_id != topic->second.node.id)) {
            return false;
        }
        const auto folder = ports_.dirs.path_of(log.directory) / log.folder;
        auto removed = log.trouble.empty()
                           ? ports_.dirs.remove_folder(folder)
                           : fail(ErrorCode::kafka_storage_error, "{}", log.trouble);
        if (!removed) {
            ports_.log.error("topic {} is being deleted: {}; the next start tries again",
                             topic->first, removed.error().message);
            ports_.dirs.leave_unopened(log);
            unfinished.insert(topic->first);
        }
        removed_from[log.directory].insert(topic->first);
        return true;
    });
    // Else they may come back with the power, when the store does not know any more what they are.
    for (auto& [directory, topics] : removed_from) {
        const auto& path = ports_.dirs.path_of(directory);
        if (const auto synced = ports_.dirs.disk().sync_directory(path); !synced) {
            ports_.log.error("{}; the next start tries again", synced.error().message);
            unfinished.merge(topics);
        }
    }
    return unfinished;
}

/// Takes topics out of the store that were being deleted, except those of which files are left, or
/// may be in a directory that is away.
awaitable<void> TopicService::finish_deletions(std::set<std::string> unfinished) {
    for (const auto& name : unfinished) {
        condemned_.erase(name);  // that was said; the next start tries again
    }
    const auto directories = ports_.dirs.known();
    if (!std::ranges::all_of(directories, &log::DirectoryUse::online)) {
        for (const auto& [name, topic] : condemned_) {
            ports_.log.info(
                "topic {} is deleted; what log directories have of it that are offline is removed "
                "when they are back",
                name);
        }
        co_return;
    }
    while (!condemned_.empty()) {
        const auto name = condemned_.begin()->first;
        const auto removed = co_await free_name(name);
        if (removed) {
            ports_.log.info("topic {} deleted: that was begun before this start", name);
        } else {
            ports_.log.error("topic {} was being deleted, and cannot be taken out of the store: {}",
                             name, removed.error().message);
        }
    }
}

/// Takes a topic out of the store whose deletion was cut off. It is not condemned any more, come
/// what may: on an error the next start finds it again.
awaitable<Result<void>> TopicService::free_name(std::string name) {
    const auto topic = condemned_.extract(name);
    co_return co_await store_ops(metadata::delete_topic_ops(name, topic.mapped()));
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

/// One folder on its way to a log, opened by a thread of the blocking pool.
struct TopicService::Opening {
    log::FoundLog found;
    TopicId id;
    log::LogConfig config;
    std::unique_ptr<log::Log> log{};
    std::string trouble{};  // why there is no log
};

/// Leaves out what is in no topic of the cluster.
Result<std::vector<TopicService::Opening>> TopicService::plan_openings(
    const std::vector<log::FoundLog>& found) {
    std::map<std::string_view, log::LogConfig> configs;  // the same for all partitions of a topic
    std::vector<Opening> openings;
    for (const auto& folder : found) {
        const auto topic = stored_.find(folder.partition.topic);
        const auto number = static_cast<std::size_t>(folder.partition.partition.get());
        if (topic == stored_.end() || number >= topic->second.node.partitions.size()) {
            ports_.log.warn("{} is in no topic of the cluster; its folder is left alone",
                            folder.partition);
            ports_.dirs.leave_alone(folder);
            continue;
        }
        auto config = configs.find(topic->first);
        if (config == configs.end()) {
            TRY_ASSIGN(const auto resolved, log_config(topic->second.configs));
            config = configs.emplace(topic->first, resolved).first;
        }
        openings.push_back(
            {.found = folder, .id = topic->second.node.id, .config = config->second});
    }
    return openings;
}

/// On any thread.
void TopicService::open_one(Opening& opening, Now now, std::atomic<std::uint64_t>& scanned) const {
    const auto& id = opening.found.topic_id;
    const auto open = [&]() -> Result<void> {
        if (!opening.found.trouble.empty()) {
            return fail(ErrorCode::kafka_storage_error, "{}", opening.found.trouble);
        }
        if (id && *id != opening.id) {
            return fail(ErrorCode::inconsistent_topic_id,
                        "its folder is of an older topic of that name ({}, not {}) and is left "
                        "alone",
                        *id, opening.id);
        }
        TRY(id ? Result<void>() : ports_.dirs.write_topic_id(opening.found, opening.id));
        TRY_ASSIGN(opening.log,
                   ports_.dirs.recover_log(opening.found, opening.config, now, &scanned));
        return {};
    };
    if (auto opened = open(); !opened) {
        opening.trouble = std::move(opened.error().message);
    }
}

/// Directories and logs side by side on the blocking pool. What cannot be opened is offline; the
/// others do not suffer.
awaitable<Result<TopicService::OpenLogs>> TopicService::open_logs(
    std::vector<log::FoundLog> found) {
    auto openings = plan_openings(found);
    if (!openings) {
        co_return fail(std::move(openings));
    }
    std::map<std::size_t, WorkList> by_directory;
    for (std::size_t i = 0; i < openings->size(); ++i) {
        by_directory[(*openings)[i].found.directory].push_back(i);
    }
    const Now now = home_.clock().both();
    std::atomic<std::size_t> done = 0;
    std::atomic<std::uint64_t> scanned = 0;
    auto work = [this, &openings, &done, &scanned, now](std::size_t i) {
        open_one((*openings)[i], now, scanned);
        ++done;
    };
    const auto report = [this, &openings, &scanned, now](std::string_view what, std::size_t count) {
        const auto taken = home_.clock().now() - now.steady;
        ports_.log.info("{} {} of {} logs, {} bytes scanned, {:.1f} s", what, count,
                        openings->size(), scanned.load(),
                        std::chrono::duration<double>(taken).count());
    };
    auto goes_on = [&report, &done] {
        report("opening:", done);
        return true;  // however long it takes: without its logs there is no broker
    };
    co_await on_pool(home_, lists_of(std::move(by_directory)), storage().recovery_threads_per_dir,
                     work, goes_on);
    OpenLogs logs;
    for (auto& opening : *openings) {
        if (opening.log) {
            ports_.dirs.place(opening.found.partition, opening.found.directory);
            logs.emplace_back(opening.id, std::move(opening.log));
        } else {
            ports_.log.error("{} is offline: {}", opening.found.partition, opening.trouble);
            mark_missing(opening.found.partition, opening.trouble);
            ports_.dirs.leave_unopened(opening.found);
        }
    }
    if (!openings->empty()) {
        report("opened:", logs.size());
    }
    if (const auto limit = runtime::file_limit(); logs.size() + files_besides_logs > limit) {
        ports_.log.warn(
            "{} logs, and this process may open {} files: each log that is in use takes one, each "
            "connection another; raise the limit (ulimit -n, LimitNOFILE)",
            logs.size(), limit);
    }
    co_return logs;
}

std::set<TopicPartition> TopicService::partitions_of(const OpenLogs& logs) {
    std::set<TopicPartition> partitions;
    for (const auto& [id, log] : logs) {
        partitions.insert(log->partition());
    }
    return partitions;
}

/// Partitions whose folder is there under the name that it got when it was set aside: Apache Kafka
/// does that, at its start, with all topics that were made here since Kafka's last stop. An empty
/// log in its place would look as if the records were lost.
void TopicService::mark_set_aside(const OpenLogs& logs) {
    const auto strays = ports_.dirs.take_strays();
    std::map<TopicId, std::string_view> names;
    for (const auto& [name, topic] : stored_) {
        if (!strays.empty()) {
            names.emplace(topic.node.id, name);
        }
    }
    const auto open = partitions_of(logs);
    for (const auto& stray : strays) {
        std::string_view name = stray.partition.topic;
        if (stray.topic_id) {
            const auto known = names.find(*stray.topic_id);
            name = known == names.end() ? std::string_view() : known->second;
        }
        const auto topic = stored_.find(name);
        const auto number = static_cast<std::size_t>(stray.partition.partition.get());
        TopicPartition partition{std::string(name), stray.partition.partition};
        if (topic == stored_.end() || number >= topic->second.node.partitions.size() ||
            open.contains(partition) || missing_.contains(partition)) {
            continue;
        }
        const auto folder = ports_.dirs.path_of(stray.directory) / stray.folder;
        const auto why = fmt::format(
            "its folder was set aside as {}, as Apache Kafka does with the topics that it does not "
            "know; to have its records back rename that to {} and start the broker again, to begin "
            "without them move it away or delete the topic",
            folder.string(), ports_.dirs.folder_of(partition, stray.directory).string());
        ports_.log.warn("{} is offline: {}", partition, why);
        mark_missing(std::move(partition), why);
    }
}

/// Partitions without a folder: new ones, unless their directory may just be away.
Result<void> TopicService::create_missing(OpenLogs& logs) {
    const auto open = partitions_of(logs);
    const auto directories = ports_.dirs.known();
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
            if (const auto end = ports_.dirs.known_end(partition); end > Offset{0}) {
                ports_.log.warn(
                    "{} has no folder any more, and had records up to offset {}; it begins anew, "
                    "empty",
                    partition, *end);
            }
            auto log = ports_.dirs.create_log(partition, topic.node.id, config, now);
            if (log) {
                logs.emplace_back(topic.node.id, std::move(*log));
                continue;
            }
            // A full disk, say: the others do not suffer, and the next start tries again.
            ports_.log.error("{} is offline: its log cannot be created: {}", partition,
                             log.error().message);
            mark_missing(std::move(partition), "its log cannot be created: " + log.error().message);
        }
    }
    return {};
}

}  // namespace barnabas::broker
