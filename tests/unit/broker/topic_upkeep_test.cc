// What happens to the logs while nobody asks, where a disk hangs.
#include "unit/broker/topic_service_fixture.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::broker {
namespace {

/// Of four partitions 1 and 3 are in /b, which hangs: the roll of 1 is due and what it looks at is
/// on the medium alone, and 3 has a record to flush.
class HangingUpkeep : public testing::Test {
protected:
    HangingUpkeep() {
        EXPECT_TRUE(at_.start());
        EXPECT_EQ(at_.create("t", 4).error, ErrorCode::none);
        at_.append_everywhere();
        at_.stop();
        EXPECT_TRUE(at_.start());
        at_.append_to(3);
        const auto entries = at_.disk().list("/b/t-1");
        for (const auto& entry : *entries) {
            at_.disk().make_cold(runtime::Path("/b/t-1") / entry.name);
        }
        at_.disk().hang("/b");
        at_.run_for(2s);  // from now on the roll is due
        at_.start_upkeep();
        at_.run_for(30s);
        EXPECT_EQ(at_.shard().first_appends.running("/b"), 1U) << "the roll is on its way";
        EXPECT_EQ(at_.topics().upkeeps(), 3U) << "each directory's, and the checkpoints'";
    }

    TopicServiceFixture at_{ConfigMap{{"flush.before.ack", "never"},
                                      {"log.roll.ms", "1000"},
                                      {"log.initial.task.delay.ms", "0"},
                                      {"log.flush.interval.ms", "1"},
                                      {"log.flush.scheduler.interval.ms", "100"}}};
};

TEST_F(HangingUpkeep, PutsTheRollOffAndGoesOn) {
    EXPECT_EQ(at_.shard().flusher.syncing("/b"), 0U);
    at_.run_for(Flusher::patience + DirectoryAsker::patience);
    EXPECT_EQ(at_.shard().flusher.syncing("/b"), 1U) << "its round has come to the flushes";
    at_.disk().heal();
    at_.run_for(2 * Flusher::patience);
    EXPECT_TRUE(at_.disk().exists("/b/t-1/00000000000000000001.log")) << "it was made up for";
}

/// As the broker stops: first nobody waits any more, then the upkeeps are waited for.
TEST_F(HangingUpkeep, EndsWithTheWaits) {
    at_.shard().stopping = true;
    at_.shard().cold_reads.end_waits();
    at_.shard().first_appends.end_waits();
    bool ended = false;
    at_.begin_stop(ended);
    at_.run_for(1s);
    EXPECT_EQ(at_.topics().upkeeps(), 0U);
    EXPECT_FALSE(ended) << "its logs cannot be closed";
    at_.disk().heal();
    at_.run_for(10s);
    EXPECT_TRUE(ended);
    at_.forget();
}

/// The process ends without the logs of /b, and those of /a are closed in order.
TEST_F(HangingUpkeep, StopsWithoutTheDiskThatHangs) {
    at_.shard().stopping = true;
    at_.shard().cold_reads.end_waits();
    at_.shard().first_appends.end_waits();
    const auto stopped = at_.stop_in_time();
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().message,
              "the disk of /b hangs: what is there is not closed in order, and the next start "
              "checks it");
    EXPECT_TRUE(at_.disk().exists("/a/.kafka_cleanshutdown"));
    EXPECT_FALSE(at_.disk().exists("/b/.kafka_cleanshutdown"));
    at_.disk().heal();
    at_.run_for(10s);
    EXPECT_TRUE(at_.stop_in_time()) << "nothing is at work any more";
    EXPECT_FALSE(at_.disk().exists("/b/.kafka_cleanshutdown"));
    at_.forget();
}

/// log.initial.task.delay.ms, of a partition with one record that is too old to stay.
struct InitialDelayRow {
    std::string name;
    ConfigMap configs;
    Duration first;   // since the upkeep began
    Duration second;  // since the first
};

void append_committed(TopicServiceFixture& at) {
    at.append_everywhere();
    at.shard().partitions.for_each([](replication::Partition& partition) {
        partition.log().set_high_watermark(partition.log().log_end());
    });
}

TEST(InitialDelay, IsBeforeTheFirstRetention) {
    const InitialDelayRow rows[] = {
        {.name = "Kafka's defaults", .configs = {}, .first = 30s, .second = 300s},
        {.name = "longer than the interval",
         .configs = {{"log.initial.task.delay.ms", "100000"},
                     {"log.retention.check.interval.ms", "20000"}},
         .first = 100s,
         .second = 20s},
        {.name = "none",
         .configs = {{"log.initial.task.delay.ms", "0"},
                     {"log.retention.check.interval.ms", "60000"}},
         .first = 0s,
         .second = 60s}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        auto configs = row.configs;
        configs.emplace("log.retention.ms", "1");
        TopicServiceFixture at(configs);
        ASSERT_TRUE(at.start());
        ASSERT_EQ(at.create("t", 1).error, ErrorCode::none);
        append_committed(at);
        at.run_for(1s);
        at.start_upkeep();
        const auto keeps = [&at](std::string_view segment) {
            return at.disk().exists(fmt::format("/a/t-0/0000000000000000000{}.log", segment));
        };
        if (row.first > 0s) {
            at.run_for(row.first - 1s);
            EXPECT_TRUE(keeps("0"));
            at.run_for(1s);
        }
        at.run_for(1s);
        EXPECT_FALSE(keeps("0"));
        append_committed(at);
        at.run_for(row.second - 2s);
        EXPECT_TRUE(keeps("1"));
        at.run_for(2s);
        EXPECT_FALSE(keeps("1"));
    }
}

/// Sealed segments are synced all the same, and the others' checkpoints written.
TEST(InitialDelay, IsBeforeTheFirstFlushByTime) {
    TopicServiceFixture at(
        {{"log.flush.interval.ms", "1"}, {"log.initial.task.delay.ms", "20000"}});
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("t", 1).error, ErrorCode::none);
    at.start_upkeep();
    at.append_everywhere();
    const auto synced = [&at] {
        Offset end{-1};
        at.shard().partitions.for_each([&end](const replication::Partition& partition) {
            end = partition.log().recovery_point();
        });
        return end;
    };
    at.run_for(19s);
    EXPECT_EQ(synced(), Offset{0});
    EXPECT_TRUE(at.disk().exists("/a/replication-offset-checkpoint"));
    at.run_for(7s);  // with the first round behind the delay
    EXPECT_EQ(synced(), Offset{1});
}

/// A change that waits for a disk that began to hang after it had been asked.
class HangingChange : public testing::Test {
protected:
    HangingChange() {
        EXPECT_TRUE(at_.start());
        EXPECT_EQ(at_.create("old", 2).error, ErrorCode::none);
        at_.append_everywhere();
        at_.disk().hang("/b/t-1/00000000000000000000.log");
        at_.begin_create("t", 4, created_);
        at_.run_for(1s);
        at_.disk().hang("/b");
        at_.run_for(20s);
        EXPECT_TRUE(at_.disk().exists("/b/t-1")) << "it is under way";
        EXPECT_FALSE(created_);
    }

    TopicServiceFixture at_;
    std::optional<CreatedTopic> created_;
};

/// Others wait behind it, and so does the stop.
TEST_F(HangingChange, IsNotWaitedForLongerThanTold) {
    const Time began = at_.now();
    EXPECT_EQ(at_.take_a_turn(20s), ErrorCode::request_timed_out);
    EXPECT_LT(at_.now() - began, 21s);
    const auto stopped = at_.stop_in_time();
    ASSERT_FALSE(stopped);
    EXPECT_TRUE(stopped.error().message.starts_with(
        "a change of topics, configurations or log directories waits for a disk; "))
        << stopped.error().message;
    EXPECT_TRUE(stopped.error().message.contains("the disk of /b hangs"))
        << stopped.error().message;
    EXPECT_EQ(at_.take_a_turn(20s), ErrorCode::request_timed_out) << "it stops";
    at_.disk().heal();
    at_.run_for(10s);
    EXPECT_TRUE(created_);
    at_.stop();
}

/// No log was closed then: after each such stop the next start checked all of them.
TEST_F(HangingChange, KeepsNoOtherDirectoryFromItsOrderlyEnd) {
    EXPECT_FALSE(at_.stop_in_time());
    EXPECT_TRUE(at_.disk().exists("/a/.kafka_cleanshutdown"));
    EXPECT_FALSE(at_.disk().exists("/b/.kafka_cleanshutdown"));
    EXPECT_EQ(at_.disk().read_text("/a/recovery-point-offset-checkpoint").value_or(""),
              "0\n1\nold 0 1\n");
    at_.disk().heal();
    at_.run_for(10s);
    at_.stop();
    ASSERT_TRUE(at_.start());
    EXPECT_EQ(at_.why_offline("old", 0), "");
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(at_.why_offline("t", i), "") << i;
    }
}

/// Logs that have been recovered and that no shard has yet are closed by nobody: their directory is
/// checked at the next start, whatever hangs, and their offsets stay.
TEST(HangingReturn, LeavesNoMarkWhereItHoldsLogs) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("gone", 2).error, ErrorCode::none);
    ASSERT_EQ(at.create("kept", 2).error, ErrorCode::none);
    at.append_everywhere();
    at.stop();
    const auto offsets = [&at] {
        return at.disk().read_text("/b/recovery-point-offset-checkpoint").value_or("");
    };
    ASSERT_EQ(offsets(), "0\n2\ngone 1 1\nkept 1 1\n");
    at.disk().break_directory("/b");
    ASSERT_TRUE(at.start());
    ASSERT_TRUE(at.remove("gone"));
    at.disk().heal();
    std::optional<Result<void>> taken;
    at.begin_to_take_back(1, taken);
    for (int i = 0; i < 10'000 && !at.dirs().known(1).online; ++i) {
        at.run_for(100us);
    }
    ASSERT_TRUE(at.dirs().known(1).online);
    at.disk().hang("/b/gone-1");  // which is to be set aside
    at.run_for(1s);
    ASSERT_FALSE(taken);
    ASSERT_FALSE(at.stop_in_time());
    EXPECT_TRUE(at.disk().exists("/a/.kafka_cleanshutdown"));
    EXPECT_FALSE(at.disk().exists("/b/.kafka_cleanshutdown"));
    EXPECT_EQ(offsets(), "0\n1\nkept 1 1\n");
    at.disk().heal();
    at.run_for(1s);
    EXPECT_TRUE(taken);
    at.stop();
    ASSERT_TRUE(at.start());
    EXPECT_EQ(at.why_offline("kept", 1), "");
}

/// One job marked the directories in their order, and never came behind one that hung.
TEST(HangingMark, KeepsNoOtherDirectorysBack) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    at.start_upkeep();
    at.run_for(8s);  // its checkpoints are written
    at.disk().hang("/a");
    const auto stopped = at.stop_in_time();
    ASSERT_FALSE(stopped);
    EXPECT_TRUE(stopped.error().message.starts_with("the disk of /a hangs:"))
        << stopped.error().message;
    EXPECT_FALSE(at.disk().exists("/a/.kafka_cleanshutdown"));
    EXPECT_TRUE(at.disk().exists("/b/.kafka_cleanshutdown"));
    at.disk().heal();
    at.run_for(1s);
    at.stop();
}

/// The second took the logs of the first for closed, and what it destroyed was still at work.
TEST(HangingStop, ASecondOneWaitsForTheWorkOfTheFirst) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("t", 4).error, ErrorCode::none);
    at.append_everywhere();
    at.disk().hang("/b");
    bool first = false;
    bool second = false;
    at.begin_stop(first);
    at.run_for(1s);
    at.begin_stop(second);
    at.run_for(100s);
    EXPECT_FALSE(first || second);
    at.disk().heal();
    at.run_for(1s);
    EXPECT_TRUE(first && second);
    EXPECT_TRUE(at.disk().exists("/b/.kafka_cleanshutdown"));
    const auto operations = at.disk().operations();
    at.stop();
    EXPECT_EQ(at.disk().operations(), operations) << "nothing is left to do";
}

TEST(HangingStop, AStopAfterOneThatGaveUpWaitsForWhatHung) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("t", 4).error, ErrorCode::none);
    at.append_everywhere();
    at.disk().hang("/b");
    ASSERT_FALSE(at.stop_in_time());
    bool ended = false;
    at.begin_stop(ended);
    at.run_for(100s);
    EXPECT_FALSE(ended);
    at.disk().heal();
    at.run_for(1s);
    EXPECT_TRUE(ended);
    at.forget();
}

}  // namespace
}  // namespace barnabas::broker
