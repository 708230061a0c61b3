#include "broker/transaction_lines.h"

#include "runtime/simulated/simulation.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::broker {
namespace {

constexpr ProducerId producer{7};

class TransactionLinesTest : public testing::Test {
protected:
    using Task = boost::asio::awaitable<void>;

    /// Takes a turn, notes when it has it, and keeps it for as long.
    static Task request(TransactionLinesTest* at, char name, Duration keeps, Time until) {
        auto turn = co_await at->lines_.take(producer, until);
        at->told_ += turn.is_ours() ? name : '-';
        if (turn.is_ours()) {
            co_await runtime::sleep_for(at->shard_, keeps);
        }
    }
    void begin(char name, Duration keeps, Time until = never) {
        runtime::spawn(shard_, request(this, name, keeps, until));
    }
    void run(std::move_only_function<void()> task) {
        shard_.post([task = std::move(task)]() mutable { task(); });
        simulation_.run_until([] { return false; }, std::chrono::minutes(1));
    }
    [[nodiscard]] Time in(Duration span) const { return shard_.clock().now() + span; }

    runtime::Simulation simulation_{1, {}};
    runtime::Shard& shard_ = simulation_.add_machine("broker").shard(0);
    TransactionLines lines_{shard_};
    std::string told_;
};

TEST_F(TransactionLinesTest, RequestsGoOnInTheOrderInWhichTheyCame) {
    run([this] {
        EXPECT_FALSE(lines_.has(producer));
        begin('a', 5s);
        EXPECT_EQ(told_, "a") << "the first does not wait";
        begin('b', 1s);
        begin('c', 0s);
        EXPECT_EQ(told_, "a");
        EXPECT_TRUE(lines_.has(producer));
        EXPECT_FALSE(lines_.has(ProducerId{8}));
    });
    EXPECT_EQ(told_, "abc");
    EXPECT_FALSE(lines_.has(producer)) << "nothing is kept";
}

TEST_F(TransactionLinesTest, WhoWaitsTooLongGivesUpItsPlace) {
    run([this] {
        begin('a', 10s);
        begin('b', 1s, in(2s));
        begin('c', 1s);
        begin('d', 1s, in(3s));
    });
    EXPECT_EQ(told_, "a--c");
    EXPECT_FALSE(lines_.has(producer));
}

}  // namespace
}  // namespace barnabas::broker
