// A log that moves to another directory while the power fails: at each step, with several outcomes.
#include "unit/log/log_batches.h"
#include "unit/log/model/log_machine.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

/// Twelve synced records, three that come while they are copied, one when all is over.
class MovingLog {
public:
    explicit MovingLog(std::uint64_t seed) : machine_(seed) {
        machine_.config.segment_bytes = 600;
        machine_.create();
        EXPECT_TRUE(append(12) && machine_.flush() && machine_.checkpoint());
    }
    [[nodiscard]] testing::LogMachine& machine() { return machine_; }

    /// False if the machine stopped on the way.
    bool move() {
        const auto moved = machine_.move(Offset{0}, [this] { append(3); });
        return moved && append(1);
    }

private:
    bool append(int batches) {
        for (int i = 0; i < batches; ++i) {
            auto batch = testing::make_batch();
            if (!machine_.log().append(batch.mutable_view(), {.now = machine_.clock.both()},
                                       validator_)) {
                return false;
            }
        }
        return true;
    }

    testing::LogMachine machine_;
    wire::AppendValidator validator_;
};

TEST(LogMove, APowerFailureAtAnyStepLeavesOneLogWithEverySyncedRecord) {
    std::uint64_t steps = 0;
    {
        MovingLog log(1);
        const auto before = log.machine().disk.operations();
        ASSERT_TRUE(log.move());
        EXPECT_EQ(log.machine().synced_end(), Offset{15});
        steps = log.machine().disk.operations() - before;
    }
    ASSERT_GT(steps, 50U);
    for (std::uint64_t step = 0; step <= steps; ++step) {
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            SCOPED_TRACE(fmt::format("step {}, seed {}", step, seed));
            MovingLog log(seed);
            auto& machine = log.machine();
            machine.disk.stop_at(machine.disk.operations() + step);
            const bool moved = log.move();
            EXPECT_TRUE(step < steps || moved);
            machine.crash();
            const auto started = machine.start();
            ASSERT_TRUE(started) << started.error().message;
            EXPECT_GE(machine.log().log_end(), machine.synced_end());
            EXPECT_LE(machine.log().log_end(), Offset{16});
            for (Offset at{0}; at < machine.log().log_end(); ++at) {
                const auto slice = machine.log().read(
                    at,
                    {.max_bytes = 1, .at_least_one_batch = true, .end = machine.log().log_end()});
                ASSERT_TRUE(slice) << slice.error().message;
                EXPECT_GT(slice->size, 0U) << at.get();
            }
        }
    }
}

}  // namespace
}  // namespace barnabas::log
