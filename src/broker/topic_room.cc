// Directories that fill up: their partitions take no records until there is room again.
#include "broker/topic_service.h"

#include <utility>

namespace barnabas::broker {

Time TopicService::next_room_check() const {
    constexpr Duration room_check_interval = 1s;
    return storage().log_dir_min_free_bytes > 0 ? home_.clock().now() + room_check_interval : never;
}

/// Updates full_ and logs what has changed; false if nothing has, and nothing is full.
bool TopicService::notice_full_directories() {
    const auto free_min = static_cast<std::uint64_t>(storage().log_dir_min_free_bytes);
    bool changed = false;
    for (const auto& use : ports_.dirs.use()) {
        if (!use.online || use.space.total == 0) {
            full_.erase(use.path);
            continue;
        }
        const bool full = use.space.free < free_min;
        if (full && !full_.contains(use.path)) {
            auto why = fmt::format(
                "too little space: {} has {} bytes free and keeps {} (log.dir.min.free.bytes)",
                use.path.string(), use.space.free, free_min);
            ports_.log.error("{}; no records are taken until there is room", why);
            full_.emplace(use.path, std::make_shared<const std::string>(std::move(why)));
            changed = true;
        } else if (!full && full_.erase(use.path) > 0) {
            ports_.log.info("{} has {} bytes free; records are taken again", use.path.string(),
                            use.space.free);
            changed = true;
        }
    }
    return changed || !full_.empty();
}

/// Partitions in a directory that is nearly full refuse records while everything else goes on: what
/// makes room (deleting topics or records, retention) needs a little itself.
awaitable<void> TopicService::check_room() {
    if (!notice_full_directories()) {
        co_return;
    }
    for (auto& shard : ports_.services.shards) {
        auto tell = [&shard, full = full_] {
            shard->partitions.for_each([&full](replication::Partition& partition) {
                const auto found = full.find(partition.log().folder().parent_path());
                partition.refuse_records(found == full.end() ? nullptr : found->second);
            });
        };
        co_await runtime::call_on(home_, shard->shard, std::move(tell));
    }
}

}  // namespace barnabas::broker
