// The topic service over several starts, when something is wrong with its folders.
#include "unit/broker/topic_service_fixture.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

/// Folders in both directories whose names begin so.
std::vector<std::string> folders(TopicServiceFixture& at, const std::string& beginning) {
    std::vector<std::string> found;
    for (const auto* directory : {"/a", "/b"}) {
        const auto entries = at.disk().list(directory);
        EXPECT_TRUE(entries);
        for (const auto& entry : *entries) {
            if (entry.is_directory && entry.name.starts_with(beginning)) {
                found.push_back(entry.name);
            }
        }
    }
    return found;
}

/// The folder's partition.metadata is there, and cannot be read.
void spoil(TopicServiceFixture& at, const runtime::Path& folder) {
    const auto metadata = folder / "partition.metadata";
    ASSERT_TRUE(at.disk().remove(metadata));
    ASSERT_TRUE(at.disk().create_directories(metadata));
}

// Its folder stayed, and was taken for that of the next topic of that name.
TEST(TopicRestart, DeletesTheFoldersOfPartitionsThatCouldNotBeOpened) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("t", 1).error, ErrorCode::none);
    at.stop();
    ASSERT_TRUE(at.disk().replace_text("/a/t-0/old", ""));
    ASSERT_TRUE(at.disk().create_directories("/a/t-0/1.deleted")) << "a file, as a rule";
    ASSERT_TRUE(at.start());
    ASSERT_NE(at.why_offline("t", 0), "") << "it is to be one that cannot be opened";
    ASSERT_TRUE(at.remove("t"));
    EXPECT_FALSE(at.disk().exists("/a/t-0"));
    ASSERT_EQ(at.create("t", 1).error, ErrorCode::none);
    EXPECT_EQ(at.why_offline("t", 0), "");
    EXPECT_FALSE(at.disk().exists("/a/t-0/old") || at.disk().exists("/b/t-0/old"));
}

/// Without the right to rename, say; or the sync fails: then nobody knows what the medium has.
TEST(TopicRestart, ATopicWhoseFoldersStayIsForgottenByTheStartThatRemovesThem) {
    for (const auto trouble : {runtime::DiskTrouble::other, runtime::DiskTrouble::broken}) {
        std::uint64_t step = 0;
        bool removed = false;
        for (; !removed; ++step) {
            SCOPED_TRACE(step);
            ASSERT_LT(step, 20U);
            TopicServiceFixture at;
            ASSERT_TRUE(at.start());
            ASSERT_EQ(at.create("t", 2).error, ErrorCode::none);
            constexpr std::uint64_t asked = 4;  // each directory first: a file comes and goes
            at.disk().fail_at(at.disk().operations() + asked + step, trouble);
            removed = at.remove("t").has_value();
            EXPECT_EQ(at.stored().topics.contains("t"), !removed);
            if (!removed) {
                EXPECT_TRUE(at.stored().topics.at("t").being_deleted);
                EXPECT_NE(at.create("t", 1).error, ErrorCode::none) << "its name is taken";
            }
            at.disk().fail_at(std::numeric_limits<std::uint64_t>::max());
            at.forget();
            ASSERT_TRUE(at.start());
            EXPECT_FALSE(at.stored().topics.contains("t"));
            EXPECT_EQ(folders(at, "t-"), std::vector<std::string>{});
            EXPECT_EQ(at.create("t", 1).error, ErrorCode::none);
        }
        EXPECT_GT(step, 4U) << "two renames and two syncs were tried";
    }
}

// What the start removed came back with the power, and the store knew nothing of it any more.
TEST(TopicRestart, AStartSyncsWhatItRemovesBeforeTheStoreForgetsIt) {
    int kept = 0;
    for (std::uint64_t step = 0; step < 20; ++step) {
        SCOPED_TRACE(step);
        TopicServiceFixture at;
        ASSERT_TRUE(at.start());
        ASSERT_EQ(at.create("t", 2).error, ErrorCode::none);
        for (const auto* directory : {"/a", "/b", "/"}) {
            ASSERT_TRUE(at.disk().sync_directory(directory));
        }
        at.begin_to_remove("t");
        at.forget();
        at.disk().fail_at(at.disk().operations() + step);
        ignore(at.start(), "trouble is what this is about");
        const bool was_away =
            !(at.dirs().use()[0].online && at.dirs().use()[1].online) && at.dirs().failed().empty();
        at.forget();
        const bool known = at.stored().topics.contains("t");
        kept += known ? 1 : 0;
        at.disk().crash({.keep_some_writes = false, .keep_some_entries = false});
        EXPECT_TRUE(known || was_away || folders(at, "t-").empty());
    }
    EXPECT_GE(kept, 4) << "two removals and two syncs failed";
}

// The start forgot the topic, and its folder was set aside when its directory came back.
TEST(TopicRestart, ADeletionThatWasCutOffWaitsForADirectoryThatIsAway) {
    const auto begin = [](TopicServiceFixture& at) {
        ASSERT_TRUE(at.start());
        ASSERT_EQ(at.create("t", 2).error, ErrorCode::none);
        ASSERT_EQ(at.create("other", 2).error, ErrorCode::none);
        at.begin_to_remove("t");
        at.forget();
        at.disk().break_directory("/b");
        ASSERT_TRUE(at.start());
        EXPECT_FALSE(at.topics().image()->by_name("t"));
        EXPECT_TRUE(at.stored().topics.contains("t"));
    };
    const std::vector<std::string> none;
    {
        TopicServiceFixture at;
        begin(at);
        at.disk().heal();
        ASSERT_TRUE(at.take_back(1));
        EXPECT_EQ(folders(at, "t-"), none);
        EXPECT_FALSE(at.stored().topics.contains("t"));
        EXPECT_EQ(at.why_offline("other", 1), "");
        EXPECT_EQ(at.create("t", 2).error, ErrorCode::none);
    }
    {
        TopicServiceFixture at;
        begin(at);
        at.stop();
        at.disk().heal();
        ASSERT_TRUE(at.start());
        EXPECT_EQ(folders(at, "t-"), none) << "or for the next start";
        EXPECT_FALSE(at.stored().topics.contains("t"));
    }
    {
        TopicServiceFixture at;
        begin(at);
        EXPECT_EQ(at.create("t", 1).error, ErrorCode::none) << "its name is free meanwhile";
        at.disk().heal();
        ASSERT_TRUE(at.take_back(1));
        EXPECT_EQ(at.why_offline("t", 0), "");
        const auto left = folders(at, "t-");
        ASSERT_EQ(left.size(), 2U);
        EXPECT_EQ(left[0], "t-0");
        EXPECT_TRUE(left[1].ends_with("-stray")) << left[1] << ": that of the deleted one";
        EXPECT_FALSE(at.stored().topics.at("t").being_deleted);
    }
}

/// One that cannot be read may be anybody's.
TEST(TopicRestart, AFolderThatCannotBeReadIsOneOfflinePartition) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("t", 2).error, ErrorCode::none);
    at.stop();
    spoil(at, "/a/t-0");
    ASSERT_TRUE(at.start());
    EXPECT_NE(at.why_offline("t", 0).find("partition.metadata"), std::string::npos)
        << at.why_offline("t", 0);
    EXPECT_EQ(at.why_offline("t", 1), "");
    at.stop();
    EXPECT_FALSE(at.disk().exists("/a/.kafka_cleanshutdown"));
    EXPECT_TRUE(at.disk().exists("/b/.kafka_cleanshutdown"));
}

TEST(TopicRestart, OnAFullDiskAPartitionWithoutAFolderIsOfflineAlone) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("t", 2).error, ErrorCode::none);
    at.stop();
    ASSERT_TRUE(at.disk().remove_all("/b/t-1"));
    at.disk().set_capacity(0);
    const auto started = at.start();
    ASSERT_TRUE(started) << started.error().message;
    EXPECT_EQ(at.why_offline("t", 0), "");
    EXPECT_NE(at.why_offline("t", 1).find("No space left"), std::string::npos)
        << at.why_offline("t", 1);
    EXPECT_EQ(folders(at, "t-"), std::vector<std::string>{"t-0"}) << "nothing half made is left";
    at.stop();
    at.disk().set_capacity(runtime::SimulatedDisk::default_capacity);
    ASSERT_TRUE(at.start());
    EXPECT_EQ(at.why_offline("t", 1), "") << "now there is room";
}

TEST(TopicRestart, ATopicIsCreatedBesideWhatKafkaLeftUnderItsName) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.disk().create_directories("/a/t-0"));
    ASSERT_TRUE(at.disk().replace_text("/a/t-0/leader-epoch-checkpoint", "0\n0\n"));
    ASSERT_TRUE(at.disk().replace_text("/a/t-0/old", ""));
    ASSERT_TRUE(at.disk().replace_text("/a/recovery-point-offset-checkpoint", "0\n1\nt 0 7\n"));
    ASSERT_TRUE(at.start());
    at.stop();
    EXPECT_EQ(at.disk().read_text("/a/recovery-point-offset-checkpoint").value_or(""),
              "0\n1\nt 0 7\n");
    EXPECT_FALSE(at.disk().exists("/a/.kafka_cleanshutdown")) << "it was not";
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("t", 1).error, ErrorCode::none);
    EXPECT_FALSE(at.disk().exists("/a/t-0/old"));
    at.stop();
    EXPECT_EQ(at.disk().read_text("/a/recovery-point-offset-checkpoint").value_or(""),
              "0\n1\nt 0 0\n");
    EXPECT_TRUE(at.disk().exists("/a/.kafka_cleanshutdown"));
    ASSERT_TRUE(at.start());
    EXPECT_EQ(at.why_offline("t", 0), "");
}

// A flush that the upkeep had begun ended after the logs were closed and the directories marked
// clean, whatever it ended with.
TEST(TopicRestart, AStopLeavesNothingUnderWay) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE(seed);
        TopicServiceFixture at({{"flush.before.ack", "never"},
                                {"log.initial.task.delay.ms", "0"},
                                {"log.flush.interval.ms", "1"},
                                {"log.flush.scheduler.interval.ms", "50"},
                                {"replica.high.watermark.checkpoint.interval.ms", "50"}},
                               seed, {.blocking_delay = {1ms, 300ms}});
        ASSERT_TRUE(at.start());
        ASSERT_EQ(at.create("t", 6).error, ErrorCode::none);
        at.start_upkeep();
        at.append_everywhere();
        at.run_for(std::chrono::milliseconds(100 + 5 * seed));
        at.stop();
        const auto operations = at.disk().operations();
        at.run_for(2s);
        EXPECT_EQ(at.disk().operations(), operations);
        EXPECT_TRUE(at.disk().exists("/a/.kafka_cleanshutdown"));
        EXPECT_TRUE(at.disk().exists("/b/.kafka_cleanshutdown"));
    }
}

}  // namespace
}  // namespace barnabas::broker
