#include "broker/room.h"

#include <fmt/format.h>

namespace barnabas::broker {

Room room_of(std::uint64_t free_bytes, std::uint64_t free_min) {
    return free_bytes >= free_min ? Room::for_all : Room::for_the_broker;
}

bool takes_records(Room room, bool internal) {
    return room == Room::for_all || internal;
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
