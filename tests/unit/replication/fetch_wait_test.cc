#include "replication/fetch_wait.h"

#include <gtest/gtest.h>

namespace barnabas::replication {
namespace {

TEST(FetchWait, WakesOnceWhenEnoughIsThere) {
    int woken = 0;
    FetchWait wait(100, [&woken] { ++woken; });
    wait.add(60);
    EXPECT_EQ(woken, 0);
    wait.add(60);
    wait.add(60);
    EXPECT_EQ(woken, 1);
}

TEST(FetchWait, WakesNowWhateverIsMissing) {
    int woken = 0;
    FetchWait wait(1 << 20, [&woken] { ++woken; });
    wait.wake_now();
    wait.wake_now();
    EXPECT_EQ(woken, 1);
}

}  // namespace
}  // namespace barnabas::replication
