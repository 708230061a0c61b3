// A program that acknowledges what it has synced, on a machine whose power fails at any moment:
// what was acknowledged is there afterwards, and the log is a valid prefix.
#include "runtime/simulated/simulation.h"
#include "runtime/tasks.h"
#include "support/seeds.h"

#include <gtest/gtest.h>

namespace barnabas::runtime {
namespace {

/// Appends lines "0\n", "1\n", ... and syncs each now and then.
class Appender {
public:
    explicit Appender(SimulatedMachine& machine) : machine_(machine), shard_(machine.shard(0)) {
        shard_.post([this] { spawn(shard_, append()); });
    }
    [[nodiscard]] int acknowledged() const { return acknowledged_; }

private:
    awaitable<void> append() {
        Disk& disk = machine_.disk();
        if (!disk.create_directories("/data")) {
            co_return;
        }
        auto file = disk.open("/data/log", OpenMode::create_or_open);
        if (!file || !disk.sync_directory("/data") || !disk.sync_directory("/")) {
            co_return;
        }
        std::uint64_t end = 0;
        for (int i = 0;; ++i) {
            const std::string line = fmt::format("{}\n", i);
            EXPECT_TRUE((*file)->write_at(end, as_bytes(line)));
            end += line.size();
            if (shard_.random().below(4) == 0) {
                auto sync = [open = *file] { return open->sync(); };
                EXPECT_TRUE(co_await run_blocking(shard_, std::move(sync)));
                acknowledged_ = i + 1;
            }
            co_await sleep_for(shard_, 100us);
        }
    }

    SimulatedMachine& machine_;
    Shard& shard_;
    int acknowledged_ = 0;
};

/// How many lines from the first on are whole and right: what recovery would keep.
int valid_lines(std::string_view text) {
    for (int i = 0;; ++i) {
        const std::string line = fmt::format("{}\n", i);
        if (!text.starts_with(line)) {
            return i;
        }
        text.remove_prefix(line.size());
    }
}

TEST(Crash, AcknowledgedLinesSurviveWheneverThePowerFails) {
    bool torn = false;
    const auto first = testing::first_seed(0);
    for (std::uint64_t seed = first; seed < first + 100; ++seed) {
        Simulation simulation(seed);
        auto& machine = simulation.add_machine("broker");
        const Appender appender(machine);
        const auto lived =
            Duration(static_cast<std::int64_t>(simulation.random().below(20'000'000)));
        bool crashed = false;
        simulation.call_at(simulation.clock().now() + lived, [&] {
            machine.crash();
            crashed = true;
        });
        ASSERT_TRUE(simulation.run_until([&] { return crashed; }, 1s));
        machine.restart();
        const auto text = machine.disk().read_text("/data/log");
        const int valid = text ? valid_lines(*text) : 0;
        ASSERT_GE(valid, appender.acknowledged()) << "seed " << seed;
        torn |= text && text->find('\0') != std::string::npos;
    }
    EXPECT_TRUE(torn) << "some crash leaves zeros behind, or the test proves little";
}

}  // namespace
}  // namespace barnabas::runtime
