#include "broker/directory_asker.h"

#include "runtime/simulated/simulation.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

/// Two directories, which are asked whether they have a file; /b is the second.
class DirectoryAskerTest : public testing::Test {
protected:
    using Answered = std::set<std::size_t>;

    DirectoryAskerTest() {
        auto opened = log::LogDirs::open({.disk = disk(),
                                          .random = machine_.shard(0).random(),
                                          .directories = {"/a", "/b"},
                                          .log = {}});
        EXPECT_TRUE(opened) << opened.error().message;
        dirs_ = std::move(*opened);
        asker_.emplace(machine_.shard(0), *dirs_, Logger(), "this is only a test");
    }
    ~DirectoryAskerTest() override {
        disk().heal();
        simulation_.run_for(10s);
    }

    [[nodiscard]] runtime::SimulatedDisk& disk() { return machine_.disk(); }
    /// Which have answered, and how long that took.
    std::pair<Answered, Duration> ask(Duration within) {
        Answered answered;
        bool done = false;
        const Time begin = simulation_.clock().now();
        auto task = [](DirectoryAsker* asker, DirectoryAsker::Question question, Time until,
                       Answered* into, bool* flag) -> boost::asio::awaitable<void> {
            *into = co_await asker->ask(std::move(question), until);
            *flag = true;
        };
        DirectoryAsker::Question question = [this](std::size_t i) {
            found_[i] = disk().exists(dirs_->path_of(i) / "file");
            ++asked_[i];
        };
        machine_.shard(0).post([&, question] {
            runtime::spawn(machine_.shard(0),
                           task(&*asker_, question, begin + within, &answered, &done));
        });
        EXPECT_TRUE(simulation_.run_until([&done] { return done; }, 1min));
        return {answered, simulation_.clock().now() - begin};
    }

    runtime::Simulation simulation_{7};
    runtime::SimulatedMachine& machine_ = simulation_.add_machine("broker");
    std::unique_ptr<log::LogDirs> dirs_;
    std::optional<DirectoryAsker> asker_;
    std::vector<bool> found_{false, false};
    std::vector<int> asked_{0, 0};
};

const std::set<std::size_t> both{0, 1};
const std::set<std::size_t> first{0};

TEST_F(DirectoryAskerTest, AsksEach) {
    ASSERT_TRUE(disk().replace_text("/b/file", ""));
    const auto [answered, took] = ask(10s);
    EXPECT_EQ(answered, both);
    EXPECT_LT(took, 1s);
    EXPECT_EQ(found_, (std::vector{false, true}));
}

TEST_F(DirectoryAskerTest, ADiskThatHangsIsWaitedForOnce) {
    disk().hang("/b");
    const auto [answered, took] = ask(10s);
    EXPECT_EQ(answered, first);
    EXPECT_GE(took, DirectoryAsker::patience);
    EXPECT_LT(took, DirectoryAsker::patience + 1s);
    for (int i = 0; i < 3; ++i) {
        const auto [again, soon] = ask(10s);
        EXPECT_EQ(again, first);
        EXPECT_LT(soon, 1s);
    }
    disk().heal();
    simulation_.run_for(1s);
    EXPECT_EQ(ask(10s).first, both) << "it answers again";
    EXPECT_EQ(asked_, (std::vector{5, 2}));
}

TEST_F(DirectoryAskerTest, WaitsNoLongerThanToTheDeadline) {
    disk().hang("/b");
    const auto [answered, took] = ask(500ms);
    EXPECT_EQ(answered, first);
    EXPECT_LT(took, 600ms);
}

TEST_F(DirectoryAskerTest, WhatNobodyWaitsForAnyMoreIsNotAsked) {
    disk().hang("/b");
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(ask(500ms).first, first);
    }
    disk().heal();
    simulation_.run_for(1s);
    EXPECT_EQ(asked_, (std::vector{4, 1}));
    EXPECT_EQ(ask(500ms).first, both);
}

}  // namespace
}  // namespace barnabas::broker
