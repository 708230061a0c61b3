// Directories that fill up: their partitions take no records until there is room again.
#include "broker/topic_service.h"

#include <utility>

namespace barnabas::broker {

Time TopicService::next_room_check() const {
    constexpr Duration room_check_interval = 1s;
    return storage().log_dir_min_free_bytes > 0 ? home_.clock().now() + room_check_interval : never;
}

/// Updates full_ and logs what has changed; false if nothing has, and the directory is not full.
bool TopicService::notice_room(const log::DirectoryUse& use) {
    if (!use.online || use.space.total == 0) {
        return full_.erase(use.path) > 0;
    }
    const auto free_min = static_cast<std::uint64_t>(storage().log_dir_min_free_bytes);
    const bool full = use.space.free < free_min;
    if (full && !full_.contains(use.path)) {
        auto why = fmt::format(
            "too little space: {} has {} bytes free and keeps {} (log.dir.min.free.bytes)",
            use.path.string(), use.space.free, free_min);
        ports_.log.error("{}; no records are taken until there is room", why);
        full_.emplace(use.path, std::make_shared<const std::string>(std::move(why)));
    } else if (!full && full_.erase(use.path) > 0) {
        ports_.log.info("{} has {} bytes free; records are taken again", use.path.string(),
                        use.space.free);
        return true;
    }
    return full;
}

/// Partitions in a directory that is nearly full refuse records while everything else goes on: what
/// makes room (deleting topics or records, retention) needs a little itself.
awaitable<void> TopicService::check_room(std::size_t directory) {
    auto look = [this, directory] { return ports_.dirs.use_of(directory); };
    const auto use = co_await runtime::run_blocking(home_, std::move(look));
    if (!notice_room(use)) {
        co_return;
    }
    const auto found = full_.find(use.path);
    const auto why = found == full_.end() ? nullptr : found->second;
    for (auto& shard : ports_.services.shards) {
        auto tell = [&shard, why, health = ports_.dirs.health_of(directory)] {
            shard->partitions.for_each([&](replication::Partition& partition) {
                if (partition.log().health() == health) {
                    partition.refuse_records(why);
                }
            });
        };
        co_await runtime::call_on(home_, shard->shard, std::move(tell));
    }
}

}  // namespace barnabas::broker
