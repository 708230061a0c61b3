#include "test_broker/killable_disk.h"

#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace barnabas::test_broker {
namespace {

using runtime::OpenMode;
using ::testing::HasSubstr;

struct Watcher final : runtime::DiskWatcher {
    void on_failure(const runtime::DiskFailure& failure) override {
        heard.push_back(failure.sentence);
    }
    std::vector<std::string> heard;
};

struct KillableDiskTest : ::testing::Test {
    KillableDiskTest() {
        EXPECT_TRUE(below.create_directories("/d"));
        EXPECT_TRUE(disk.replace_text("/d/a", "before"));
        disk.watch(watcher);
    }
    runtime::SimulatedClock clock;
    runtime::SeededRandom random{7};
    runtime::SimulatedDisk below{clock, random};
    KillableDisk disk{below};
    std::shared_ptr<Watcher> watcher = std::make_shared<Watcher>();
};

TEST_F(KillableDiskTest, LeavesEverythingAsItWas) {
    const auto file = disk.open("/d/a", OpenMode::read_write);
    ASSERT_TRUE(file);
    disk.kill();
    const std::function<Result<void>()> changes[] = {
        [&] { return (*file)->write_at(0, as_bytes("behind")); },
        [&] { return (*file)->truncate(0); },
        [&] { return (*file)->sync(); },
        [&] { return disk.replace_text("/d/a", "behind"); },
        [&] { return disk.create_directories("/d/more"); },
        [&] { return disk.rename("/d/a", "/d/b"); },
        [&] { return disk.remove("/d/a"); },
        [&] { return disk.remove_all("/d"); },
        [&] { return disk.sync_directory("/d"); },
        [&] { return disk.set_modified("/d/a", 5); },
    };
    for (const auto& change : changes) {
        const auto done = change();
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, ErrorCode::kafka_storage_error);
        EXPECT_THAT(done.error().message, HasSubstr("is not touched: the broker is killed"));
    }
    EXPECT_FALSE(disk.open("/d/new", OpenMode::create_or_open));
    EXPECT_FALSE(disk.lock("/d/lock"));
    EXPECT_EQ(watcher->heard.size(), std::size(changes) + 2) << "no failure is overlooked";
    EXPECT_EQ(*below.read_text("/d/a"), "before");
    EXPECT_EQ(below.list("/d")->size(), 1U);
}

TEST_F(KillableDiskTest, IsReadToTheEnd) {
    disk.kill();
    EXPECT_EQ(*disk.read_text("/d/a"), "before");
    EXPECT_TRUE(disk.exists("/d/a"));
    EXPECT_FALSE(disk.exists("/d/b"));
    EXPECT_TRUE(watcher->heard.empty());
}

TEST_F(KillableDiskTest, TellsOfTroublesOfTheDiskBelow) {
    EXPECT_FALSE(disk.open("/d/none", OpenMode::read));
    EXPECT_EQ(watcher->heard.size(), 1U);
}

}  // namespace
}  // namespace barnabas::test_broker
