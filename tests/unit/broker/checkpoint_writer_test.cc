#include "broker/checkpoint_writer.h"

#include "runtime/simulated/simulation.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

/// Two directories without logs, whose offsets are made up.
class CheckpointWriterTest : public testing::Test {
protected:
    CheckpointWriterTest() {
        auto opened = log::LogDirs::open({.disk = disk(),
                                          .random = machine_.shard(0).random(),
                                          .directories = {"/a", "/b"},
                                          .log = {}});
        EXPECT_TRUE(opened) << opened.error().message;
        dirs_ = std::move(*opened);
        writer_.emplace(machine_.shard(0), *dirs_, Logger());
    }
    ~CheckpointWriterTest() override {
        disk().heal();
        simulation_.run_for(10s);
    }

    [[nodiscard]] runtime::SimulatedDisk& disk() { return machine_.disk(); }
    static log::LogOffsets offsets(std::string topic, std::size_t directory, std::int64_t end,
                                   std::int64_t start = 0) {
        return {.partition = {std::move(topic), PartitionId{0}},
                .directory = directory,
                .recovery_point = Offset{end},
                .log_start = Offset{start},
                .high_watermark = Offset{end}};
    }
    /// The directories that were not written, and how long that took.
    std::pair<std::vector<std::string>, Duration> write(std::vector<log::LogOffsets> all) {
        std::vector<std::string> unwritten;
        bool done = false;
        auto task = [](CheckpointWriter* writer, std::vector<log::LogOffsets> what,
                       std::vector<std::string>* into, bool* flag) -> boost::asio::awaitable<void> {
            for (const auto& [path, error] : co_await writer->write(std::move(what))) {
                into->push_back(path.string());
            }
            *flag = true;
        };
        const Time begin = simulation_.clock().now();
        machine_.shard(0).post([&] {
            runtime::spawn(machine_.shard(0), task(&*writer_, std::move(all), &unwritten, &done));
        });
        EXPECT_TRUE(simulation_.run_until([&done] { return done; }, 1min));
        return {unwritten, simulation_.clock().now() - begin};
    }
    std::string starts(const std::string& directory) {
        return disk().read_text("/" + directory + "/log-start-offset-checkpoint").value_or("");
    }
    std::string points(const std::string& directory) {
        return disk().read_text("/" + directory + "/recovery-point-offset-checkpoint").value_or("");
    }

    using Paths = std::vector<std::string>;
    runtime::Simulation simulation_{5};
    runtime::SimulatedMachine& machine_ = simulation_.add_machine("broker");
    std::unique_ptr<log::LogDirs> dirs_;
    std::optional<CheckpointWriter> writer_;
};

TEST_F(CheckpointWriterTest, WritesWhatHasChanged) {
    EXPECT_EQ(write({offsets("x", 0, 5), offsets("y", 1, 7, 3)}).first, Paths{});
    EXPECT_EQ(points("a"), "0\n1\nx 0 5\n");
    EXPECT_EQ(starts("b"), "0\n1\ny 0 3\n");
    const auto before = disk().operations();
    EXPECT_EQ(write({offsets("x", 0, 5), offsets("y", 1, 7, 3)}).first, Paths{});
    EXPECT_EQ(disk().operations(), before) << "the files say so already";
    EXPECT_EQ(write({offsets("x", 0, 6), offsets("y", 1, 7, 3)}).first, Paths{});
    EXPECT_EQ(points("a"), "0\n1\nx 0 6\n");
}

TEST_F(CheckpointWriterTest, ADiskThatHangsIsWaitedForOnce) {
    EXPECT_EQ(write({offsets("x", 0, 5), offsets("y", 1, 7)}).first, Paths{});
    disk().hang("/b");
    const auto [first, first_took] = write({offsets("x", 0, 6), offsets("y", 1, 8)});
    EXPECT_EQ(first, Paths{"/b"});
    EXPECT_GE(first_took, CheckpointWriter::patience);
    EXPECT_EQ(points("a"), "0\n1\nx 0 6\n");
    const auto [second, second_took] = write({offsets("x", 0, 7), offsets("y", 1, 9)});
    EXPECT_EQ(second, Paths{"/b"});
    EXPECT_LT(second_took, 1s);
    EXPECT_EQ(points("a"), "0\n1\nx 0 7\n");
    EXPECT_EQ(points("b"), "0\n1\ny 0 7\n");
    disk().heal();
    simulation_.run_for(1s);
    EXPECT_EQ(points("b"), "0\n1\ny 0 8\n") << "what was begun is finished";
    EXPECT_EQ(write({offsets("x", 0, 7), offsets("y", 1, 9)}).first, Paths{});
    EXPECT_EQ(points("b"), "0\n1\ny 0 9\n");
}

// Offsets that came back to what had been written last were taken for what the files say.
TEST_F(CheckpointWriterTest, AfterAFailureWhatWasWrittenBeforeIsWrittenAgain) {
    const auto old_ones = [] { return std::vector{offsets("x", 0, 5, 2), offsets("y", 0, 7, 3)}; };
    int partly = 0;
    for (std::uint64_t step = 0; step < 20; ++step) {
        SCOPED_TRACE(step);
        ASSERT_EQ(write(old_ones()).first, Paths{});
        disk().fail_at(disk().operations() + step, runtime::DiskTrouble::space);
        const auto failed = write({offsets("x", 0, 6, 4)}).first;
        disk().fail_at(std::numeric_limits<std::uint64_t>::max());
        if (!dirs_->is_well(0)) {
            return;  // a sync that found no room: this directory is taken offline
        }
        partly += failed == Paths{"/a"} && points("a") == "0\n1\nx 0 6\n" ? 1 : 0;
        EXPECT_EQ(write(old_ones()).first, Paths{});
        EXPECT_EQ(points("a"), "0\n2\nx 0 5\ny 0 7\n");
        EXPECT_EQ(starts("a"), "0\n2\nx 0 2\ny 0 3\n");
    }
    EXPECT_GT(partly, 0) << "some files were written, and others were not";
}

// After a crash the log has to begin where it began, whichever file is written first.
TEST_F(CheckpointWriterTest, TheOffsetsOfALogThatHasMovedAreInOneOfTheTwo) {
    for (const std::size_t from : {0U, 1U}) {
        SCOPED_TRACE(from);
        const std::size_t to = 1 - from;
        const std::string old_place = from == 0 ? "a" : "b";
        const std::string new_place = from == 0 ? "b" : "a";
        ASSERT_EQ(write({offsets("x", from, 5, 2)}).first, Paths{});
        disk().hang("/" + new_place);
        write({offsets("x", to, 6, 3)});
        EXPECT_EQ(starts(old_place), "0\n1\nx 0 2\n") << "the new place knows nothing of it";
        EXPECT_FALSE(disk().exists("/" + old_place + "/.kafka_cleanshutdown"));
        disk().heal();
        simulation_.run_for(1s);
        EXPECT_EQ(starts(new_place), "0\n1\nx 0 3\n");
        EXPECT_EQ(write({offsets("x", to, 6, 3)}).first, Paths{});
        EXPECT_EQ(starts(old_place), "0\n0\n");
    }
}

}  // namespace
}  // namespace barnabas::broker
