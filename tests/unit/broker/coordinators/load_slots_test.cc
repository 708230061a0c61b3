// How many coordinators read their state at once, of each directory.
#include "broker/coordinators/load_slots.h"

#include "runtime/simulated/simulation.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

class LoadSlotsTest : public testing::Test {
protected:
    /// Whoever gets a slot keeps it in `held_`; whoever gives up says so in `gave_up_`.
    void take(const std::string& directory) {
        auto wait = [](LoadSlotsTest* test, runtime::Path path) -> awaitable<void> {
            auto is_over = [test] { return test->stops_; };
            auto slot = co_await test->slots_.take(std::move(path), is_over);
            if (slot) {
                test->held_.push_back(std::make_unique<LoadSlots::Slot>(std::move(*slot)));
            } else {
                ++test->gave_up_;
            }
        };
        runtime::spawn(shard_, wait(this, directory));
        simulation_.run_for(1ms);
    }

    runtime::Simulation simulation_{1};
    runtime::Shard& shard_ = simulation_.add_machine("broker").shard(0);
    LoadSlots slots_{shard_};
    std::vector<std::unique_ptr<LoadSlots::Slot>> held_;
    int gave_up_ = 0;
    bool stops_ = false;
};

TEST_F(LoadSlotsTest, AreAFewOfEachDirectory) {
    for (int i = 0; i < 3; ++i) {
        take("/a");
    }
    EXPECT_EQ(held_.size(), LoadSlots::at_once_max);
    take("/b");
    EXPECT_EQ(held_.size(), LoadSlots::at_once_max + 1) << "another one is nobody's concern";
    held_.erase(held_.begin());
    simulation_.run_for(1ms);
    EXPECT_EQ(held_.size(), LoadSlots::at_once_max + 1) << "whoever waited has it";
}

/// A disk that hangs keeps its slots: who waits behind it has to end all the same.
TEST_F(LoadSlotsTest, AreNotWaitedForByThoseWhoAreToStop) {
    for (int i = 0; i < 3; ++i) {
        take("/a");
    }
    simulation_.run_for(60s);
    EXPECT_EQ(gave_up_, 0);
    stops_ = true;
    slots_.look_again();
    simulation_.run_for(1ms);
    EXPECT_EQ(gave_up_, 1);
    EXPECT_EQ(held_.size(), LoadSlots::at_once_max);
}

}  // namespace
}  // namespace barnabas::broker
