#include "broker/ended_by.h"

#include "runtime/simulated/simulation.h"
#include "runtime/tasks.h"

#include <gtest/gtest.h>

#include <optional>

namespace barnabas::broker {
namespace {

using Task = boost::asio::awaitable<void>;

struct Seen {
    std::optional<bool> answer;
    Time at{};
    bool work_ended = false;
};

Task sleep_and_note(runtime::Shard* home, Duration how_long, Seen* seen) {
    co_await runtime::sleep_for(*home, how_long);
    seen->work_ended = true;
}

Task no_wait(Seen* seen) {
    seen->work_ended = true;
    co_return;
}

Task ask(runtime::Shard* home, Task work, Duration patience, Seen* seen) {
    const Time until = home->clock().now() + patience;
    seen->answer = co_await ended_by(*home, std::move(work), until);
    seen->at = home->clock().now();
}

TEST(EndedBy, WaitsForTheWorkAndNoLongerThanTold) {
    struct Row {
        Duration takes;
        Duration patience;
        bool want;
        Duration answered_after;
    };
    const Row rows[] = {{.takes = 1s, .patience = 5s, .want = true, .answered_after = 1s},
                        {.takes = 9s, .patience = 5s, .want = false, .answered_after = 5s},
                        {.takes = 9s, .patience = 0s, .want = false, .answered_after = 0s}};
    for (const auto& row : rows) {
        runtime::Simulation simulation(1);
        auto& home = simulation.add_machine("m").shard(0);
        Seen seen;
        const Time began = simulation.clock().now();
        home.post([&] {
            runtime::spawn(
                home, ask(&home, sleep_and_note(&home, row.takes, &seen), row.patience, &seen));
        });
        ASSERT_TRUE(simulation.run_until([&seen] { return seen.answer.has_value(); }, 1min));
        EXPECT_EQ(seen.answer, row.want);
        EXPECT_GE(seen.at - began, row.answered_after);
        EXPECT_LT(seen.at - began, row.answered_after + 10ms);
        EXPECT_EQ(seen.work_ended, row.want);
        simulation.run_for(20s);
        EXPECT_TRUE(seen.work_ended) << "nobody waits, and it goes on";
    }
}

Task ask_twice(runtime::Shard* home, Seen* seen) {
    EndingWork work(*home, sleep_and_note(home, 9s, seen));
    EXPECT_FALSE(co_await work.ended_by(home->clock().now() + 5s));
    EXPECT_FALSE(seen->work_ended);
    seen->answer = co_await work.ended_by(home->clock().now() + 5s);
    seen->at = home->clock().now();
}

TEST(EndedBy, WorkIsWaitedForAgainAndNotBegunAgain) {
    runtime::Simulation simulation(1);
    auto& home = simulation.add_machine("m").shard(0);
    Seen seen;
    const Time began = simulation.clock().now();
    home.post([&] { runtime::spawn(home, ask_twice(&home, &seen)); });
    ASSERT_TRUE(simulation.run_until([&seen] { return seen.answer.has_value(); }, 1min));
    EXPECT_EQ(seen.answer, true);
    EXPECT_LT(seen.at - began, 9s + 10ms);
}

TEST(EndedBy, WorkThatDoesNotWaitHasEnded) {
    runtime::Simulation simulation(1);
    auto& home = simulation.add_machine("m").shard(0);
    Seen seen;
    home.post([&] { runtime::spawn(home, ask(&home, no_wait(&seen), 0s, &seen)); });
    ASSERT_TRUE(simulation.run_until([&seen] { return seen.answer.has_value(); }, 1s));
    EXPECT_EQ(seen.answer, true);
}

}  // namespace
}  // namespace barnabas::broker
