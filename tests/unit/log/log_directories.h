#pragma once

#include "log/log_dirs.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace barnabas::log::testing {

/// Of the topic that is in them.
inline const TopicId topic_id = *Uuid::parse("aJRHiaPnQjK_RVsqayEU9Q");

/// Log directories on a simulated disk: /a and /b, unless a test wants others.
class LogDirectoriesTest : public ::testing::Test {
protected:
    Result<std::unique_ptr<LogDirs>> try_open(std::vector<runtime::Path> paths = {"/a", "/b"}) {
        return LogDirs::open(
            {.disk = disk_, .random = random_, .directories = std::move(paths), .log = {}});
    }
    std::unique_ptr<LogDirs> open(std::vector<runtime::Path> paths = {"/a", "/b"}) {
        auto opened = try_open(std::move(paths));
        EXPECT_TRUE(opened) << opened.error().message;
        return std::move(*opened);
    }

    runtime::SimulatedClock clock_;
    runtime::SeededRandom random_{1};
    runtime::SimulatedDisk disk_{clock_, random_};
    wire::AppendValidator validator_;
};

}  // namespace barnabas::log::testing
