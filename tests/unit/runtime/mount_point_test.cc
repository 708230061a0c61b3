#include "runtime/mount_point.h"

#include <gtest/gtest.h>

namespace barnabas::runtime {
namespace {

TEST(MountPoint, IsTheLastDirectoryOnTheWayUpOfTheSameFileSystem) {
    EXPECT_EQ(mount_point("/"), Path("/"));
    EXPECT_EQ(mount_point("/proc"), Path("/proc"));
    EXPECT_EQ(mount_point("/proc/sys/kernel/"), Path("/proc"));
    EXPECT_EQ(mount_point("/proc/sys/../sys/kernel/ostype"), Path("/proc"));
}

TEST(MountPoint, FollowsSymbolicLinks) {
    EXPECT_EQ(mount_point("/proc/self/root"), Path("/"));
}

TEST(MountPoint, IsNotKnownOfWhatIsNotThere) {
    EXPECT_EQ(mount_point("/proc/there/is/no/such/thing"), std::nullopt);
    EXPECT_EQ(mount_point(""), std::nullopt);
}

}  // namespace
}  // namespace barnabas::runtime
