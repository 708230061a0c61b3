#include "replication/transaction_checks.h"

#include <gtest/gtest.h>

namespace barnabas::replication {
namespace {

constexpr ProducerId producer{7};
constexpr ProducerEpoch epoch{3};

TEST(TransactionChecks, ConfirmsOnlyTheEpochThatWasAskedAbout) {
    TransactionChecks checks;
    const auto token = checks.begin(producer, epoch);
    ASSERT_TRUE(token);
    EXPECT_FALSE(checks.is_confirmed(producer, epoch)) << "nobody has answered yet";
    EXPECT_TRUE(checks.end(producer, epoch, *token, true));
    EXPECT_TRUE(checks.is_confirmed(producer, epoch));
    EXPECT_FALSE(checks.is_confirmed(producer, epoch + std::int16_t{1}));
    EXPECT_FALSE(checks.is_confirmed(producer, epoch - std::int16_t{1}));
    EXPECT_FALSE(checks.is_confirmed(ProducerId{8}, epoch));
    EXPECT_FALSE(checks.begin(producer, epoch)) << "there is nothing left to ask";
}

TEST(TransactionChecks, AnAnswerFromBeforeAMarkerIsVoid) {
    TransactionChecks checks;
    const auto before = checks.begin(producer, epoch);
    checks.forget(producer);  // the marker
    const auto after = checks.begin(producer, epoch);
    ASSERT_TRUE(before && after);
    EXPECT_FALSE(checks.end(producer, epoch, *before, true));
    EXPECT_FALSE(checks.is_confirmed(producer, epoch));
    EXPECT_TRUE(checks.end(producer, epoch, *after, true));
    EXPECT_TRUE(checks.is_confirmed(producer, epoch));
    checks.forget(producer);
    EXPECT_FALSE(checks.is_confirmed(producer, epoch));
    EXPECT_EQ(checks.size(), 0U);
}

TEST(TransactionChecks, OneOfTwoThatAskTogetherIsEnough) {
    for (const bool first : {true, false}) {
        TransactionChecks checks;
        const auto one = checks.begin(producer, epoch);
        const auto two = checks.begin(producer, epoch);
        ASSERT_TRUE(one && two);
        EXPECT_TRUE(checks.end(producer, epoch, *one, first));
        EXPECT_EQ(checks.is_confirmed(producer, epoch), first);
        EXPECT_TRUE(checks.end(producer, epoch, *two, !first));
        EXPECT_TRUE(checks.is_confirmed(producer, epoch));
    }
}

TEST(TransactionChecks, NothingStaysOfProducersThatWereRefused) {
    TransactionChecks checks;
    for (std::int64_t id = 0; id < 1000; ++id) {
        const auto token = checks.begin(ProducerId{id}, epoch);
        ASSERT_TRUE(token);
        EXPECT_TRUE(checks.end(ProducerId{id}, epoch, *token, false));
    }
    EXPECT_EQ(checks.size(), 0U);
}

TEST(TransactionChecks, ForgetsEveryEpochOfOneProducerAlone) {
    TransactionChecks checks;
    checks.allow(producer, ProducerEpoch{0});
    checks.allow(producer, ProducerEpoch{32767});
    checks.allow(ProducerId{6}, epoch);
    checks.allow(ProducerId{8}, epoch);
    checks.forget(producer);
    EXPECT_EQ(checks.size(), 2U);
    EXPECT_TRUE(checks.is_confirmed(ProducerId{6}, epoch));
    EXPECT_TRUE(checks.is_confirmed(ProducerId{8}, epoch));
}

}  // namespace
}  // namespace barnabas::replication
