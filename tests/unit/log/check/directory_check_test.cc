// What a check says of a directory as a whole: that it is sound, whose it is not, and who holds it.
#include "log/check/directory_check.h"

#include "unit/log/check/log_directory.h"

namespace barnabas::log {
namespace {

using testing::directory;
using testing::DirectoryCheckTest;
using testing::folder;
using testing::segment_file;

TEST_F(DirectoryCheckTest, FindsNothingWrongInWhatABrokerLeft) {
    const auto before = contents();
    const auto report = check();
    ASSERT_TRUE(report) << report.error().message;
    for (const auto& problem : report->problems) {
        ADD_FAILURE() << problem.path << ": " << problem.sentence;
    }
    EXPECT_TRUE(report->clean);
    EXPECT_EQ(report->partitions, 1U);
    EXPECT_GE(report->segments, 3U);
    EXPECT_EQ(report->segments, segments_);
    EXPECT_EQ(report->batches, 63U);
    EXPECT_EQ(report->identity.node, BrokerId{1});
    EXPECT_EQ(contents(), before);
}

TEST_F(DirectoryCheckTest, OfACrashedDirectoryKnowsThatTheLastIndexesWereOpen) {
    ASSERT_TRUE(disk_.remove(directory / clean_shutdown_file));
    const auto path = segment_file(bases().back(), offset_index_suffix);
    write(path, read(path) + std::string(800, '\0'));
    EXPECT_EQ(kinds(), std::vector<std::string>{});
    const auto other = segment_file(bases().front(), offset_index_suffix);
    write(other, read(other) + std::string(800, '\0'));
    EXPECT_EQ(kinds(), std::vector<std::string>{"wrong-index"});
}

TEST_F(DirectoryCheckTest, LeavesKafkasMetadataLogAlone) {
    ASSERT_TRUE(disk_.create_directories(directory / kraft_log_folder));
    write((directory / kraft_log_folder / file_name(Offset{0}, log_suffix)).string(), "torn");
    const auto report = check();
    ASSERT_TRUE(report);
    ASSERT_EQ(report->problems.size(), 1U);
    EXPECT_EQ(report->problems.front().kind, ProblemKind::torn_tail);
    EXPECT_FALSE(report->problems.front().mend);
}

// Lowered to the end it would tell the cleaner that what was written again is compacted.
TEST_F(DirectoryCheckTest, OfTheCleanersOffsetsThoseBeyondTheEndGo) {
    const auto path = directory / cleaner_offset_file;
    write(path.string(), fmt::format("0\n2\ngone 0 7\nt 0 {}\n", end_.get() + 1));
    const auto report = check();
    ASSERT_TRUE(report && report->problems.size() == 1);
    const auto& problem = report->problems.front();
    EXPECT_EQ(
        problem.sentence,
        fmt::format("says that t-0 was compacted up to offset {}; its log ends at {}: records "
                    "are lost, or were cut",
                    end_.get() + 1, end_));
    ASSERT_TRUE(problem.mend);
    EXPECT_EQ(problem.mend->text, "0\n1\ngone 0 7\n");
    write(path.string(), fmt::format("0\n1\nt 0 {}\n", end_));
    EXPECT_EQ(kinds(), std::vector<std::string>{});
}

TEST_F(DirectoryCheckTest, TellsWhichPartitionsHaveAFolder) {
    const auto path = folder / partition_metadata_file;
    const TopicPartition partition{"t", PartitionId{0}};
    EXPECT_EQ(check()->folders, (FoundFolders{{partition, testing::topic_id}}));
    ASSERT_TRUE(disk_.remove(path));
    EXPECT_EQ(check()->folders, (FoundFolders{{partition, std::nullopt}}));
    write(path.string(), "version: 0\n");
    EXPECT_EQ(check()->folders, (FoundFolders{{partition, std::nullopt}}));
}

TEST_F(DirectoryCheckTest, RefusesWhatANewerBrokerWrote) {
    struct Row {
        runtime::Path path;
        std::string text;
        bool by_broker = true;  // its start refuses it as well; else the partition is refused
    };
    const Row rows[] = {
        {directory / identity_file, "version=2\nnode.id=1\n"},
        {directory / recovery_point_file, "1\n1\nt 0 5 7\n"},
        {directory / log_start_file, "1\n0\n"},
        {directory / high_watermark_file, "17\n0\n"},
        {directory / cleaner_offset_file, "1\n0\n"},
        {folder / partition_metadata_file, "version: 1\ntopic_id: aJRHiaPnQjK_RVsqayEU9Q"},
        {folder / leader_epoch_file, "1\n0\n", false},
    };
    for (const auto& row : rows) {
        const auto before = disk_.exists(row.path) ? read(row.path.string()) : "";
        write(row.path.string(), row.text);
        const auto report = check();
        ASSERT_FALSE(report) << row.path;
        EXPECT_EQ(report.error().code, ErrorCode::unsupported_version);
        EXPECT_NE(report.error().message.find(row.path.string()), std::string::npos)
            << report.error().message;
        EXPECT_NE(report.error().message.find("ewer"), std::string::npos) << report.error().message;
        if (row.by_broker) {
            auto dirs = LogDirs::open(
                {.disk = disk_, .random = random_, .directories = {directory}, .log = {}});
            const auto found = dirs ? (*dirs)->scan() : fail(std::move(dirs));
            EXPECT_FALSE(found) << row.path;
        }
        if (before.empty()) {
            ASSERT_TRUE(disk_.remove(row.path));
        } else {
            write(row.path.string(), before);
        }
    }
    write((folder / leader_epoch_file).string(), "1\n0\n");
    const auto log = Log::open({.disk = disk_,
                                .folder = folder,
                                .partition = {"t", PartitionId{0}},
                                .config = {},
                                .now = clock_.both(),
                                .log = {}});
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().code, ErrorCode::unsupported_version);
    EXPECT_EQ(read((folder / leader_epoch_file).string()), "1\n0\n");
}

TEST_F(DirectoryCheckTest, RefusesWhatIsNoLogDirectory) {
    ASSERT_TRUE(disk_.create_directories("/empty"));
    for (const bool writing : {false, true}) {
        const auto empty = lock_for_tool(disk_, "/empty", writing);
        ASSERT_FALSE(empty);
        EXPECT_NE(empty.error().message.find("no log directory"), std::string::npos);
    }
    EXPECT_TRUE(disk_.list("/empty")->empty());
    EXPECT_FALSE(lock_for_tool(disk_, "/none", true));
    EXPECT_FALSE(disk_.exists("/none"));
}

TEST_F(DirectoryCheckTest, IsKeptOutByARunningBroker) {
    {
        const auto dirs = open_directory();
        for (const bool writing : {false, true}) {
            const auto lock = lock_for_tool(disk_, directory, writing);
            ASSERT_FALSE(lock);
            EXPECT_NE(lock.error().message.find("running broker"), std::string::npos)
                << lock.error().message;
        }
    }
    const auto lock = lock_for_tool(disk_, directory, true);
    ASSERT_TRUE(lock) << lock.error().message;
    EXPECT_FALSE(
        LogDirs::open({.disk = disk_, .random = random_, .directories = {directory}, .log = {}}));
}

}  // namespace
}  // namespace barnabas::log
