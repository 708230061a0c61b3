#include "cli/perf/pause.h"

#include <gtest/gtest.h>

#include <thread>

namespace barnabas::cli {
namespace {

TEST(Pause, EndsWhenItIsTold) {
    Pause pause;
    EXPECT_TRUE(pause.wait(0ms));
    EXPECT_TRUE(pause.wait(1ms));
    EXPECT_FALSE(pause.stopped());
    bool went_on = true;
    std::thread waiting([&] { went_on = pause.wait(Duration::max()); });
    pause.stop();
    waiting.join();
    EXPECT_FALSE(went_on);
    EXPECT_FALSE(pause.wait(1h));
    EXPECT_TRUE(pause.stopped());
}

}  // namespace
}  // namespace barnabas::cli
