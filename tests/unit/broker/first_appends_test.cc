// Appends to logs whose ends are on the disk alone.
#include "broker/first_appends.h"

#include "runtime/simulated/simulation.h"
#include "unit/log/log_batches.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

/// Logs with a record each, in two directories of a simulated machine, stopped in order and opened
/// again; nothing of them is in memory.
class FirstAppendsTest : public testing::Test {
protected:
    static constexpr int logs = 12;  // the even ones in /a

    FirstAppendsTest() {
        for (int i = 0; i < logs; ++i) {
            EXPECT_TRUE(disk().create_directories(folder_of(i).parent_path()));
            const auto log = open(i);
            append_to(*log);
            EXPECT_TRUE(log->close());
            partitions_.add(
                std::make_unique<replication::Partition>(topic_, LeaderEpoch{0}, open(i)));
            const auto files = disk().list(folder_of(i));
            for (const auto& file : *files) {
                disk().make_cold(folder_of(i) / file.name);
            }
        }
        waited_ = disk().cold_reads_elsewhere();
    }
    ~FirstAppendsTest() override {
        disk().heal();
        EXPECT_EQ(disk().cold_reads_elsewhere(), waited_) << "the shard waited for the disk";
        run([](FirstAppends* appends) { return appends->stop(); }(&appends_));
        partitions_.take_logs([](const auto&) { return true; }).clear();
    }

    static runtime::Path folder_of(int number) {
        return fmt::format("{}/t-{}", number % 2 == 0 ? "/a" : "/b", number);
    }
    [[nodiscard]] runtime::SimulatedDisk& disk() { return machine_.disk(); }
    std::unique_ptr<log::Log> open(int number) {
        auto log = log::Log::open({.disk = disk(),
                                   .folder = folder_of(number),
                                   .partition = {"t", PartitionId{number}},
                                   .config = {},
                                   .recovery_point = Offset{1},
                                   .now = {}});
        EXPECT_TRUE(log) << log.error().message;
        return std::move(*log);
    }
    void append_to(log::Log& log) {
        auto records = log::testing::make_batch();
        const auto appended =
            log.append(records.mutable_view(),
                       {.now = {.wall = log::testing::BatchSpec{}.timestamp}}, validator_);
        EXPECT_TRUE(appended) << appended.error().error.message;
    }
    [[nodiscard]] replication::Partition* partition(int number) {
        return partitions_.find(topic_, PartitionId{number});
    }

    /// Some appends with names, and how each ended.
    void append(int number, const std::string& name, Duration how_long = 30s) {
        auto act = [this, number, name] {
            if (auto* found = partition(number)) {
                append_to(found->log());
            }
            done_.push_back(name);
        };
        if (!appends_.must_queue(*partition(number), {})) {
            act();
            return;
        }
        auto ticket = appends_.enqueue(*partition(number), {}, std::move(act));
        runtime::spawn(machine_.shard(0), wait(this, std::move(ticket), name,
                                               machine_.shard(0).clock().now() + how_long));
    }
    static runtime::awaitable<void> wait(FirstAppendsTest* test, FirstAppends::Ticket ticket,
                                         std::string name, Time until) {
        const bool done = co_await test->appends_.wait(std::move(ticket), until);
        (done ? test->told_ : test->given_up_).push_back(name);
    }
    static boost::asio::awaitable<void> append_many(FirstAppendsTest* test, int count) {
        for (int i = 0; i < count; ++i) {
            test->append(0, std::to_string(i));
            co_await runtime::sleep_for(test->machine_.shard(0), 100us);
        }
    }
    /// On the shard.
    void act(std::move_only_function<void()> what) {
        bool over = false;
        machine_.shard(0).post([&what, &over] {
            what();
            over = true;
        });
        EXPECT_TRUE(simulation_.run_until([&over] { return over; }, 60s));
    }
    void run(boost::asio::awaitable<void> task) {
        bool over = false;
        auto finish = [](bool* flag,
                         boost::asio::awaitable<void> what) -> boost::asio::awaitable<void> {
            co_await std::move(what);
            *flag = true;
        };
        act([&] { runtime::spawn(machine_.shard(0), finish(&over, std::move(task))); });
        EXPECT_TRUE(simulation_.run_until([&over] { return over; }, 60s));
    }
    bool told_within(std::size_t count, Duration how_long) {
        return simulation_.run_until([this, count] { return told_.size() == count; }, how_long);
    }

    using Names = std::vector<std::string>;
    runtime::Simulation simulation_{3, {.blocking_delay = {1ms, 20ms}}};
    runtime::SimulatedMachine& machine_ = simulation_.add_machine("broker");
    const TopicId topic_ = *Uuid::parse("ABEiM0RVZneImaq7zN3u_w");
    PartitionTable partitions_;
    Flusher flusher_{machine_.shard(0), partitions_};
    FirstAppends appends_{machine_.shard(0), partitions_, flusher_};
    wire::AppendValidator validator_;
    std::uint64_t waited_ = 0;
    Names done_;
    Names told_;
    Names given_up_;
};

TEST_F(FirstAppendsTest, WaitForThePoolAndKeepTheirOrder) {
    act([this] {
        for (const auto* name : {"first", "second", "third"}) {
            append(0, name);
        }
    });
    EXPECT_EQ(done_, Names{});
    ASSERT_TRUE(told_within(3, 1s));
    EXPECT_EQ(done_, (Names{"first", "second", "third"}));
    EXPECT_EQ(partition(0)->log().log_end(), Offset{4});
    EXPECT_FALSE(appends_.must_queue(*partition(0), {}));
    act([this] { append(0, "fourth"); });
    EXPECT_EQ(done_.back(), "fourth") << "at once";
}

// Whoever comes when the log is ready, but others are still in line, must not overtake them.
TEST_F(FirstAppendsTest, NobodyOvertakesALine) {
    constexpr int count = 1000;
    run(append_many(this, count));
    ASSERT_EQ(done_.size(), count);
    for (int i = 0; i < count; ++i) {
        ASSERT_EQ(done_[static_cast<std::size_t>(i)], std::to_string(i));
    }
    EXPECT_GT(told_.size(), 10U) << "these were in line";
    EXPECT_LT(told_.size(), count);
}

TEST_F(FirstAppendsTest, ADirectoryThatHangsHoldsUpNoOther) {
    disk().hang("/b");
    act([this] {
        for (int i = 0; i < logs; ++i) {
            append(i, folder_of(i).parent_path().string());
        }
    });
    std::size_t most = 0;
    const auto all_of_a = [&] {
        most = std::max(most, appends_.running("/a"));
        EXPECT_LE(appends_.running("/b"), FirstAppends::at_once_max);
        return told_.size() == logs / 2;
    };
    EXPECT_TRUE(simulation_.run_until(all_of_a, 5s));
    EXPECT_EQ(told_, Names(logs / 2, "/a"));
    EXPECT_EQ(most, FirstAppends::at_once_max);
    disk().heal();
    EXPECT_TRUE(told_within(logs, 5s));
}

TEST_F(FirstAppendsTest, WhatIsGivenUpIsNotAppendedLater) {
    disk().hang("/b");
    act([this] {
        append(1, "patient", 30s);
        append(1, "hasty", 100ms);
    });
    simulation_.run_for(1s);
    EXPECT_EQ(given_up_, Names{"hasty"});
    disk().heal();
    ASSERT_TRUE(told_within(1, 5s));
    EXPECT_EQ(done_, Names{"patient"});
    EXPECT_EQ(partition(1)->log().log_end(), Offset{2});
}

TEST_F(FirstAppendsTest, APartitionThatGoesAnswersAtOnce) {
    disk().hang("/b");
    act([this] {
        append(1, "lost");
        append(3, "kept");
    });
    std::vector<std::unique_ptr<log::Log>> lost;
    act([this, &lost] {
        const auto is_first = [](const auto& one) {
            return one.name().partition == PartitionId{1};
        };
        lost = partitions_.take_logs(is_first);
        appends_.let_go_of_lost();
    });
    EXPECT_TRUE(told_within(1, 10ms));
    EXPECT_EQ(told_, Names{"lost"});
    disk().heal();
    ASSERT_TRUE(told_within(2, 5s));
    EXPECT_EQ(lost.at(0)->log_end(), Offset{1});
}

TEST_F(FirstAppendsTest, AStopCarriesOutNothingAnyMore) {
    disk().hang("/b");
    act([this] { append(1, "first"); });
    act([this] { appends_.end_waits(); });
    act([this] { append(3, "second"); });
    simulation_.run_for(10ms);
    EXPECT_EQ(given_up_, (Names{"first", "second"}));
    disk().heal();
    simulation_.run_for(1s);
    EXPECT_EQ(done_, Names{});
}

TEST_F(FirstAppendsTest, AFileThatIsGoneIsTheAppendsTrouble) {
    ASSERT_TRUE(disk().remove(folder_of(0) / "00000000000000000000.log"));
    bool refused = false;
    act([this, &refused] {
        auto ticket = appends_.enqueue(*partition(0), {}, [this, &refused] {
            auto records = log::testing::make_batch();
            refused = !partition(0)->log().append(records.mutable_view(), {}, validator_);
        });
        runtime::spawn(machine_.shard(0), wait(this, std::move(ticket), "it", never));
    });
    ASSERT_TRUE(told_within(1, 5s));
    EXPECT_TRUE(refused);
}

// A new segment is begun where nothing is on its way into the old one.
TEST_F(FirstAppendsTest, WaitUntilWhatIsHeldIsWritten) {
    append(0, "first");
    ASSERT_TRUE(told_within(1, 1s));
    const auto hold = [this] {
        auto records = log::testing::make_batch();
        const auto outcome =
            partition(0)->produce({.records = records.mutable_view(),
                                   .version = 9,
                                   .acks_all = true,
                                   .now = {.wall = log::testing::BatchSpec{}.timestamp}},
                                  validator_);
        EXPECT_EQ(outcome.error, ErrorCode::none) << outcome.message;
    };
    act(hold);
    const FirstAppends::Needs settled{.settled = true};
    EXPECT_TRUE(appends_.must_queue(*partition(0), settled));
    EXPECT_FALSE(appends_.must_queue(*partition(0), {}));
    act([&] {
        auto look = [this] {
            EXPECT_FALSE(partition(0)->log().is_unsettled());
            done_.emplace_back("settled");
        };
        auto ticket = appends_.enqueue(*partition(0), settled, look);
        runtime::spawn(machine_.shard(0), wait(this, std::move(ticket), "settled", never));
        append(0, "behind it");
        EXPECT_EQ(done_, Names{"first"});
    });
    ASSERT_TRUE(told_within(3, 1s));
    EXPECT_EQ(done_, (Names{"first", "settled", "behind it"}));
    EXPECT_EQ(partition(0)->log().written_end(), Offset{4});
    EXPECT_FALSE(appends_.must_queue(*partition(0), settled));
}

}  // namespace
}  // namespace barnabas::broker
