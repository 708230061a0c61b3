#include "broker/room.h"

#include <fmt/format.h>

namespace barnabas::broker {

Room room_of(std::uint64_t free_bytes, std::uint64_t free_min) {
    if (free_bytes >= free_min) {
        return Room::for_all;
    }
    return free_bytes >= free_min / 2 ? Room::for_the_broker : Room::for_no_log;
}

bool takes_records(Room room, bool internal) {
    return room == Room::for_all || (room == Room::for_the_broker && internal);
}

std::string no_room_sentence(const std::string& directory, const std::optional<std::string>& mount,
                             std::uint64_t free_bytes, std::uint64_t free_min) {
    const auto where =
        mount ? fmt::format("{}, on the file system mounted at {},", directory, *mount) : directory;
    return fmt::format(
        "too little space: {} has {} bytes free and keeps {} (log.dir.min.free.bytes)", where,
        free_bytes, free_min);
}

}  // namespace barnabas::broker
