// A log that moves to another directory while the power fails: at each step, with several outcomes.
#include "log/file_names.h"
#include "log/log_dirs.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"
#include "unit/log/log_batches.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

const TopicId topic_id = *Uuid::parse("aJRHiaPnQjK_RVsqayEU9Q");
const TopicPartition partition{"t", PartitionId{0}};

class MovingLog {
public:
    explicit MovingLog(std::uint64_t seed) : random_(seed), disk_(clock_, random_) {
        open();
        auto log = dirs_->create_log(partition, topic_id, config_, clock_.both());
        EXPECT_TRUE(log) << log.error().message;
        log_ = std::move(*log);
        EXPECT_TRUE(append(12) && flush() && checkpoint(0));
        EXPECT_TRUE(disk_.sync_directory("/"));
    }

    [[nodiscard]] runtime::SimulatedDisk& disk() { return disk_; }
    /// Records before this offset are on the medium, whatever happens.
    [[nodiscard]] Offset synced() const { return synced_; }

    /// As the broker does it; false if the machine stopped on the way.
    bool move() {
        auto copy = dirs_->create_future({.partition = partition,
                                          .id = topic_id,
                                          .directory = 1,
                                          .start = Offset{0},
                                          .config = config_,
                                          .now = clock_.both()});
        if (!copy || !catch_up(**copy) || !append(3) || !catch_up(**copy)) {
            return false;
        }
        const auto old = log_->folder();
        if (!(*copy)->succeed(*log_) || !(*copy)->move_to(dirs_->folder_of(partition, 1))) {
            return false;
        }
        log_ = std::move(*copy);
        dirs_->moved(partition, 1);
        return append(2) && flush() && checkpoint(1) && dirs_->retire(partition, old) && append(1);
    }

    /// Power off and on: what is there, or nothing if it cannot be used.
    std::unique_ptr<Log> restart() {
        dirs_.reset();
        log_.reset();
        disk_.crash();
        open();
        auto found = dirs_->scan();
        EXPECT_TRUE(found) << found.error().message;
        const auto kept = dirs_->settle_doubles(std::move(*found), clock_.both());
        EXPECT_EQ(kept.size(), 1U);
        if (kept.size() != 1) {
            return nullptr;
        }
        for (const auto& future : dirs_->take_futures()) {
            EXPECT_TRUE(dirs_->recover_log(future, config_, clock_.both()));
            EXPECT_TRUE(dirs_->remove_future(future));
        }
        auto log = dirs_->open_log(kept.front(), config_, clock_.both());
        EXPECT_TRUE(log) << log.error().message;
        return log ? std::move(*log) : nullptr;
    }

private:
    void open() {
        auto dirs = LogDirs::open(
            {.disk = disk_, .random = random_, .directories = {"/a", "/b"}, .log = {}});
        ASSERT_TRUE(dirs) << dirs.error().message;
        dirs_ = std::move(*dirs);
    }
    bool append(int batches) {
        for (int i = 0; i < batches; ++i) {
            auto batch = testing::make_batch();
            if (!log_->append(batch.mutable_view(), {.now = clock_.both()}, validator_)) {
                return false;
            }
        }
        return true;
    }
    bool flush() {
        const auto plan = log_->begin_flush();
        if (!plan || !plan->sync()) {
            return false;
        }
        log_->flushed(*plan, clock_.both());
        synced_ = log_->recovery_point();
        return true;
    }
    bool checkpoint(std::size_t directory) {
        return dirs_
            ->write_checkpoints({{.partition = partition,
                                  .directory = directory,
                                  .recovery_point = log_->recovery_point(),
                                  .log_start = log_->log_start(),
                                  .high_watermark = log_->high_watermark()}})
            .has_value();
    }
    bool catch_up(Log& copy) {
        std::vector<std::byte> bytes;
        while (copy.log_end() < log_->log_end()) {
            const auto part =
                log_->read(copy.log_end(),
                           {.max_bytes = 300, .at_least_one_batch = true, .end = log_->log_end()});
            if (!part) {
                return false;
            }
            bytes.resize(part->size);
            if (!part->file->read_at(part->position, bytes) ||
                !copy.append_copy(bytes, clock_.both())) {
                return false;
            }
        }
        return true;
    }

    runtime::SimulatedClock clock_;
    runtime::SeededRandom random_;
    runtime::SimulatedDisk disk_;
    wire::AppendValidator validator_;
    LogConfig config_{.segment_bytes = 600};
    std::unique_ptr<LogDirs> dirs_;
    std::unique_ptr<Log> log_;
    Offset synced_{0};
};

TEST(LogMove, APowerFailureAtAnyStepLeavesOneLogWithEverySyncedRecord) {
    std::uint64_t steps = 0;
    {
        MovingLog log(1);
        const auto before = log.disk().operations();
        ASSERT_TRUE(log.move());
        EXPECT_EQ(log.synced(), Offset{17});
        steps = log.disk().operations() - before;
    }
    ASSERT_GT(steps, 50U);
    for (std::uint64_t step = 0; step <= steps; ++step) {
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            SCOPED_TRACE(fmt::format("step {}, seed {}", step, seed));
            MovingLog log(seed);
            log.disk().stop_at(log.disk().operations() + step);
            EXPECT_EQ(log.move(), step == steps);
            const auto synced = log.synced();
            const auto after = log.restart();
            ASSERT_TRUE(after);
            EXPECT_GE(after->log_end(), synced);
            EXPECT_LE(after->log_end(), Offset{18});
            for (Offset at{0}; at < after->log_end(); ++at) {
                const auto slice = after->read(
                    at, {.max_bytes = 1, .at_least_one_batch = true, .end = after->log_end()});
                ASSERT_TRUE(slice) << slice.error().message;
                EXPECT_GT(slice->size, 0U) << at.get();
            }
        }
    }
}

}  // namespace
}  // namespace barnabas::log
