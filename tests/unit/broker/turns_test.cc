#include "broker/turns.h"

#include "runtime/simulated/simulation.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>

namespace barnabas::broker {
namespace {

class TurnsTest : public testing::Test {
protected:
    /// Asks for a turn; what comes of it is told in `turn`, unless that is still waited for.
    void take(std::optional<Result<Turns::Turn>>& turn, Duration within) {
        auto task = [](Turns* turns, Time until,
                       std::optional<Result<Turns::Turn>>* into) -> boost::asio::awaitable<void> {
            into->emplace(co_await turns->take_by(until));
        };
        const Time until = simulation_.clock().now() + within;
        shard_.post(
            [this, task, until, &turn] { runtime::spawn(shard_, task(&turns_, until, &turn)); });
        simulation_.run_for(1ms);
    }
    void begin_to_wait(std::optional<bool>& ended, Duration within) {
        auto task = [](Turns* turns, Time until,
                       std::optional<bool>* into) -> boost::asio::awaitable<void> {
            *into = co_await turns->ended_by(until);
        };
        const Time until = simulation_.clock().now() + within;
        shard_.post(
            [this, task, until, &ended] { runtime::spawn(shard_, task(&turns_, until, &ended)); });
    }

    runtime::Simulation simulation_{3};
    runtime::Shard& shard_ = simulation_.add_machine("broker").shard(0);
    Turns turns_{shard_};
};

TEST_F(TurnsTest, OneAfterTheOther) {
    std::optional<Result<Turns::Turn>> one;
    std::optional<Result<Turns::Turn>> two;
    std::optional<Result<Turns::Turn>> late;
    take(one, 10s);
    ASSERT_TRUE(one && *one);
    take(two, 10s);
    take(late, 1s);
    simulation_.run_for(2s);
    EXPECT_FALSE(two);
    ASSERT_TRUE(late);
    ASSERT_FALSE(*late);
    EXPECT_EQ(late->error().code, ErrorCode::request_timed_out);
    one.reset();
    simulation_.run_for(1ms);
    ASSERT_TRUE(two);
    EXPECT_TRUE(*two);
}

TEST_F(TurnsTest, KnowsWhatTheChangeHolds) {
    std::optional<Result<Turns::Turn>> one;
    take(one, 10s);
    ASSERT_TRUE(one && *one);
    EXPECT_EQ(turns_.held(), std::set<std::size_t>{});
    (*one)->holds_logs_of(2);
    (*one)->holds_logs_of(0);
    EXPECT_EQ(turns_.held(), (std::set<std::size_t>{0, 2}));
    one.reset();
    EXPECT_EQ(turns_.held(), std::set<std::size_t>{});
}

TEST_F(TurnsTest, NobodyTakesOneAfterTheStop) {
    std::optional<Result<Turns::Turn>> one;
    std::optional<Result<Turns::Turn>> two;
    std::optional<bool> in_time;
    std::optional<bool> too_early;
    take(one, 10s);
    take(two, 10s);
    turns_.stop();
    begin_to_wait(in_time, 10s);
    begin_to_wait(too_early, 1s);
    simulation_.run_for(2s);
    ASSERT_TRUE(two);
    EXPECT_FALSE(*two);
    EXPECT_EQ(too_early, false);
    EXPECT_EQ(in_time, std::nullopt);
    one.reset();
    simulation_.run_for(1ms);
    EXPECT_EQ(in_time, true);
}

}  // namespace
}  // namespace barnabas::broker
