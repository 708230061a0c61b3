// New logs where the directories were asked for their folders before.
#include "unit/log/log_directories.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::log {
namespace {

using testing::topic_id;

class LogDirsCreateTest : public testing::LogDirectoriesTest {
protected:
    std::unique_ptr<Log> create(LogDirs& dirs, const std::string& topic, int partition = 0) {
        auto log = dirs.create_log({topic, PartitionId{partition}}, topic_id, {}, clock_.both());
        EXPECT_TRUE(log) << log.error().message;
        return std::move(*log);
    }
    void write(const runtime::Path& path, std::string_view text) {
        ASSERT_TRUE(disk_.create_directories(path.parent_path()));
        ASSERT_TRUE(disk_.replace_text(path, text));
    }
};

/// Of two directories with a log in the first: the next one's place is the second, unless that has
/// not answered.
TEST_F(LogDirsCreateTest, CreatesLogsOnlyWhereTheDiskHasAnswered) {
    struct Row {
        std::string name;
        std::set<std::size_t> answered;
        bool folder_in_b = false;  // which a start came across
        bool b_hangs = false;      // as the checkpoints' writer says
        std::optional<std::size_t> want;
    };
    const Row rows[] = {
        {.name = "both", .answered = {0, 1}, .want = 1},
        {.name = "one", .answered = {0}, .want = 0},
        {.name = "none", .answered = {}, .want = {}},
        {.name = "a folder that can be set aside",
         .answered = {0, 1},
         .folder_in_b = true,
         .want = 1},
        {.name = "one that cannot", .answered = {0}, .folder_in_b = true, .want = {}},
        {.name = "writing hangs", .answered = {0, 1}, .b_hangs = true, .want = 0},
        {.name = "writing hangs, and a folder",
         .answered = {0, 1},
         .folder_in_b = true,
         .b_hangs = true,
         .want = {}},
    };
    const TopicPartition partition{"u", PartitionId{0}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        ASSERT_TRUE(disk_.remove_all("/a"));
        ASSERT_TRUE(disk_.remove_all("/b"));
        auto dirs = open();
        const auto first = create(*dirs, "t");
        FolderLook look{.answered = row.answered, .folders = {}};
        if (row.folder_in_b) {
            write("/b/u-0/old", "");
            dirs->leave_alone(
                {.directory = 1, .partition = partition, .topic_id = {}, .folder = "u-0"});
            if (row.answered.contains(1)) {
                look.folders[partition] = {1};
            }
        }
        dirs->set_hanging(1, row.b_hangs);
        const auto log = dirs->create_log(partition, topic_id, {}, clock_.both(), look);
        EXPECT_EQ(dirs->place_of(partition), row.want);
        EXPECT_EQ(log.has_value(), row.want.has_value());
        if (!log) {
            EXPECT_EQ(log.error().code, ErrorCode::kafka_storage_error);
            EXPECT_TRUE(log.error().message.contains("hangs")) << log.error().message;
            EXPECT_FALSE(disk_.exists("/a/u-0"));
        }
        EXPECT_EQ(disk_.exists("/b/u-0/old"), row.folder_in_b && !row.want);
    }
}

/// Between the question and the change another change may have taken the folder away.
TEST_F(LogDirsCreateTest, AFolderThatIsGoneSinceIsInNobodysWay) {
    auto dirs = open();
    const TopicPartition partition{"u", PartitionId{0}};
    const FolderLook look{.answered = {0, 1}, .folders = {{partition, {0, 1}}}};
    const auto log = dirs->create_log(partition, topic_id, {}, clock_.both(), look);
    ASSERT_TRUE(log) << log.error().message;
}

TEST_F(LogDirsCreateTest, AWishWaitsForADiskThatAnswersLate) {
    auto dirs = open();
    const TopicPartition partition{"u", PartitionId{0}};
    dirs->prefer(partition, 1);
    const FolderLook late{.answered = {}, .folders = {}};
    EXPECT_FALSE(dirs->create_log(partition, topic_id, {}, clock_.both(), late));
    const auto log = create(*dirs, "u");
    EXPECT_EQ(dirs->place_of(partition), 1U);
}

TEST_F(LogDirsCreateTest, SaysOfWhichPartitionsADirectoryHasAFolder) {
    auto dirs = open();
    const auto first = create(*dirs, "t", 0);
    const auto second = create(*dirs, "t", 1);
    write("/b/u-0/old", "");
    const std::vector<TopicPartition> asked{
        {"t", PartitionId{0}}, {"t", PartitionId{1}}, {"u", PartitionId{0}}};
    EXPECT_EQ(dirs->folders_in(0, asked), (std::vector{asked[0]}));
    EXPECT_EQ(dirs->folders_in(1, asked), (std::vector{asked[1], asked[2]}));
    EXPECT_TRUE(dirs->has_folder(asked[0], 0));
    EXPECT_FALSE(dirs->has_folder(asked[0], 1));
    EXPECT_FALSE(dirs->has_folder(asked[2], 1)) << "nobody has looked";
    dirs->try_out(1);
    EXPECT_FALSE(disk_.exists("/b/.barnabas-probe"));
    EXPECT_TRUE(dirs->is_well(1));
    disk_.make_read_only("/b");
    dirs->try_out(1);
    EXPECT_FALSE(dirs->is_well(1));
    EXPECT_EQ(dirs->folders_in(1, asked), std::vector<TopicPartition>());
}

}  // namespace
}  // namespace barnabas::log
