// What clients see of a log directory that fails, through a whole broker.
#include "broker/directory_keeper.h"

#include "broker/stop_times.h"
#include "unit/broker/two_directories.h"
#include "wire/messages/delete_topics.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::broker {
namespace {

using namespace wire;

TEST(DirectoryKeeper, TakesThePartitionsOfAFailedDirectoryOfflineAndNoOthers) {
    TwoDirectories two;
    two.at().disk().break_directory("/a");
    EXPECT_EQ(two.produce(0), ErrorCode::kafka_storage_error);
    two.at().wait(1s);

    std::string sentence;
    EXPECT_EQ(two.produce(0, &sentence), ErrorCode::kafka_storage_error);
    EXPECT_NE(sentence.find("t-0 is offline: log directory /a has failed"), std::string::npos)
        << sentence;
    EXPECT_EQ(two.fetch(0), ErrorCode::kafka_storage_error);
    EXPECT_EQ(two.list_offset(0), ErrorCode::kafka_storage_error);
    const auto offline = two.metadata(0);
    EXPECT_EQ(code(offline.error_code), ErrorCode::leader_not_available);
    EXPECT_EQ(offline.leader_id, -1);
    EXPECT_EQ(offline.offline_replicas, std::vector<std::int32_t>{1});

    EXPECT_EQ(two.produce(1), ErrorCode::none);
    EXPECT_EQ(two.fetch(1), ErrorCode::none);
    EXPECT_EQ(two.list_offset(1), ErrorCode::none);
    EXPECT_EQ(two.metadata(1).leader_id, 1);
    EXPECT_EQ(two.directories(), (std::vector{ErrorCode::kafka_storage_error, ErrorCode::none}));
    EXPECT_EQ(two.at().end(), "");
    EXPECT_EQ(two.at().create_topic("u", 3), ErrorCode::none) << "in what is left";
}

TEST(DirectoryKeeper, NoticesADirectoryThatNobodyUses) {
    TwoDirectories two;
    ASSERT_TRUE(two.at().disk().remove_all("/b"));
    two.at().wait(5s);
    EXPECT_EQ(two.directories(), (std::vector{ErrorCode::none, ErrorCode::kafka_storage_error}));
    EXPECT_EQ(two.fetch(1), ErrorCode::kafka_storage_error);
}

TEST(DirectoryKeeper, NoticesThatOneIsGoneWhileAnotherHangs) {
    TwoDirectories two;
    two.at().disk().hang("/a");
    two.at().wait(5s);
    ASSERT_TRUE(two.at().disk().remove_all("/b"));
    two.at().wait(5s);
    EXPECT_EQ(two.fetch(1), ErrorCode::kafka_storage_error);
    two.at().disk().heal();
    two.at().wait(1s);
    EXPECT_EQ(two.directories(), (std::vector{ErrorCode::none, ErrorCode::kafka_storage_error}));
}

TEST(DirectoryKeeper, AnswersFetchesThatWait) {
    TwoDirectories two;
    two.at().after(2s, [&two] { two.at().disk().break_directory("/a"); });
    const auto before = two.at().simulation().clock().now();
    EXPECT_EQ(two.fetch(0, 1, 600'000), ErrorCode::kafka_storage_error);
    const auto took = two.at().simulation().clock().now() - before;
    EXPECT_GT(took, 1s);
    EXPECT_LT(took, 10s);
}

TEST(DirectoryKeeper, AFailedFlushIsAFailure) {
    // flush.messages: the producer waits for the sync, and is told.
    TwoDirectories two({{"log.flush.interval.messages", "1"}});
    two.at().disk().make_read_only("/b");
    EXPECT_EQ(two.produce(1), ErrorCode::kafka_storage_error);
    two.at().disk().heal();
    two.at().wait(1s);
    EXPECT_EQ(two.fetch(1), ErrorCode::kafka_storage_error);
    EXPECT_EQ(two.produce(0), ErrorCode::none);
}

TEST(DirectoryKeeper, AFullDiskIsNoFailure) {
    TwoDirectories two({{"log.dir.min.free.bytes", "0"}});
    two.at().disk().set_capacity(0);
    ErrorCode refused = ErrorCode::none;
    for (int i = 0; i < 200 && refused == ErrorCode::none; ++i) {
        refused = two.produce(0);
    }
    EXPECT_EQ(refused, ErrorCode::kafka_storage_error);
    two.at().wait(10s);
    EXPECT_EQ(two.directories(), (std::vector{ErrorCode::none, ErrorCode::none}));
    EXPECT_EQ(two.fetch(0), ErrorCode::none);
    two.at().disk().set_capacity(runtime::SimulatedDisk::default_capacity);
    EXPECT_EQ(two.produce(0), ErrorCode::none);
}

TEST(DirectoryKeeper, TakesADirectoryBackThatWorksAgain) {
    TwoDirectories two({{"log.dir.retry.interval.ms", "5000"}});
    two.at().disk().break_directory("/a");
    two.at().wait(20s);
    EXPECT_EQ(two.fetch(0), ErrorCode::kafka_storage_error);
    two.at().disk().heal();
    two.at().wait(20s);
    EXPECT_EQ(two.directories(), (std::vector{ErrorCode::none, ErrorCode::none}));
    EXPECT_EQ(two.metadata(0).leader_id, 1);
    EXPECT_EQ(two.fetch(0), ErrorCode::none);
    EXPECT_EQ(two.list_offset(0), ErrorCode::none);
    EXPECT_EQ(two.produce(0), ErrorCode::none);
    EXPECT_EQ(two.produce(1), ErrorCode::none);

    two.at().disk().break_directory("/a");
    two.at().wait(5s);
    EXPECT_EQ(two.fetch(0), ErrorCode::kafka_storage_error) << "it may fail again";
}

// One came back after the other, each with the turn of all changes: behind one that hung nothing
// went on.
TEST(DirectoryKeeper, TakesOneBackWhileAnotherHangs) {
    BrokerFixture at({{"log.dirs", "/a,/b,/c"}, {"log.dir.retry.interval.ms", "5000"}});
    ASSERT_EQ(at.create_topic("t", 3), ErrorCode::none);
    at.disk().break_directory("/a");
    at.disk().break_directory("/b");
    at.wait(5s);
    EXPECT_EQ(produce_to(at, 0), ErrorCode::kafka_storage_error);
    EXPECT_EQ(produce_to(at, 1), ErrorCode::kafka_storage_error);
    at.disk().heal();
    at.disk().hang("/a");
    at.wait(20s);
    EXPECT_EQ(produce_to(at, 0), ErrorCode::kafka_storage_error);
    EXPECT_EQ(produce_to(at, 1), ErrorCode::none);
    EXPECT_EQ(at.create_topic("u"), ErrorCode::none);
    at.disk().break_directory("/c");
    at.wait(5s);
    EXPECT_EQ(produce_to(at, 2), ErrorCode::kafka_storage_error) << "one that fails is missed";
    at.disk().heal();
    at.wait(20s);
    for (const auto partition : {0, 1, 2}) {
        EXPECT_EQ(produce_to(at, partition), ErrorCode::none) << partition;
    }
}

// It was known as offline, and was not dropped yet: taking it back ended the broker.
TEST(DirectoryKeeper, DropsOneThatFailsAtTheMomentOfARetry) {
    // The broker's start takes no time: the keeper tries after 5 s, 10 s, and so on.
    BrokerFixture at({{"log.dirs", "/a,/b"}, {"log.dir.retry.interval.ms", "5000"}}, 2,
                     {.blocking_delay = {Duration{}, Duration{}}});
    ASSERT_EQ(at.create_topic("t", 2), ErrorCode::none);
    ASSERT_EQ(produce_to(at, 1), ErrorCode::none);
    const auto passed = at.simulation().clock().now() - runtime::Simulation(1).clock().now();
    ASSERT_LT(passed, 4s);
    bool failed = false;
    at.after(5s - passed, [&] {
        at.disk().break_directory("/b");
        failed = !at.disk().list("/b");
    });
    at.wait(8s);
    EXPECT_TRUE(failed);
    EXPECT_EQ(produce_to(at, 1), ErrorCode::kafka_storage_error);
    at.disk().heal();
    at.wait(10s);
    EXPECT_EQ(produce_to(at, 1), ErrorCode::none);
}

TEST(DirectoryKeeper, LeavesItOutUntilARestartIfToldSo) {
    TwoDirectories two({{"log.dir.retry.interval.ms", "0"}});
    two.at().disk().break_directory("/a");
    two.at().wait(5s);
    two.at().disk().heal();
    two.at().wait(100s);
    EXPECT_EQ(two.fetch(0), ErrorCode::kafka_storage_error);
}

/// What was deleted while the directory was away is not served again under its name.
TEST(DirectoryKeeper, SetsLogsAsideWhoseTopicIsGone) {
    TwoDirectories two({{"log.dir.retry.interval.ms", "5000"}});
    two.at().disk().break_directory("/a");
    two.at().wait(5s);
    DeleteTopicsRequest request;
    request.topics.emplace_back().name = "t";
    ASSERT_EQ(two.at().call<DeleteTopicsResponse>(request).responses.at(0).error_code, 0);
    ASSERT_EQ(two.at().create_topic("t", 1), ErrorCode::none);
    EXPECT_EQ(two.fetch(0), ErrorCode::none);
    two.at().disk().heal();
    two.at().wait(20s);
    EXPECT_EQ(two.directories(), (std::vector{ErrorCode::none, ErrorCode::none}));
    EXPECT_FALSE(two.at().disk().exists("/a/t-0"));
    EXPECT_EQ(two.fetch(0, 0), ErrorCode::none);
    EXPECT_EQ(two.fetch(0, 1), ErrorCode::offset_out_of_range) << "it is the new one, and empty";
}

TEST(DirectoryKeeper, TheBrokerEndsWhenTheLastDirectoryHasFailed) {
    TwoDirectories two;
    two.at().disk().break_directory("/a");
    two.at().wait(5s);
    EXPECT_EQ(two.at().end(), "");
    two.at().disk().break_directory("/b");
    two.at().wait(5s);
    EXPECT_NE(two.at().end().find("every log directory has failed; /a: "), std::string::npos)
        << two.at().end();
    EXPECT_NE(two.at().end().find("; /b: "), std::string::npos);
}

/// The broker's own look at the directories hangs too.
TEST(DirectoryKeeper, TheBrokerStopsThoughADiskHangs) {
    TwoDirectories two;
    two.at().disk().hang("/b");
    two.at().wait(5s);
    const auto& clock = two.at().simulation().clock();
    const Time began = clock.now();
    const auto stopped = two.at().try_stop();
    ASSERT_FALSE(stopped);
    EXPECT_NE(stopped.error().message.find("disk"), std::string::npos) << stopped.error().message;
    EXPECT_LT(clock.now() - began, StopTimes::longest);
    two.at().disk().heal();
    two.at().wait(10s);
    two.at().stop();
}

}  // namespace
}  // namespace barnabas::broker
