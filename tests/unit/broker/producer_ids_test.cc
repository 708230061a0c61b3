#include "broker/producer_ids.h"

#include "runtime/simulated/simulation.h"
#include "support/store_calls.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

using namespace metadata;

/// A store that may answer later, as one does that is on another machine.
class SlowStore final : public Store {
public:
    void create(CreateOp op, Done<std::string> done) override {
        inner_->create(std::move(op), std::move(done));
    }
    void set(SetOp op, Done<NodeStat> done) override {
        inner_->set(std::move(op), std::move(done));
    }
    void remove(RemoveOp op, Done<void> done) override {
        inner_->remove(std::move(op), std::move(done));
    }
    void multi(std::vector<Op> ops, Done<std::vector<OpOutcome>> done) override {
        inner_->multi(std::move(ops), std::move(done));
    }
    void get(std::string path, Watch watch, Done<Node> done) override {
        auto ask = [this, path = std::move(path), watch, done = std::move(done)]() mutable {
            inner_->get(std::move(path), watch, std::move(done));
        };
        held_.emplace_back(std::move(ask));
        if (!holds_) {
            let_go();
        }
    }
    void exists(std::string path, Watch watch, Done<std::optional<NodeStat>> done) override {
        inner_->exists(std::move(path), watch, std::move(done));
    }
    void children(std::string path, Watch watch, Done<std::vector<std::string>> done) override {
        inner_->children(std::move(path), watch, std::move(done));
    }
    void listen(Listener listener) override { inner_->listen(std::move(listener)); }
    [[nodiscard]] SessionId session() const override { return inner_->session(); }

    void hold() { holds_ = true; }
    void let_go() {
        holds_ = false;
        for (auto& ask : std::exchange(held_, {})) {
            ask();
        }
    }
    [[nodiscard]] std::size_t held() const { return held_.size(); }

private:
    std::unique_ptr<Store> inner_ = prepared_store();
    std::vector<std::move_only_function<void()>> held_;
    bool holds_ = false;
};

class ProducerIdsTest : public testing::Test {
protected:
    using Answer = std::optional<Result<ProducerId>>;
    void ask(Answer& into, Duration how_long = std::chrono::seconds(10)) {
        const auto next = [](ProducerIds* ids, Time until,
                             Answer* to) -> boost::asio::awaitable<void> {
            *to = co_await ids->next(until);
        };
        runtime::spawn(shard_, next(ids_.get(), shard_.clock().now() + how_long, &into));
    }
    bool answered(const Answer& answer, Duration how_long = std::chrono::seconds(1)) {
        return simulation_.run_until([&answer] { return answer.has_value(); }, how_long);
    }
    std::int64_t next() {
        Answer answer;
        ask(answer);
        EXPECT_TRUE(answered(answer));
        EXPECT_TRUE(answer && *answer);
        return (*answer)->get();
    }
    void start_again() { ids_ = std::make_unique<ProducerIds>(shard_, *store_, BrokerId{1}); }

    std::unique_ptr<SlowStore> store_ = std::make_unique<SlowStore>();
    runtime::Simulation simulation_{1};
    runtime::Shard& shard_ = simulation_.add_machine("broker").shard(0);
    std::unique_ptr<ProducerIds> ids_ = std::make_unique<ProducerIds>(shard_, *store_, BrokerId{1});
};

TEST_F(ProducerIdsTest, EachIsGivenOutOnceOverStarts) {
    EXPECT_EQ(next(), 0);
    EXPECT_EQ(next(), 1);
    start_again();
    EXPECT_EQ(next(), 1000);
}

TEST_F(ProducerIdsTest, WhatIsInALogIsNotGivenOut) {
    struct Row {
        std::int64_t used;
        std::int64_t want;
    };
    constexpr auto largest = std::numeric_limits<std::int64_t>::max();
    const Row rows[] = {
        {-1, 0},
        {0, 1},  // given out from there on already
        {2, 1000},
        {999, 1001},
        {1002, 2000},
        {7000, 8000},
        {7999, 8001},
        {largest, 8002},
        {largest / 2 + 1, 8003},  // a client made these up
        {largest / 2, (largest / 2 / 1000 + 1) * 1000},
    };
    for (const auto& row : rows) {
        ids_->pass(ProducerId{row.used});
        EXPECT_EQ(next(), row.want) << row.used;
    }
}

TEST_F(ProducerIdsTest, WhatIsPassedStaysPassedAfterAStart) {
    ids_->pass(ProducerId{4321});
    EXPECT_EQ(next(), 5000);
    start_again();
    EXPECT_EQ(next(), 6000);
}

TEST_F(ProducerIdsTest, WhoeverAsksDoesNotWaitForTheStoreForEver) {
    store_->hold();
    Answer hasty;
    Answer patient;
    ask(hasty, 100ms);
    ask(patient);
    ASSERT_TRUE(answered(hasty));
    EXPECT_EQ((*hasty).error().code, ErrorCode::coordinator_load_in_progress);
    EXPECT_FALSE(patient);
    EXPECT_EQ(store_->held(), 1U) << "one block for both";
    store_->let_go();
    ASSERT_TRUE(answered(patient));
    EXPECT_EQ((*patient).value(), ProducerId{0});
    EXPECT_EQ(next(), 1);
}

TEST_F(ProducerIdsTest, ABlockThatCameTooLateIsUsed) {
    store_->hold();
    Answer hasty;
    ask(hasty, 100ms);
    ASSERT_TRUE(answered(hasty));
    store_->let_go();
    EXPECT_EQ(next(), 0);
}

TEST_F(ProducerIdsTest, AStopWaitsForNoStore) {
    store_->hold();
    Answer answer;
    ask(answer);
    ids_->end_waits();
    ASSERT_TRUE(answered(answer, 1ms));
    EXPECT_FALSE(*answer);
}

}  // namespace
}  // namespace barnabas::broker
