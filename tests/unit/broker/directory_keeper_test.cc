// What clients see of a log directory that fails, through a whole broker.
#include "broker/directory_keeper.h"

#include "broker/stop_times.h"
#include "unit/broker/topic_service_fixture.h"
#include "unit/broker/two_directories.h"
#include "wire/messages/delete_topics.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

// Whether its partitions have folders elsewhere was asked with the turn of all changes.
TEST(DirectoryKeeper, TakesNoTurnToAskADiskThatHangsAboutDoubles) {
    BrokerFixture at({{"log.dirs", "/a,/b,/c"}, {"log.dir.retry.interval.ms", "5000"}});
    ASSERT_EQ(at.create_topic("t", 3), ErrorCode::none);
    at.disk().break_directory("/a");
    at.wait(5s);
    at.disk().heal();
    at.disk().hang("/c");
    at.wait(20s);
    EXPECT_EQ(produce_to(at, 0), ErrorCode::kafka_storage_error) << "/c may have more of it";
    const auto& clock = at.simulation().clock();
    const Time began = clock.now();
    EXPECT_EQ(at.create_topic("u"), ErrorCode::none);
    EXPECT_LT(clock.now() - began, 5s);
    at.disk().heal();
    at.wait(20s);
    EXPECT_EQ(produce_to(at, 0), ErrorCode::none);
    EXPECT_EQ(produce_to(at, 2), ErrorCode::none);
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

/// A store whose file is /b/cluster.db, as far as that may hang.
class StoreOnADisk final : public metadata::EmbeddedStore {
public:
    StoreOnADisk(runtime::Shard& home, runtime::Disk& disk) : home_(home), disk_(disk) {}

    void suspend(std::string /*why*/) override { suspended_ = true; }
    Result<void> reopen() override {
        EXPECT_FALSE(home_.on_this_shard());
        is_there_ = disk_.exists("/b/cluster.db");  // that it returns is what counts
        return {};
    }
    void resume() override { suspended_ = false; }
    [[nodiscard]] bool is_suspended() const override { return suspended_; }
    [[nodiscard]] bool can_reopen() const override { return suspended_; }
    void when_idle(std::move_only_function<void()> then) override { then(); }

    void create(metadata::CreateOp op, Done<std::string> done) override {
        memory_->create(std::move(op), std::move(done));
    }
    void set(metadata::SetOp op, Done<metadata::NodeStat> done) override {
        memory_->set(std::move(op), std::move(done));
    }
    void remove(metadata::RemoveOp op, Done<void> done) override {
        memory_->remove(std::move(op), std::move(done));
    }
    void multi(std::vector<metadata::Op> ops,
               Done<std::vector<metadata::OpOutcome>> done) override {
        memory_->multi(std::move(ops), std::move(done));
    }
    void get(std::string path, metadata::Watch watch, Done<metadata::Node> done) override {
        memory_->get(std::move(path), watch, std::move(done));
    }
    void exists(std::string path, metadata::Watch watch,
                Done<std::optional<metadata::NodeStat>> done) override {
        memory_->exists(std::move(path), watch, std::move(done));
    }
    void children(std::string path, metadata::Watch watch,
                  Done<std::vector<std::string>> done) override {
        memory_->children(std::move(path), watch, std::move(done));
    }
    void listen(Listener listener) override { memory_->listen(std::move(listener)); }
    [[nodiscard]] metadata::SessionId session() const override { return memory_->session(); }

private:
    runtime::Shard& home_;
    runtime::Disk& disk_;
    std::unique_ptr<metadata::Store> memory_ = metadata::make_memory_store();
    bool suspended_ = false;
    bool is_there_ = false;
};

// Its shard opened the file itself, and served nobody as long as the disk hung.
TEST(DirectoryKeeper, OpensTheStoreAgainOnTheBlockingPoolAndWithoutTheTurn) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    auto& home = at.shard().shard;
    StoreOnADisk store(home, at.disk());
    DirectoryKeeper keeper(DirectoryKeeper::Ports{.home = home,
                                                  .topics = at.topics(),
                                                  .dirs = at.dirs(),
                                                  .log = {},
                                                  .retry_interval = 1s,
                                                  .store = &store,
                                                  .store_directory = 1,
                                                  .on_end = {}});
    home.post([&] { runtime::spawn(home, keeper.run()); });
    at.disk().break_directory("/b");
    at.run_for(5s);
    EXPECT_TRUE(store.is_suspended());
    at.disk().heal();
    at.disk().hang("/b/cluster.db");
    at.run_for(10s);
    EXPECT_TRUE(store.is_suspended());
    EXPECT_FALSE(at.dirs().known(1).online);
    EXPECT_EQ(at.take_a_turn(1s), ErrorCode::none);
    at.disk().heal();
    at.run_for(5s);
    EXPECT_FALSE(store.is_suspended());
    EXPECT_TRUE(at.dirs().known(1).online);
    home.post([&] { keeper.stop(); });
    at.run_for(2s);
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
