#include "coordinator/transactions/transaction_schedule.h"

#include <gtest/gtest.h>

namespace barnabas::coordinator {
namespace {

constexpr Time now = Time{} + 100s;
constexpr Duration pause = TransactionSchedule::retry_pause;

TEST(TransactionSchedule, WakesWhenTheMachineOrARetryIsDue) {
    TransactionSchedule schedule;
    EXPECT_EQ(schedule.next_wake(never), never);
    EXPECT_EQ(schedule.next_wake(now + 5s), now + 5s);
    schedule.on_commit_failed(now);
    EXPECT_EQ(schedule.next_wake(never), now + pause);
    EXPECT_EQ(schedule.next_wake(now), now);
    schedule.on_commit_failed(now + 500ms);
    EXPECT_EQ(schedule.next_wake(never), now + pause) << "the first one counts";
    schedule.begin_round(now);
    EXPECT_EQ(schedule.next_wake(never), now + pause) << "that was too early";
    schedule.begin_round(now + pause);
    EXPECT_EQ(schedule.next_wake(never), never);
}

TEST(TransactionSchedule, ForgetsIdsBatchByBatch) {
    TransactionSchedule schedule;
    EXPECT_FALSE(schedule.take_expiry(false));
    EXPECT_TRUE(schedule.take_expiry(true));
    schedule.on_some_expired();
    EXPECT_EQ(schedule.next_wake(never), Time{}) << "there may be more";
    EXPECT_TRUE(schedule.take_expiry(false));
    EXPECT_FALSE(schedule.take_expiry(false));
}

TEST(TransactionSchedule, WhatCannotBeStoredIsTriedAgainAfterAPause) {
    TransactionSchedule schedule;
    schedule.on_store_failed(true, now);
    EXPECT_EQ(schedule.next_wake(now), now + pause) << "nothing before, whatever is due";
    EXPECT_TRUE(schedule.take_expiry(false));
    schedule.on_store_failed(false, now + 10s);
    EXPECT_EQ(schedule.next_wake(now), now + 10s + pause);
    EXPECT_FALSE(schedule.take_expiry(false));
}

TEST(TransactionSchedule, OneCommitIsUnderWayForNobodysSake) {
    TransactionSchedule schedule;
    EXPECT_FALSE(schedule.begin_commit()) << "nothing was applied";
    schedule.on_applied(Offset{5});
    EXPECT_TRUE(schedule.begin_commit());
    EXPECT_FALSE(schedule.begin_commit());
    EXPECT_TRUE(schedule.on_committed(Offset{3}));
    EXPECT_FALSE(schedule.on_committed(Offset{3})) << "no news";
    EXPECT_TRUE(schedule.has_uncommitted());
    EXPECT_TRUE(schedule.on_committed(Offset{5}));
    schedule.end_commit();
    EXPECT_FALSE(schedule.begin_commit());
    schedule.on_applied(Offset{6});
    EXPECT_TRUE(schedule.begin_commit());
    schedule.reset();
    EXPECT_EQ(schedule.applied(), Offset{0});
    EXPECT_FALSE(schedule.begin_commit());
}

TEST(TransactionScheduleDeathTest, NothingIsCommittedThatWasNotApplied) {
    TransactionSchedule schedule;
    schedule.on_applied(Offset{5});
    EXPECT_DEATH((void)schedule.on_committed(Offset{6}), "6 is committed, and 5 applied");
}

}  // namespace
}  // namespace barnabas::coordinator
