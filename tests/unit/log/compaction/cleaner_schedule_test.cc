#include "log/compaction/cleaner_schedule.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

constexpr Timestamp wall{1'800'000'000'000};
const CleanerSchedule::Settings one_thread{.threads = 1, .backoff = 15s};

TopicPartition named(const char* topic) {
    return {topic, PartitionId{0}};
}

/// Sealed segments of 100 bytes and 10 offsets each, and an active one.
CleanerCandidate log_of(const char* topic, int sealed, double min_ratio = 0.5) {
    CleanerCandidate log{
        .partition = named(topic),
        .config = {.cleanup_delete = false,
                   .cleanup_compact = true,
                   .min_cleanable_ratio = min_ratio},
        .facts = {.log_end = Offset{sealed * 10}, .last_stable = Offset{sealed * 10}}};
    for (int i = 0; i <= sealed; ++i) {
        log.facts.segments.push_back(
            {.base = Offset{i * 10}, .size = i < sealed ? 100U : 0U, .first = wall - 1000});
    }
    return log;
}

class CleanerScheduleTest : public ::testing::Test {
protected:
    CleanerScheduleTest() {
        schedule_.learn({{named("half"), Offset{20}},
                         {named("clean"), Offset{40}},
                         {named("little"), Offset{30}}});
    }

    std::vector<CleanerJob> jobs(const std::vector<CleanerCandidate>& logs,
                                 const CleanerSchedule::Settings& settings = one_thread) {
        return schedule_.plan(logs, settings, now()).jobs;
    }
    [[nodiscard]] Now now() const { return {time_, wall}; }

    Time time_{std::chrono::hours(1)};
    CleanerSchedule schedule_;
};
TEST_F(CleanerScheduleTest, TakesTheDirtiestFirstAsManyAsThereAreThreads) {
    const std::vector logs{log_of("half", 4), log_of("new", 3), log_of("clean", 4),
                           log_of("little", 4), log_of("also", 2, 0.1)};
    const auto first = jobs(logs);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0], (CleanerJob{named("also"), Offset{0}, Offset{20}})) << "by name at a draw";
    EXPECT_TRUE(jobs(logs).empty()) << "the thread is taken";
    const auto more = jobs(logs, {.threads = 3});
    ASSERT_EQ(more.size(), 1U) << "half is not more than its min.cleanable.dirty.ratio";
    EXPECT_EQ(more[0], (CleanerJob{named("new"), Offset{0}, Offset{30}}));
    EXPECT_EQ(schedule_.in_progress(), 2U);
    EXPECT_EQ(schedule_.dirty_bytes(), 200U + 300 + 0 + 100 + 200);
    EXPECT_EQ(schedule_.dirtiest_ratio(), 1.0);
}

TEST_F(CleanerScheduleTest, LearnsNothingOlderThanWhatItKnows) {
    schedule_.learn({{named("half"), Offset{5}}, {named("late"), Offset{10}}});
    EXPECT_EQ(schedule_.cleaned().at(named("half")), Offset{20});
    EXPECT_EQ(schedule_.cleaned().at(named("late")), Offset{10});
}

TEST_F(CleanerScheduleTest, GoesOnWhereACompactionEnded) {
    ASSERT_EQ(jobs({log_of("new", 3)}).size(), 1U);
    schedule_.on_done(named("new"), Offset{10});  // its keys did not all fit
    EXPECT_EQ(schedule_.cleaned().at(named("new")), Offset{10});
    const auto next = jobs({log_of("new", 3)});
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0].first_dirty, Offset{10});
    schedule_.on_done(named("new"), Offset{30});
    EXPECT_TRUE(jobs({log_of("new", 3)}).empty());
}

TEST_F(CleanerScheduleTest, CompactsWhatIsOverdueHoweverLittleIsDirty) {
    auto log = log_of("little", 4);
    EXPECT_TRUE(jobs({log}).empty());
    log.config.max_compaction_lag_ms = 999;
    EXPECT_EQ(jobs({log}).size(), 1U);
    EXPECT_EQ(schedule_.overdue_ms(), 1);
    auto clean = log_of("clean", 4);
    clean.config.max_compaction_lag_ms = 999;
    EXPECT_TRUE(jobs({clean}, {.threads = 2}).empty()) << "nothing of it is dirty";
}

TEST_F(CleanerScheduleTest, RestsAfterFailuresOfTheDiskLongerEachTime) {
    const auto log = log_of("new", 3);
    const Error broken{ErrorCode::kafka_storage_error, "no space left"};
    const Duration rests[] = {15s, 30s, 60s, 120s, 240s, 480s, 600s, 600s};
    for (const auto rest : rests) {
        ASSERT_EQ(jobs({log}).size(), 1U) << rest.count();
        schedule_.on_failed(named("new"), broken, one_thread, time_);
        EXPECT_TRUE(jobs({log}).empty());
        EXPECT_LE(schedule_.next_wake(one_thread, time_), time_ + rest);
        time_ += rest - 1ms;
        EXPECT_TRUE(jobs({log}).empty()) << rest.count();
        time_ += 1ms;
    }
    ASSERT_EQ(jobs({log}).size(), 1U);
    schedule_.on_done(named("new"), Offset{10});
    ASSERT_EQ(jobs({log}).size(), 1U) << "all is well again";
    EXPECT_TRUE(schedule_.uncleanable().empty());
}

TEST_F(CleanerScheduleTest, LeavesAloneWhatCannotBeRead) {
    const auto log = log_of("new", 3);
    ASSERT_EQ(jobs({log}).size(), 1U);
    schedule_.on_failed(named("new"), {ErrorCode::corrupt_message, "torn"}, one_thread, time_);
    for (int i = 0; i < 5; ++i) {
        time_ += 10h;
        EXPECT_TRUE(jobs({log}).empty());
    }
    ASSERT_EQ(schedule_.uncleanable().size(), 1U);
    EXPECT_EQ(schedule_.uncleanable().at(named("new")).reason, "torn");
    EXPECT_EQ(schedule_.uncleanable().at(named("new")).bytes, 300U);
    EXPECT_EQ(schedule_.dirtiest_ratio(), 0) << "it is not what one waits for";
    schedule_.forget_missing({});
    EXPECT_TRUE(schedule_.uncleanable().empty());
    EXPECT_TRUE(schedule_.cleaned().empty());
    EXPECT_EQ(jobs({log}).size(), 1U) << "a new topic of that name";
}

TEST_F(CleanerScheduleTest, TriesAgainLaterWhatWasDiscarded) {
    const auto log = log_of("new", 3);
    ASSERT_EQ(jobs({log}).size(), 1U);
    schedule_.on_discarded(named("new"), one_thread, time_);
    EXPECT_TRUE(jobs({log}).empty());
    time_ += 15s;
    EXPECT_EQ(jobs({log}).size(), 1U);
}

TEST_F(CleanerScheduleTest, LetsPausedLogsBe) {
    const auto log = log_of("new", 3);
    schedule_.pause(named("new"));
    schedule_.pause(named("new"));
    EXPECT_TRUE(jobs({log}).empty());
    schedule_.resume(named("new"));
    EXPECT_TRUE(schedule_.is_paused(named("new")));
    EXPECT_TRUE(jobs({log}).empty());
    schedule_.resume(named("new"));
    EXPECT_FALSE(schedule_.is_paused(named("new")));
    EXPECT_EQ(jobs({log}).size(), 1U);
}

TEST_F(CleanerScheduleTest, CountsNothingAsCleanThatWasCut) {
    auto log = log_of("half", 4);
    log.facts.cut_to = Offset{15};
    ASSERT_EQ(jobs({log}).size(), 1U) << "from 15 of 40 on it is dirty";
    EXPECT_EQ(schedule_.cleaned().at(named("half")), Offset{15});
    log.facts.cut_to = Offset{12};  // while it is compacted
    EXPECT_TRUE(jobs({log}).empty());
    schedule_.on_done(named("half"), Offset{40});
    EXPECT_EQ(schedule_.cleaned().at(named("half")), Offset{12});
}

TEST_F(CleanerScheduleTest, MendsACheckpointOfAnotherLogAndSaysSo) {
    auto log = log_of("clean", 1);
    const auto plan = schedule_.plan({log}, one_thread, now());
    ASSERT_EQ(plan.warnings.size(), 1U);
    EXPECT_NE(plan.warnings[0].find("clean-0"), std::string::npos) << plan.warnings[0];
    EXPECT_NE(plan.warnings[0].find("40"), std::string::npos) << plan.warnings[0];
    EXPECT_EQ(schedule_.cleaned().at(named("clean")), Offset{0});
    EXPECT_TRUE(schedule_.plan({log}, one_thread, now()).warnings.empty()) << "once";
}

TEST_F(CleanerScheduleTest, LooksAgainAfterItsBackoff) {
    const struct {
        Duration backoff;
        Duration wake;
    } rows[] = {{15s, 15s}, {0s, 10ms}, {Duration::max(), 1h}};
    for (const auto& row : rows) {
        EXPECT_EQ(schedule_.next_wake({.backoff = row.backoff}, time_), time_ + row.wake);
    }
}

}  // namespace
}  // namespace barnabas::log
