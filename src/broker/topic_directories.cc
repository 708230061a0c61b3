// What the failure of a log directory does to its partitions.
#include "broker/topic_service.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {

void TopicService::mark_missing(TopicPartition partition, const std::string& why) {
    auto sentence =
        std::make_shared<const std::string>(fmt::format("{} is offline: {}", partition, why));
    missing_.insert_or_assign(std::move(partition), std::move(sentence));
}

/// First the image, then the logs: whoever finds no log any more finds the reason.
awaitable<void> TopicService::drop_directory(std::size_t directory) {
    const Turn turn = co_await take_turn();
    auto lost = ports_.dirs.take_offline(directory);
    const auto why =
        fmt::format("log directory {} has failed: {}", ports_.dirs.path_of(directory).string(),
                    ports_.dirs.use()[directory].why_offline);
    std::set<std::string> topics;
    for (const auto& partition : lost) {
        mark_missing(partition, why);
        topics.insert(partition.topic);
    }
    co_await publish_topics(std::move(topics));
    co_await forget_logs(std::move(lost));
    // What waits for its removal there is removed when the directory is opened again.
    const auto& path = ports_.dirs.path_of(directory);
    std::erase_if(doomed_folders_,
                  [&path](const Doomed& doomed) { return doomed.folder.parent_path() == path; });
    std::erase_if(doomed_segments_,
                  [&path](const DoomedSegment& doomed) { return doomed.directory == path; });
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

/// Lets go of the files without writing anything, so that the file system can be unmounted; who
/// waits for records is answered.
awaitable<void> TopicService::forget_logs(std::vector<TopicPartition> partitions) {
    const std::set<TopicPartition> gone(partitions.begin(), partitions.end());
    std::vector<std::unique_ptr<log::Log>> logs;
    for (auto& shard : ports_.services.shards) {
        auto take = [&shard, &gone, &logs] {
            std::vector<std::pair<TopicId, PartitionId>> here;
            shard->partitions.for_each([&](replication::Partition& partition) {
                if (gone.contains(partition.name())) {
                    here.emplace_back(partition.id(), partition.name().partition);
                    logs.push_back(partition.release_log());
                }
            });
            for (const auto& [topic, number] : here) {
                shard->partitions.remove(topic, number);
            }
        };
        co_await runtime::call_on(home_, shard->shard, take);
    }
    auto close = [&logs] { logs.clear(); };  // on a broken disk this may take its time
    co_await runtime::run_blocking(home_, std::move(close));
}

}  // namespace barnabas::broker
