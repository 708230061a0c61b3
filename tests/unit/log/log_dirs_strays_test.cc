// Folders that were set aside, what the checkpoints know of partitions without a folder, and when
// they are not to be believed.
#include "unit/log/log_directories.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace barnabas::log {
namespace {

using testing::topic_id;

class LogDirsStraysTest : public testing::LogDirectoriesTest {
protected:
    void create(const TopicPartition& partition) {
        auto dirs = open();
        ASSERT_TRUE(dirs->create_log(partition, topic_id, {}, clock_.both()));
    }
};

TEST_F(LogDirsStraysTest, AreRememberedAndNotOpened) {
    create({"a.b", PartitionId{7}});
    ASSERT_TRUE(disk_.rename("/a/a.b-7", "/a/a.b-7.0123-stray"));
    auto dirs = open();
    EXPECT_EQ(dirs->scan()->size(), 0U);
    const auto strays = dirs->take_strays();
    ASSERT_EQ(strays.size(), 1U);
    EXPECT_EQ(strays[0].partition, (TopicPartition{"a.b", PartitionId{7}}));
    EXPECT_EQ(strays[0].topic_id, topic_id);
    EXPECT_EQ(strays[0].folder, "a.b-7.0123-stray");
    EXPECT_TRUE(dirs->take_strays().empty());
}

TEST_F(LogDirsStraysTest, DoNotKeepTheBrokerFromStarting) {
    create({"t", PartitionId{0}});
    ASSERT_TRUE(disk_.replace_text("/a/t-0/partition.metadata", "version: 9\n"));
    ASSERT_TRUE(disk_.rename("/a/t-0", "/a/t-0.0123-stray"));
    ASSERT_TRUE(open()->claim(BrokerId{1}, "cluster"));
    ASSERT_TRUE(disk_.create_directories("/a/whatever-stray"));
    auto dirs = open();
    EXPECT_TRUE(dirs->scan());
    EXPECT_TRUE(dirs->take_strays().empty());
}

TEST_F(LogDirsStraysTest, TheCheckpointsKnowWhatHadRecords) {
    const TopicPartition partition{"t", PartitionId{0}};
    create(partition);
    {
        auto dirs = open();
        EXPECT_EQ(dirs->known_end(partition), std::nullopt);
        ASSERT_TRUE(dirs->write_checkpoints({{.partition = partition,
                                              .directory = 1,
                                              .recovery_point = Offset{3},
                                              .log_start = Offset{0},
                                              .high_watermark = Offset{5}}}));
    }
    EXPECT_EQ(open()->known_end(partition), Offset{5});
    EXPECT_EQ(open()->known_end({"t", PartitionId{1}}), std::nullopt);
}

/// The mark lets the next start believe the checkpoints.
TEST_F(LogDirsStraysTest, NoMarkIsLeftWhereTheCheckpointsCouldNotBeWritten) {
    auto dirs = open();
    ASSERT_TRUE(disk_.create_directories("/a/log-start-offset-checkpoint.tmp"));
    const std::vector<LogOffsets> offsets{{.partition = {"t", PartitionId{0}},
                                           .directory = 0,
                                           .recovery_point = Offset{1},
                                           .log_start = Offset{1},
                                           .high_watermark = Offset{1}}};
    EXPECT_FALSE(dirs->write_checkpoints(offsets));
    EXPECT_TRUE(dirs->failed().empty()) << "the disk works";
    ASSERT_TRUE(dirs->mark_clean());
    EXPECT_FALSE(disk_.exists("/a/.kafka_cleanshutdown"));
    EXPECT_TRUE(disk_.exists("/b/.kafka_cleanshutdown"));
    ASSERT_TRUE(disk_.remove_all("/a/log-start-offset-checkpoint.tmp"));
    EXPECT_TRUE(dirs->write_checkpoints(offsets));
    ASSERT_TRUE(dirs->mark_clean());
    EXPECT_TRUE(disk_.exists("/a/.kafka_cleanshutdown"));
}

/// Of a folder that nobody here opens; Kafka may, next.
TEST_F(LogDirsStraysTest, WhatIsLeftAloneKeepsItsOffsetsAndIsNotCalledCleanIfItWasNot) {
    const TopicPartition partition{"theirs", PartitionId{0}};
    const auto* mark = "/a/.kafka_cleanshutdown";
    for (const bool was_clean : {true, false}) {
        ASSERT_TRUE(disk_.remove_all("/a") && disk_.remove_all("/b"));
        create(partition);
        ASSERT_TRUE(
            disk_.replace_text("/a/recovery-point-offset-checkpoint", "0\n1\ntheirs 0 7\n"));
        ASSERT_TRUE(disk_.replace_text("/a/log-start-offset-checkpoint", "0\n1\ntheirs 0 5\n"));
        ASSERT_TRUE(disk_.replace_text("/a/replication-offset-checkpoint", "0\n1\ntheirs 0 9\n"));
        if (was_clean) {
            ASSERT_TRUE(disk_.replace_text(mark, "{}"));
        }
        for (int start = 0; start < 2; ++start) {
            auto dirs = open();
            EXPECT_FALSE(disk_.exists(mark));
            const auto found = dirs->scan();
            ASSERT_TRUE(found) << found.error().message;
            ASSERT_EQ(found->size(), 1U);
            dirs->leave_alone(found->front());
            ASSERT_TRUE(dirs->write_checkpoints({{.partition = {"ours", PartitionId{0}},
                                                  .directory = 0,
                                                  .recovery_point = Offset{1},
                                                  .log_start = Offset{0},
                                                  .high_watermark = Offset{1}}}));
            ASSERT_TRUE(dirs->mark_clean());
            EXPECT_EQ(disk_.exists(mark), was_clean);
            EXPECT_TRUE(disk_.exists("/b/.kafka_cleanshutdown"));
            EXPECT_EQ(disk_.read_text("/a/recovery-point-offset-checkpoint").value_or(""),
                      "0\n2\nours 0 1\ntheirs 0 7\n");
            EXPECT_EQ(disk_.read_text("/a/log-start-offset-checkpoint").value_or(""),
                      "0\n1\ntheirs 0 5\n");
            EXPECT_EQ(disk_.read_text("/a/replication-offset-checkpoint").value_or(""),
                      "0\n2\nours 0 1\ntheirs 0 9\n");
        }
    }
}

// It was opened as if it had been stopped in order, and got the new topic's id.
TEST_F(LogDirsStraysTest, ANewLogSetsAsideWhatIsInItsPlaceInAnyDirectory) {
    const TopicPartition partition{"t", PartitionId{0}};
    const TopicId newer = *Uuid::parse("bJRHiaPnQjK_RVsqayEU9Q");
    for (const runtime::Path directory : {"/a", "/b"}) {
        for (const bool tells_its_id : {true, false}) {
            ASSERT_TRUE(disk_.remove_all("/a") && disk_.remove_all("/b"));
            create(partition);
            if (directory != "/a") {
                ASSERT_TRUE(disk_.rename("/a/t-0", directory / "t-0"));
            }
            if (!tells_its_id) {
                ASSERT_TRUE(disk_.remove(directory / "t-0/partition.metadata"));
            }
            ASSERT_TRUE(disk_.replace_text(directory / "t-0/old", ""));
            const auto starts = directory / "log-start-offset-checkpoint";
            ASSERT_TRUE(disk_.replace_text(starts, "0\n2\nt 0 5\nu 0 6\n"));
            auto dirs = open();
            const auto found = dirs->scan();
            ASSERT_TRUE(found) << found.error().message;
            ASSERT_EQ(found->size(), 1U);
            dirs->leave_alone(found->front());

            const auto log = dirs->create_log(partition, newer, {}, clock_.both());
            ASSERT_TRUE(log) << log.error().message;
            EXPECT_EQ((*log)->log_end(), Offset{0});
            EXPECT_FALSE(disk_.exists((*log)->folder() / "old"));
            EXPECT_EQ(disk_.read_text(starts).value_or(""), "0\n1\nu 0 6\n")
                << "they are not the new one's";
            const auto again = dirs->scan();
            ASSERT_TRUE(again) << again.error().message;
            ASSERT_EQ(again->size(), 1U);
            EXPECT_EQ(again->front().topic_id, newer);
            const auto strays = dirs->take_strays();
            ASSERT_EQ(strays.size(), 1U);
            EXPECT_TRUE(disk_.exists(directory / strays[0].folder / "old")) << "it is kept";
        }
    }
}

TEST_F(LogDirsStraysTest, NothingIsCreatedWhereTheOldCannotBeSetAside) {
    int refused = 0;
    int created = 0;
    for (std::uint64_t step = 0; step < 40; ++step) {
        SCOPED_TRACE(step);
        ASSERT_TRUE(disk_.remove_all("/a") && disk_.remove_all("/b"));
        ASSERT_TRUE(disk_.create_directories("/a/t-0"));
        ASSERT_TRUE(disk_.replace_text("/a/t-0/leader-epoch-checkpoint", "0\n0\n"));
        ASSERT_TRUE(disk_.replace_text("/a/t-0/old", ""));
        auto dirs = open();
        disk_.fail_at(disk_.operations() + step, runtime::DiskTrouble::space);
        const bool made =
            dirs->create_log({"t", PartitionId{0}}, topic_id, {}, clock_.both()).has_value();
        disk_.fail_at(std::numeric_limits<std::uint64_t>::max());
        ++(made ? created : refused);
        EXPECT_FALSE(disk_.exists("/a/t-0/partition.metadata") && disk_.exists("/a/t-0/old"));
        EXPECT_EQ(disk_.exists("/a/t-0/partition.metadata") || disk_.exists("/b/t-0"), made)
            << "what was begun is removed";
    }
    EXPECT_GT(refused, 3);
    EXPECT_GT(created, 3);
}

TEST_F(LogDirsStraysTest, WhatWasNotOpenedIsDeletedWithItsTopic) {
    const TopicPartition partition{"t", PartitionId{0}};
    const TopicId other = *Uuid::parse("bJRHiaPnQjK_RVsqayEU9Q");
    create(partition);
    ASSERT_TRUE(disk_.create_directories("/b/t-0")) << "of no topic that it tells";
    auto dirs = open();
    const auto found = dirs->scan();
    ASSERT_TRUE(found) << found.error().message;
    for (const auto& folder : *found) {
        dirs->leave_unopened(folder);
    }
    auto renamed = dirs->delete_unopened(partition, topic_id);
    ASSERT_TRUE(renamed) << renamed.error().message;
    EXPECT_EQ(renamed->size(), 2U);
    EXPECT_EQ(dirs->scan()->size(), 0U);
    ASSERT_TRUE(dirs->mark_clean());
    EXPECT_TRUE(disk_.exists("/a/.kafka_cleanshutdown")) << "they are gone";

    dirs.reset();
    create(partition);
    renamed = open()->delete_unopened(partition, other);
    ASSERT_TRUE(renamed);
    EXPECT_TRUE(renamed->empty()) << "it is of another topic";
}

}  // namespace
}  // namespace barnabas::log
