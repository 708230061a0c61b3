// Who may write to a directory that has little room, and what the others are told.
#include "broker/room.h"

#include <gtest/gtest.h>

#include <limits>

namespace barnabas::broker {
namespace {

TEST(Room, ClientsStopAtTheLimitAndTheBrokerNever) {
    struct Row {
        std::uint64_t free_bytes;
        std::uint64_t free_min;
        bool clients;
    };
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    const Row rows[] = {{100, 100, true}, {101, 100, true},   {99, 100, false},
                        {49, 100, false}, {0, 100, false},    {0, 1, false},
                        {0, 0, true},     {most, most, true}, {0, most, false}};
    for (const auto& row : rows) {
        const Room room = room_of(row.free_bytes, row.free_min);
        EXPECT_EQ(takes_records(room, false), row.clients) << row.free_bytes << " " << row.free_min;
        EXPECT_TRUE(takes_records(room, true)) << row.free_bytes << " " << row.free_min;
    }
}

TEST(Room, TheSentenceNamesTheMountTheFreeBytesAndTheLimit) {
    EXPECT_EQ(no_room_sentence("/srv/logs", "/srv", 5, 20),
              "too little space: /srv/logs, on the file system mounted at /srv, has 5 bytes free "
              "and keeps 20 (log.dir.min.free.bytes)");
    EXPECT_EQ(no_room_sentence("/srv/logs", std::nullopt, 5, 20),
              "too little space: /srv/logs has 5 bytes free and keeps 20 (log.dir.min.free.bytes)");
}

}  // namespace
}  // namespace barnabas::broker
