#include "broker/producer_ids.h"

#include "runtime/simulated/simulation.h"
#include "support/store_calls.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <vector>

namespace barnabas::broker {
namespace {

class ProducerIdsTest : public testing::Test {
protected:
    std::int64_t next() {
        std::optional<Result<ProducerId>> answer;
        const auto ask = [](ProducerIds* ids, std::optional<Result<ProducerId>>* into)
            -> boost::asio::awaitable<void> { *into = co_await ids->next(); };
        runtime::spawn(shard_, ask(ids_.get(), &answer));
        EXPECT_TRUE(simulation_.run_until([&answer] { return answer.has_value(); },
                                          std::chrono::seconds(10)));
        EXPECT_TRUE(answer && *answer);
        return (*answer)->get();
    }
    void start_again() { ids_ = std::make_unique<ProducerIds>(shard_, *store_, BrokerId{1}); }

    std::unique_ptr<metadata::Store> store_ = metadata::prepared_store();
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

}  // namespace
}  // namespace barnabas::broker
