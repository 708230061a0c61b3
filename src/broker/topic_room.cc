// Directories that fill up: their partitions take no records until there is room again.
#include "base/topic_name.h"
#include "broker/room.h"
#include "broker/topic_service.h"
#include "runtime/mount_point.h"

#include <utility>

namespace barnabas::broker {
namespace {

/// Of one that is offline, or cannot tell, nothing is said: its partitions are refused otherwise.
Room room_in(const log::DirectoryUse& use, std::uint64_t free_min) {
    const bool known = use.online && use.space.total > 0;
    return known ? room_of(use.space.free, free_min) : Room::for_all;
}

std::uint64_t free_min_of(const StorageConfig& storage) {
    return static_cast<std::uint64_t>(storage.log_dir_min_free_bytes);
}

/// What a look at a directory finds.
struct RoomLook {
    log::DirectoryUse use;
    std::optional<std::string> mount;  // of one that has too little room
};

RoomLook look_at_room(const log::LogDirs& dirs, std::size_t directory, std::uint64_t free_min) {
    RoomLook found{.use = dirs.use_of(directory), .mount = {}};
    if (room_in(found.use, free_min) != Room::for_all) {
        if (const auto mount = runtime::mount_point(found.use.path)) {
            found.mount = mount->string();
        }
    }
    return found;
}

}  // namespace

Time TopicService::next_room_check() const {
    constexpr Duration room_check_interval = 1s;
    return storage().log_dir_min_free_bytes > 0 ? home_.clock().now() + room_check_interval : never;
}

/// Updates full_ and logs what has changed; false if nothing has, and the directory is not full.
bool TopicService::notice_room(const log::DirectoryUse& use,
                               const std::optional<std::string>& mount) {
    if (!use.online || use.space.total == 0) {
        return full_.erase(use.path) > 0;
    }
    const auto free_min = free_min_of(storage());
    const bool full = room_in(use, free_min) != Room::for_all;
    if (full && !full_.contains(use.path)) {
        auto why = no_room_sentence(use.path.string(), mount, use.space.free, free_min);
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
/// makes room (deleting topics or records, retention) needs a little itself, and so does the
/// broker's own bookkeeping, without which no group would consume.
awaitable<void> TopicService::check_room(std::size_t directory) {
    const auto free_min = free_min_of(storage());
    auto look = [this, directory, free_min] {
        return look_at_room(ports_.dirs, directory, free_min);
    };
    const auto found = co_await runtime::run_blocking(home_, std::move(look));
    if (!notice_room(found.use, found.mount)) {
        co_return;
    }
    const auto full = full_.find(found.use.path);
    const auto why = full == full_.end() ? nullptr : full->second;
    const Room room = room_in(found.use, free_min);
    for (auto& shard : ports_.services.shards) {
        auto tell = [why, room, &shard, health = ports_.dirs.health_of(directory)] {
            shard->partitions.for_each([&](replication::Partition& partition) {
                if (partition.log().health() == health) {
                    const bool internal = is_internal_topic(partition.name().topic);
                    partition.refuse_records(takes_records(room, internal) ? nullptr : why);
                }
            });
        };
        co_await runtime::call_on(home_, shard->shard, std::move(tell));
    }
}

}  // namespace barnabas::broker
