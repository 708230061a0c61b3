// What a start makes of directories and folders that cannot be read.
#include "unit/log/log_directories.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

using testing::topic_id;

class LogDirsScanTest : public testing::LogDirectoriesTest {
protected:
    LogDirsScanTest() {
        auto dirs = open();
        for (const int i : {0, 1}) {
            EXPECT_TRUE(dirs->create_log({"t", PartitionId{i}}, topic_id, {}, clock_.both()));
        }
        EXPECT_TRUE(disk_.exists("/a/t-0") && disk_.exists("/b/t-1"));
    }

    /// It is there, and no file that can be read.
    void spoil(const runtime::Path& file) {
        ASSERT_TRUE(disk_.remove(file));
        ASSERT_TRUE(disk_.create_directories(file));
    }
};

TEST_F(LogDirsScanTest, ADirectoryThatCannotBeListedHasFailedAndTheOtherHasNot) {
    auto dirs = open();
    disk_.break_directory("/a");
    const auto found = dirs->scan();
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ(found->front().partition, (TopicPartition{"t", PartitionId{1}}));
    EXPECT_EQ(dirs->failed(), std::vector<std::size_t>{0});
    disk_.break_directory("/b");
    const auto nothing = dirs->scan();
    ASSERT_FALSE(nothing) << "no directory is left";
    EXPECT_EQ(nothing.error().code, ErrorCode::kafka_storage_error);
}

TEST_F(LogDirsScanTest, AFileThatCannotBeReadIsTheTroubleOfItsFolder) {
    spoil("/a/t-0/partition.metadata");
    auto dirs = open();
    const auto found = dirs->scan();
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->size(), 2U);
    EXPECT_NE(found->at(0).trouble.find("/a/t-0/partition.metadata"), std::string::npos)
        << found->at(0).trouble;
    const auto log = dirs->open_log(found->at(0), {}, clock_.both());
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().message, found->at(0).trouble);
    EXPECT_EQ(found->at(1).trouble, "");
    EXPECT_TRUE(dirs->open_log(found->at(1), {}, clock_.both()));
    EXPECT_TRUE(dirs->failed().empty()) << "the disk is well";
}

TEST_F(LogDirsScanTest, WhatIsOfANewerFormatKeepsTheBrokerFromStarting) {
    ASSERT_TRUE(disk_.replace_text("/a/t-0/partition.metadata", "version: 9\n"));
    const auto found = open()->scan();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::unsupported_version);
}

TEST_F(LogDirsScanTest, ADeletedFolderThatCannotBeRemovedStays) {
    ASSERT_TRUE(disk_.rename("/a/t-0", "/a/t-0.0123-delete"));
    auto dirs = open();
    disk_.fail_at(disk_.operations(), runtime::DiskTrouble::other);
    const auto found = dirs->scan();
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->size(), 1U);
    EXPECT_TRUE(disk_.exists("/a/t-0.0123-delete"));
    dirs.reset();
    EXPECT_TRUE(open()->scan());
    EXPECT_FALSE(disk_.exists("/a/t-0.0123-delete")) << "the next start tries again";
}

/// Only its name ends like that of one.
TEST_F(LogDirsScanTest, AFolderThatNoBrokerDeletedStays) {
    auto dirs = open();
    ASSERT_TRUE(dirs->claim(BrokerId{1}, "cluster"));
    dirs.reset();
    ASSERT_TRUE(disk_.create_directories("/a/photos-delete/holidays"));
    const auto found = open()->scan();
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->size(), 2U);
    EXPECT_TRUE(disk_.exists("/a/photos-delete/holidays"));
}

// Whichever of two folders counts, the other one's records must not be lost or served.
TEST_F(LogDirsScanTest, OfTwoFoldersNoneIsOpenedIfOneCannotBeRead) {
    for (const auto* spoilt : {"/a", "/b"}) {
        const auto folder = runtime::Path("/b/t-0");
        ASSERT_TRUE(disk_.create_directories(folder));
        const runtime::Path metadata = runtime::Path(spoilt) / "t-0" / "partition.metadata";
        ASSERT_TRUE(disk_.remove_all(metadata));
        ASSERT_TRUE(disk_.create_directories(metadata));
        auto dirs = open();
        auto found = dirs->scan();
        ASSERT_TRUE(found) << found.error().message;
        const auto kept = dirs->settle_doubles(std::move(*found), clock_.both());
        ASSERT_EQ(kept.size(), 2U) << "t-0 and t-1";
        EXPECT_NE(kept[0].trouble.find("it is in /a and in /b"), std::string::npos)
            << kept[0].trouble;
        EXPECT_TRUE(disk_.exists("/a/t-0") && disk_.exists("/b/t-0"));
        ASSERT_TRUE(disk_.remove_all("/a/t-0/partition.metadata"));
    }
}

}  // namespace
}  // namespace barnabas::log
