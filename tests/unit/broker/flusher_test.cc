#include "broker/flusher.h"

#include "runtime/simulated/simulation.h"
#include "unit/log/log_batches.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

/// Logs on one simulated machine, and coroutines that append to them and wait for the medium.
class FlusherTest : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(disk().create_directories("/data"));
        ASSERT_TRUE(disk().create_directories("/other"));
        ASSERT_TRUE(disk().sync_directory("/"));
        for (int i = 0; i < 3; ++i) {
            add_partition(PartitionId{i});
        }
    }
    void TearDown() override {
        disk().heal();
        const auto nothing = [this] {
            return flusher_.syncing("/data") + flusher_.syncing("/other") == 0;
        };
        EXPECT_TRUE(simulation_.run_until(nothing, 1min));
        partitions_.take_logs([](const auto&) { return true; }).clear();
    }

    [[nodiscard]] runtime::SimulatedDisk& disk() { return machine_.disk(); }
    [[nodiscard]] log::Log& log(PartitionId number) {
        return partitions_.find(topic_, number)->log();
    }

    void add_partition(PartitionId number, std::string_view directory = "/data") {
        auto log = log::Log::open({.disk = disk(),
                                   .folder = fmt::format("{}/t-{}", directory, number),
                                   .partition = {"t", number},
                                   .config = {},
                                   .now = {}});
        ASSERT_TRUE(log) << log.error().message;
        partitions_.add(
            std::make_unique<replication::Partition>(topic_, LeaderEpoch{0}, std::move(*log)));
    }

    Offset append(PartitionId number) {
        auto records = log::testing::make_batch();
        const auto appended =
            log(number).append(records.mutable_view(),
                               {.now = {.wall = log::testing::BatchSpec{}.timestamp}}, validator_);
        EXPECT_TRUE(appended) << appended.error().error.message;
        return log(number).log_end();
    }

    static runtime::awaitable<void> wait_for(FlusherTest* test, std::vector<Flusher::Wanted> wanted,
                                             Time until = never) {
        for (auto& one : co_await test->flusher_.flush(std::move(wanted), until)) {
            test->answers_.push_back(std::move(one.error));
        }
    }
    [[nodiscard]] replication::Partition& partition(PartitionId number) {
        return *partitions_.find(topic_, number);
    }
    /// As a producer with acks=all, or 1, does.
    replication::ProduceOutcome produce(PartitionId number, bool acks_all = true) {
        auto records = log::testing::make_batch();
        return partition(number).produce({.records = records.mutable_view(),
                                          .version = 9,
                                          .acks_all = acks_all,
                                          .now = {.wall = log::testing::BatchSpec{}.timestamp}},
                                         validator_);
    }
    void wait_for_outcome(PartitionId number, const replication::ProduceOutcome& outcome) {
        ASSERT_TRUE(outcome.to_flush) << outcome.message;
        ++asked_;
        runtime::spawn(
            machine_.shard(0),
            wait_for(this, {{.topic = topic_, .partition = number, .to = *outcome.to_flush}}));
    }
    /// Appends to partitions 0 to `count` - 1 and starts to wait for all of them at once.
    void append_and_flush(int count, Time until = never) {
        std::vector<Flusher::Wanted> wanted;
        for (int i = 0; i < count; ++i) {
            const PartitionId number{i};
            wanted.push_back({.topic = topic_, .partition = number, .to = {.end = append(number)}});
        }
        asked_ += count;
        runtime::spawn(machine_.shard(0), wait_for(this, std::move(wanted), until));
    }
    void run() {
        EXPECT_TRUE(simulation_.run_until(
            [this] { return std::cmp_equal(answers_.size(), asked_); }, std::chrono::minutes(1)));
    }
    [[nodiscard]] std::int64_t failures() const {
        return std::ranges::count_if(answers_, [](const auto& error) { return error.has_value(); });
    }

    runtime::Simulation simulation_{1};
    runtime::SimulatedMachine& machine_ = simulation_.add_machine("broker");
    const TopicId topic_ = *Uuid::parse("ABEiM0RVZneImaq7zN3u_w");
    PartitionTable partitions_;
    Flusher flusher_{machine_.shard(0), partitions_};
    wire::AppendValidator validator_;
    std::vector<std::optional<Error>> answers_;
    int asked_ = 0;
};

TEST_F(FlusherTest, WhatIsAcknowledgedSurvivesThePowerFailure) {
    append_and_flush(3);
    run();
    EXPECT_EQ(failures(), 0);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(log(PartitionId{i}).recovery_point(), Offset{1});
    }
    append(PartitionId{0});  // nobody waits for this one
    disk().crash({.keep_some_writes = false, .keep_some_entries = false});
    partitions_.take_logs([](const auto&) { return true; }).clear();
    add_partition(PartitionId{0});
    EXPECT_EQ(log(PartitionId{0}).log_end(), Offset{1});
}

TEST_F(FlusherTest, ManyProducersShareOneSync) {
    append_and_flush(1);
    const auto before = disk().operations();
    for (int i = 0; i < 100; ++i) {
        append_and_flush(1);  // while the first round is under way
    }
    run();
    EXPECT_EQ(failures(), 0);
    EXPECT_EQ(log(PartitionId{0}).recovery_point(), Offset{101});
    // 100 writes; the first round's syncs of file, epochs and folders, and one sync for all others.
    EXPECT_LE(disk().operations() - before, 100U + 8U);
}

// Retention waits for a producers' snapshot where all records are on the medium.
TEST_F(FlusherTest, WhatADeletionWaitsForIsSyncedToo) {
    auto& one = log(PartitionId{0});
    const auto sent = log::testing::BatchSpec{}.timestamp;
    auto records = log::testing::make_batch(
        {.producer = ProducerId{1}, .epoch = ProducerEpoch{0}, .sequence = 0});
    ASSERT_TRUE(one.append(records.mutable_view(), {.now = {.wall = sent}}, validator_));
    one.set_high_watermark(one.log_end());
    const auto flush = [this] {
        ++asked_;
        runtime::spawn(
            machine_.shard(0),
            wait_for(this,
                     {{.topic = topic_, .partition = PartitionId{0}, .to = {.end = Offset{1}}}}));
        run();
    };
    flush();
    const Now later{.wall = sent + one.config().retention_ms + 1};
    ASSERT_EQ(one.apply_retention(later), 0U);
    ASSERT_TRUE(one.deletion_waits());
    flush();
    EXPECT_EQ(failures(), 0);
    EXPECT_FALSE(one.deletion_waits());
    EXPECT_EQ(one.apply_retention(later), 1U);
}

TEST_F(FlusherTest, WhatADeletionWaitsForIsSyncedThoughTheRestHasNoRoom) {
    auto& one = log(PartitionId{0});
    const auto sent = log::testing::BatchSpec{}.timestamp;
    const auto send = [&](std::int32_t sequence, Timestamp timestamp) {
        auto records = log::testing::make_batch({.timestamp = timestamp,
                                                 .producer = ProducerId{1},
                                                 .epoch = ProducerEpoch{0},
                                                 .sequence = sequence});
        ASSERT_TRUE(one.append(records.mutable_view(), {.now = {.wall = timestamp}}, validator_));
        one.set_high_watermark(one.log_end());
    };
    send(0, sent);
    const Now later{.wall = sent + one.config().retention_ms + 1};
    ASSERT_EQ(one.apply_retention(later), 0U);
    ASSERT_TRUE(one.deletion_waits());
    send(1, later.wall);
    one.begin_epoch(LeaderEpoch{9});
    disk().set_capacity(1);
    ++asked_;
    runtime::spawn(
        machine_.shard(0),
        wait_for(this, {{.topic = topic_, .partition = PartitionId{0}, .to = {.end = Offset{2}}}}));
    run();
    EXPECT_EQ(failures(), 1) << "the records cannot be acknowledged";
    EXPECT_EQ(one.recovery_point(), Offset{0});
    EXPECT_FALSE(one.deletion_waits());
    EXPECT_EQ(one.apply_retention(later), 1U);
}

TEST_F(FlusherTest, WhatIsOnTheMediumAlreadyIsNotSyncedAgain) {
    append_and_flush(1);
    run();
    const auto before = disk().operations();
    ++asked_;
    runtime::spawn(
        machine_.shard(0),
        wait_for(this, {{.topic = topic_, .partition = PartitionId{0}, .to = {.end = Offset{1}}}}));
    run();
    EXPECT_EQ(disk().operations(), before);
}

TEST_F(FlusherTest, AFailedSyncFailsEverybodyWhoWaitedForIt) {
    append_and_flush(1);
    append_and_flush(1);
    disk().break_directory("/data");
    run();
    EXPECT_EQ(failures(), 2);
    EXPECT_EQ(log(PartitionId{0}).recovery_point(), Offset{0});
}

TEST_F(FlusherTest, OneLogsFailureIsNotTheOthers) {
    append_and_flush(3);
    disk().break_directory("/data/t-1");
    run();
    EXPECT_EQ(failures(), 1);
    EXPECT_EQ(log(PartitionId{2}).recovery_point(), Offset{1});
}

TEST_F(FlusherTest, ADirectoryHasAFewSyncsAtOnceAndHoldsUpNoOther) {
    const PartitionId last{20};
    const PartitionId elsewhere{21};
    for (int i = 3; i <= last.get(); ++i) {
        add_partition(PartitionId{i});
    }
    add_partition(elsewhere, "/other");
    append_and_flush(22);
    std::size_t most = 0;
    bool overtook = false;
    EXPECT_TRUE(simulation_.run_until(
        [&] {
            most = std::max(most, flusher_.syncing("/data"));
            overtook = overtook || (log(elsewhere).recovery_point() == Offset{1} &&
                                    log(last).recovery_point() == Offset{0});
            return std::cmp_equal(answers_.size(), asked_);
        },
        std::chrono::minutes(1)));
    EXPECT_EQ(failures(), 0);
    EXPECT_EQ(most, Flusher::at_once_max);
    EXPECT_TRUE(overtook);
}

// A produce to two directories was not answered as long as the disk of one of them hung.
TEST_F(FlusherTest, WhoGivesUpIsToldSoAndTheSyncGoesOn) {
    const PartitionId stuck{3};
    add_partition(stuck, "/other");
    disk().hang("/other");
    append_and_flush(4, simulation_.clock().now() + 1s);
    EXPECT_TRUE(simulation_.run_until([this] { return answers_.size() == 4; }, 1100ms));
    EXPECT_EQ(failures(), 1);
    EXPECT_EQ(answers_[3].value().code, ErrorCode::request_timed_out);
    bool joined = false;
    auto join = [](Flusher* flusher, bool* over) -> runtime::awaitable<void> {
        co_await flusher->join();
        *over = true;
    };
    runtime::spawn(machine_.shard(0), join(&flusher_, &joined));
    simulation_.run_for(10s);
    EXPECT_FALSE(joined);
    EXPECT_EQ(log(stuck).recovery_point(), Offset{0});
    disk().heal();
    EXPECT_TRUE(simulation_.run_until([&joined] { return joined; }, 1s));
    EXPECT_EQ(log(stuck).recovery_point(), Offset{1});
}

TEST_F(FlusherTest, ALogThatGoesMeanwhileIsNoLongerLedHere) {
    append_and_flush(1);
    append_and_flush(1);  // waits for the round that the first began
    const auto is_first = [](const auto& one) { return one.name().partition == PartitionId{0}; };
    ASSERT_EQ(partitions_.take_logs(is_first).size(), 1U);
    run();
    ASSERT_EQ(answers_.size(), 2U);
    EXPECT_EQ(answers_[0].value().code, ErrorCode::not_leader_or_follower);
    EXPECT_EQ(answers_[1].value().code, ErrorCode::not_leader_or_follower);
}

// --- what a log holds

TEST_F(FlusherTest, WhatIsHeldIsWrittenAndOnTheMediumWhenItIsAcknowledged) {
    const PartitionId number{0};
    const auto before = disk().operations();
    const auto outcome = produce(number);
    EXPECT_EQ(disk().operations(), before) << "the shard writes nothing";
    EXPECT_EQ(log(number).high_watermark(), Offset{0});
    wait_for_outcome(number, outcome);
    run();
    EXPECT_EQ(failures(), 0);
    EXPECT_EQ(log(number).high_watermark(), Offset{1});
    EXPECT_EQ(log(number).recovery_point(), Offset{1});
    EXPECT_EQ(partitions_.held_bytes(), 0U);
}

TEST_F(FlusherTest, ManyProducersShareOneWrite) {
    const PartitionId number{0};
    wait_for_outcome(number, produce(number));
    const auto before = disk().operations();
    for (int i = 0; i < 100; ++i) {
        wait_for_outcome(number, produce(number));
    }
    run();
    EXPECT_EQ(failures(), 0);
    EXPECT_EQ(log(number).recovery_point(), Offset{101});
    EXPECT_LE(disk().operations() - before, 2U + 12U) << "two writes, and what goes with the first";
}

TEST_F(FlusherTest, WhoNeedsNoMediumWaitsForTheWriteAlone) {
    const PartitionId number{0};
    const auto first = produce(number);
    const auto second = produce(number, false);  // behind what is held
    ASSERT_TRUE(second.to_flush);
    EXPECT_FALSE(second.to_flush->on_medium);
    wait_for_outcome(number, second);
    run();
    EXPECT_EQ(log(number).written_end(), Offset{2});
    EXPECT_EQ(log(number).recovery_point(), Offset{0});
    wait_for_outcome(number, first);
    run();
    EXPECT_EQ(failures(), 0);
    EXPECT_EQ(log(number).recovery_point(), Offset{2});
}

TEST_F(FlusherTest, WhatNobodyWaitsForIsWrittenAllTheSame) {
    const PartitionId number{0};
    machine_.shard(0).post([this] {
        produce(PartitionId{0});
        flusher_.start_soon(partition(PartitionId{0}));
    });
    EXPECT_TRUE(simulation_.run_until([&] { return log(number).written_end() == Offset{1}; },
                                      std::chrono::seconds(1)));
}

// The log grew again past the offsets of what was lost: that must not pass for it.
TEST_F(FlusherTest, WhatCouldNotBeWrittenIsAcknowledgedToNobody) {
    const PartitionId number{0};
    wait_for_outcome(number, produce(number));
    run();
    disk().fail_at(disk().operations(), runtime::DiskTrouble::space);
    wait_for_outcome(number, produce(number));
    wait_for_outcome(number, produce(number));
    const auto late = produce(number);
    run();
    EXPECT_EQ(failures(), 2);
    EXPECT_EQ(answers_[1].value().code, ErrorCode::kafka_storage_error);
    EXPECT_EQ(log(number).log_end(), Offset{1});
    EXPECT_EQ(partitions_.held_bytes(), 0U);
    for (int i = 0; i < 5; ++i) {
        wait_for_outcome(number, produce(number));
    }
    wait_for_outcome(number, late);
    run();
    EXPECT_EQ(failures(), 3);
    const auto is_late = [](const auto& error) {
        return error && error->code == ErrorCode::not_leader_or_follower;
    };
    EXPECT_EQ(std::ranges::count_if(answers_, is_late), 1);
    EXPECT_EQ(log(number).written_end(), Offset{6});
}

TEST_F(FlusherTest, ADiskThatHangsHoldsUpNobodyElse) {
    const PartitionId stuck{3};
    add_partition(stuck, "/other");
    disk().hang("/other");
    wait_for_outcome(stuck, produce(stuck));
    wait_for_outcome(PartitionId{0}, produce(PartitionId{0}));
    EXPECT_TRUE(simulation_.run_until([this] { return answers_.size() == 1; }, 1s));
    EXPECT_EQ(failures(), 0);
    EXPECT_EQ(log(stuck).high_watermark(), Offset{0});
    disk().heal();
    run();
    EXPECT_EQ(failures(), 0);
    EXPECT_EQ(log(stuck).high_watermark(), Offset{1});
}

}  // namespace
}  // namespace barnabas::broker
