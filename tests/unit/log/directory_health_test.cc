#include "log/directory_health.h"

#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

using runtime::DiskTrouble;

class DirectoryHealthTest : public ::testing::Test {
protected:
    DirectoryHealthTest() : random_(1), disk_(clock_, random_) {
        for (const char* lock : {"/a/.lock", "/a/b/.lock", "/c/.lock"}) {
            EXPECT_TRUE(disk_.create_directories(runtime::Path(lock).parent_path()));
            EXPECT_TRUE(disk_.open(lock, runtime::OpenMode::create_new));
        }
    }

    runtime::SimulatedClock clock_;
    runtime::SeededRandom random_;
    runtime::SimulatedDisk disk_;
};

TEST_F(DirectoryHealthTest, JudgesByTheKindOfTroubleAndThePlace) {
    const struct {
        const char* path;
        DiskTrouble trouble;
        int failed;  // directory; -1: none
    } rows[] = {
        {"/a/t-0/0.log", DiskTrouble::broken, 0},   {"/a", DiskTrouble::broken, 0},
        {"/a/b/t-0/0.log", DiskTrouble::broken, 1}, {"/c/cluster.db", DiskTrouble::broken, 2},
        {"/c/t-0/0.log", DiskTrouble::space, -1},   {"/c/t-0/0.log", DiskTrouble::other, -1},
        {"/c/t-0/0.log", DiskTrouble::path, -1},  // that file alone is gone
        {"/elsewhere", DiskTrouble::broken, -1},    {"/ab/t-0", DiskTrouble::broken, -1},
    };
    for (const auto& row : rows) {
        DirectoryWatch watch(disk_, {"/a", "/a/b", "/c"});
        const runtime::Path path = row.path;
        watch.on_failure({.trouble = row.trouble, .path = path, .sentence = "why"});
        for (int i = 0; i < 3; ++i) {
            const auto health = watch.health(static_cast<std::size_t>(i));
            EXPECT_EQ(health->failed(), i == row.failed) << row.path << " " << i;
            EXPECT_EQ(health->why(), i == row.failed ? "why" : "");
        }
    }
}

TEST_F(DirectoryHealthTest, ADirectoryThatIsGoneHasFailed) {
    DirectoryWatch watch(disk_, {"/a", "/c"});
    EXPECT_TRUE(watch.look_for(0));
    ASSERT_TRUE(disk_.remove_all("/a"));
    EXPECT_FALSE(watch.health(0)->failed()) << "nobody has looked";
    const runtime::Path path = "/a/t-0/7.log";
    watch.on_failure({.trouble = DiskTrouble::path, .path = path, .sentence = "no such file"});
    EXPECT_TRUE(watch.health(0)->failed());
    EXPECT_NE(watch.health(0)->why().find("/a/.lock is gone"), std::string::npos);
    EXPECT_TRUE(watch.look_for(1));
    EXPECT_FALSE(watch.look_for(0));
}

TEST_F(DirectoryHealthTest, TellsOfTheFirstFailureOnceAndDoesNotHeal) {
    const auto watch = std::make_shared<DirectoryWatch>(disk_, std::vector<runtime::Path>{"/a"});
    disk_.watch(watch);
    int wakes = 0;
    watch->on_first_failure([&wakes] { ++wakes; });
    const auto health = watch->health(0);
    disk_.break_directory("/a");
    EXPECT_FALSE(disk_.open("/a/file", runtime::OpenMode::create_new));
    EXPECT_FALSE(disk_.list("/a"));
    EXPECT_EQ(wakes, 1);
    EXPECT_NE(health->why().find("/a/file"), std::string::npos) << health->why();
    disk_.heal();
    EXPECT_TRUE(disk_.list("/a"));
    EXPECT_TRUE(health->failed());
    const auto next = watch->renew(0);
    EXPECT_FALSE(next->failed());
    EXPECT_TRUE(health->failed());
    disk_.make_read_only("/a");
    EXPECT_TRUE(disk_.list("/a"));
    EXPECT_FALSE(disk_.open("/a/file", runtime::OpenMode::create_new));
    EXPECT_TRUE(next->failed());
    EXPECT_EQ(wakes, 2);
}

}  // namespace
}  // namespace barnabas::log
