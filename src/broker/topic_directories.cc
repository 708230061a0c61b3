// What the failure of a log directory does to its partitions.
#include "broker/topic_service.h"

#include <algorithm>
#include <map>
#include <utility>

namespace barnabas::broker {

void TopicService::mark_missing(TopicPartition partition, const std::string& why) {
    auto sentence =
        std::make_shared<const std::string>(fmt::format("{} is offline: {}", partition, why));
    missing_.insert_or_assign(std::move(partition), std::move(sentence));
}

/// What is left of a directory that has failed. That its files are closed may take its time there.
struct TopicService::LostFiles {
    std::vector<std::unique_ptr<log::Log>> logs;
    std::vector<std::unique_ptr<log::Segment>> segments;  // that waited for their removal
};

/// Lets go of the files without writing anything, so that the file system can be unmounted: when
/// nobody waits for a turn any more.
awaitable<Result<void>> TopicService::drop_directory(std::size_t directory) {
    auto lost = co_await lose_directory(directory);
    if (!lost) {
        co_return fail(std::move(lost));
    }
    auto close = [&lost] {
        lost->logs.clear();
        lost->segments.clear();
    };
    co_await runtime::run_blocking(home_, std::move(close));
    co_return Result<void>();
}

/// First the image, then the logs: whoever finds no log any more finds the reason. Who waits for
/// records is answered.
awaitable<Result<TopicService::LostFiles>> TopicService::lose_directory(std::size_t directory) {
    const auto turn = co_await take_turn();
    if (!turn) {
        co_return std::unexpected(turn.error());
    }
    const auto partitions = ports_.dirs.take_offline(directory);
    const auto why =
        fmt::format("log directory {} has failed: {}", ports_.dirs.path_of(directory).string(),
                    ports_.dirs.known(directory).why_offline);
    std::set<std::string> topics;
    for (const auto& partition : partitions) {
        mark_missing(partition, why);
        topics.insert(partition.topic);
    }
    co_await publish_topics(std::move(topics));
    const std::set<TopicPartition> gone(partitions.begin(), partitions.end());
    PartitionTable::Wanted is_gone = [&gone](const replication::Partition& partition) {
        return gone.contains(partition.name());
    };
    LostFiles lost;
    lost.logs = co_await take_logs(std::move(is_gone));
    // What waits for its removal there is removed when the directory is opened again.
    const auto& path = ports_.dirs.path_of(directory);
    std::erase_if(doomed_folders_,
                  [&path](const Doomed& doomed) { return doomed.folder.parent_path() == path; });
    std::erase_if(doomed_segments_, [&path, &lost](DoomedSegment& doomed) {
        if (doomed.directory != path) {
            return false;
        }
        lost.segments.push_back(std::move(doomed.segment));
        return true;
    });
    co_return Result<LostFiles>(std::move(lost));
}

awaitable<void> TopicService::publish_topics(std::set<std::string> names) {
    auto image = std::make_shared<ClusterImage>(*image_);
    for (const auto& name : names) {
        if (const auto topic = stored_.find(name); topic != stored_.end()) {
            image->put_topic(image_of(name, topic->second));
        }
    }
    co_await publish(std::move(image));
}

/// The settings of a log whose topic is the one that its folder tells.
Result<log::LogConfig> TopicService::config_of(const log::FoundLog& found) const {
    const auto topic = stored_.find(found.partition.topic);
    const auto number = static_cast<std::size_t>(found.partition.partition.get());
    if (topic == stored_.end() || number >= topic->second.node.partitions.size()) {
        return fail(ErrorCode::unknown_topic_or_partition, "there is no such partition any more");
    }
    if (found.topic_id && *found.topic_id != topic->second.node.id) {
        return fail(ErrorCode::unknown_topic_id, "it is of an older topic of that name");
    }
    if (!missing_.contains(found.partition)) {
        return fail(ErrorCode::kafka_storage_error, "the partition is in another directory");
    }
    return log_config(topic->second.configs);
}

/// What its disk is asked for takes no turn: the look at it, which ends where it hangs, and the
/// recovery, which takes its time. Nothing else waits for either.
awaitable<Result<void>> TopicService::take_back_directory(std::size_t directory, Works works) {
    auto found = co_await look_into_returned(directory);
    if (!found) {
        co_return fail(std::move(found));
    }
    ports_.log.info("log directory {} works again; looking at its {} logs",
                    ports_.dirs.path_of(directory).string(), found->logs.size());
    auto recovered = co_await recover(found->logs);
    if (works) {
        co_await works();  // before the turn: its disk may hang again
    }
    auto taken = co_await take_in(directory, std::move(*found), std::move(recovered));
    if (taken && ports_.services.mover != nullptr) {  // not where topics are tested alone
        ports_.services.mover->resume(ports_.dirs.take_futures(directory));
    }
    co_return taken;
}

/// The turn is for where a partition is in two directories alone.
awaitable<Result<TopicService::Returned>> TopicService::look_into_returned(std::size_t directory) {
    Returned returned;
    auto look = [this, directory, &returned, condemned = condemned_]() -> Result<void> {
        TRY_ASSIGN(returned.logs, ports_.dirs.open_again(directory));
        returned.unfinished = remove_condemned(returned.logs, condemned);
        return {};
    };
    if (auto looked = co_await runtime::run_blocking(home_, std::move(look)); !looked) {
        co_return fail(std::move(looked));
    }
    const auto turn = co_await take_turn();
    if (!turn) {
        ports_.dirs.take_offline(directory, turn.error().message);
        co_return std::unexpected(turn.error());
    }
    auto settle = [this, directory, &returned, now = home_.clock().both()] {
        return ports_.dirs.settle_reopened(directory, returned.logs, now);
    };
    auto settled = co_await runtime::run_blocking(home_, std::move(settle));
    if (!settled) {
        co_return fail(std::move(settled));
    }
    returned.logs = std::move(*settled);
    co_return returned;
}

/// Topics may have been deleted, moved or made anew since it was looked at.
awaitable<Result<void>> TopicService::take_in(std::size_t directory, Returned returned,
                                              Recovered recovered) {
    auto& logs = recovered.logs;
    const auto turn = co_await take_turn();
    if (!turn || !ports_.dirs.is_well(directory)) {
        logs.clear();
        ports_.dirs.take_offline(directory, turn ? "it fails again" : turn.error().message);
        co_return fail(ErrorCode::kafka_storage_error, "{}",
                       ports_.dirs.known(directory).why_offline);
    }
    turn->holds_logs_of(directory);
    for (const auto& found : returned.logs) {
        turn->holds_logs_of(found.directory);  // of doubles it may be another one
    }
    auto epochs = new_epochs(logs);
    std::erase_if(epochs, [this](const auto& entry) { return !missing_.contains(entry.first); });
    if (auto begun = co_await begin_epochs(std::move(epochs)); !begun) {
        logs.clear();
        ports_.dirs.take_offline(directory, begun.error().message);
        co_return begun;
    }
    for (const auto& [folder, why] : recovered.unopened) {
        ports_.dirs.leave_unopened(folder);
        if (missing_.contains(folder.partition)) {
            mark_missing(folder.partition, why);
        }
    }
    co_await welcome(directory, std::move(returned.logs), std::move(logs));
    co_await finish_deletions(std::move(returned.unfinished));
    co_return Result<void>();
}

awaitable<TopicService::Recovered> TopicService::recover(std::vector<log::FoundLog> found) {
    Recovered recovered;
    for (const auto& folder : found) {
        const auto config = config_of(folder);
        if (!config || stopping_) {
            continue;
        }
        const auto id = stored_.at(folder.partition.topic).node.id;
        auto open = [this, &folder, &config, now = home_.clock().both()] {
            return ports_.dirs.recover_log(folder, *config, now);
        };
        auto log = co_await runtime::run_blocking(home_, std::move(open));
        if (log) {
            recovered.logs.emplace_back(id, std::move(*log));
        } else {
            ports_.log.error("{} stays offline: {}", folder.partition, log.error().message);
            recovered.unopened.emplace_back(folder, log.error().message);
        }
    }
    co_return recovered;
}

/// Topics may have been deleted, or made anew, while the directory was away. Of what had just moved
/// there the log may be in the directory that it came from. What is to be set aside has its new
/// name before anybody can make a new log in its place.
awaitable<void> TopicService::welcome(std::size_t directory, std::vector<log::FoundLog> found,
                                      OpenLogs logs) {
    std::set<std::string> topics;
    std::map<TopicPartition, std::size_t> places;
    for (const auto& folder : found) {
        places.emplace(folder.partition, folder.directory);
    }
    std::erase_if(logs, [&](const auto& entry) {
        const auto& partition = entry.second->partition();
        const auto topic = stored_.find(partition.topic);
        const bool wanted = topic != stored_.end() && topic->second.node.id == entry.first &&
                            missing_.erase(partition) > 0;
        if (wanted) {
            ports_.dirs.place(partition, places.at(partition));
            topics.insert(partition.topic);
        }
        return !wanted;
    });
    ports_.dirs.bring_online(directory);
    auto tidy = [this, found = std::move(found), missing = missing_] {
        for (const auto& folder : found) {
            if (!ports_.dirs.is_in(folder.partition, folder.directory) &&
                !missing.contains(folder.partition)) {
                ports_.dirs.set_aside(folder,
                                      "its topic was deleted, or the partition is in "
                                      "another directory");
            }
        }
    };
    co_await runtime::run_blocking(home_, std::move(tidy));
    ports_.log.info("log directory {} is back with {} partitions",
                    ports_.dirs.path_of(directory).string(), logs.size());
    co_await hand_out(std::move(logs));
    co_await publish_topics(std::move(topics));
}

Result<void> TopicService::check_cordoned(const StorageConfig& storage) const {
    for (const auto& name : storage.cordoned_log_dirs) {
        if (name == "*") {
            continue;
        }
        if (const auto found = ports_.dirs.find_directory(name); !found) {
            return fail(ErrorCode::invalid_config, "cordoned.log.dirs: {}", found.error().message);
        }
    }
    return {};
}

/// What was stored may name a directory that is none any more: it does not count.
void TopicService::apply_cordons(const StorageConfig& storage) {
    std::set<std::size_t> cordoned;
    for (const auto& use : ports_.dirs.known()) {
        for (const auto& name : storage.cordoned_log_dirs) {
            const auto found = ports_.dirs.find_directory(name);
            if (name == "*" || (found && *found == use.index)) {
                cordoned.insert(use.index);
            }
        }
    }
    ports_.dirs.set_cordoned(cordoned);
}

/// KIP-1066: no new partition where every directory is cordoned.
Result<void> TopicService::check_cordon(bool assigned) const {
    const auto uses = ports_.dirs.known();
    const bool place =
        std::ranges::any_of(uses, [](const auto& use) { return use.online && !use.cordoned; });
    const bool online = std::ranges::any_of(uses, &log::DirectoryUse::online);
    if (place || !online) {
        return {};  // that none is online is told by whoever wants to write
    }
    return fail(
        assigned ? ErrorCode::invalid_replica_assignment : ErrorCode::invalid_replication_factor,
        "all log directories of broker {} are cordoned (cordoned.log.dirs)", ports_.services.node);
}

}  // namespace barnabas::broker
