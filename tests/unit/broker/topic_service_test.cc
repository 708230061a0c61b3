// What the topic service does to the directories, through a whole broker on a simulated machine.
#include "unit/broker/two_directories.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/delete_topics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

/// "0: NONE 1": each partition of t, its error and its low watermark.
std::string delete_first_record(TwoDirectories& two, std::vector<std::int32_t> partitions) {
    wire::DeleteRecordsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "t";
    for (const auto number : partitions) {
        auto& partition = topic.partitions.emplace_back();
        partition.partition_index = number;
        partition.offset = 1;
    }
    const auto response = two.at().call<wire::DeleteRecordsResponse>(request);
    std::string answers;
    for (const auto& answer : response.topics.at(0).partitions) {
        answers += fmt::format("{}{}: {} {}", answers.empty() ? "" : ", ", answer.partition_index,
                               code(answer.error_code), answer.low_watermark);
    }
    return answers;
}

/// A crash right after the answer does not bring them back.
TEST(TopicService, WritesDownWhereALogBeginsBeforeDeleteRecordsIsAnswered) {
    TwoDirectories two({{"replica.high.watermark.checkpoint.interval.ms", "3600000"}});
    ASSERT_EQ(two.produce(0), ErrorCode::none);
    EXPECT_EQ(delete_first_record(two, {0}), "0: NONE 1");
    EXPECT_EQ(two.at().disk().read_text("/a/log-start-offset-checkpoint").value_or(""),
              "0\n1\nt 0 1\n");
}

/// Each of the three settings counts: all checkpoints are written within the shortest of them.
TEST(TopicService, WritesCheckpointsAsOftenAsTheMostUrgentSettingWants) {
    struct Row {
        const char* what;
        const char* high_watermarks;
        const char* recovery_points;
        const char* log_starts;
        Duration not_within;
        Duration within;
    };
    const Row rows[] = {{"high watermarks", "10000", "60000", "60000", 0s, 11s},
                        {"recovery points", "3600000", "10000", "60000", 0s, 11s},
                        {"log starts", "3600000", "60000", "10000", 0s, 11s},
                        {"as Kafka without settings", "3600000", "60000", "60000", 30s, 61s},
                        {"0: with the others alone", "90000", "0", "0", 60s, 91s}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        TwoDirectories two({{"replica.high.watermark.checkpoint.interval.ms", row.high_watermarks},
                            {"log.flush.offset.checkpoint.interval.ms", row.recovery_points},
                            {"log.flush.start.offset.checkpoint.interval.ms", row.log_starts}});
        ASSERT_EQ(two.produce(0), ErrorCode::none);
        const auto written = [&two] {
            return two.at().disk().read_text("/a/recovery-point-offset-checkpoint").value_or("") ==
                   "0\n1\nt 0 2\n";
        };
        two.at().wait(row.not_within);
        EXPECT_FALSE(written());
        two.at().wait(row.within - row.not_within);
        EXPECT_TRUE(written());
    }
}

/// After a crash the new topic's records were taken for deleted ones.
TEST(TopicService, ForgetsWhereAnOlderTopicsLogBegan) {
    TwoDirectories two({{"replica.high.watermark.checkpoint.interval.ms", "3600000"}});
    ASSERT_EQ(two.produce(0), ErrorCode::none);
    ASSERT_EQ(delete_first_record(two, {0}), "0: NONE 1");
    wire::DeleteTopicsRequest request;
    request.timeout_ms = 1000;
    request.topics.emplace_back().name = "t";
    const auto deleted = two.at().call<wire::DeleteTopicsResponse>(request);
    ASSERT_EQ(deleted.responses.at(0).error_code, 0);
    ASSERT_EQ(two.at().create_topic("t", 2), ErrorCode::none);
    for (const auto* file : {"log-start-offset-checkpoint", "recovery-point-offset-checkpoint",
                             "replication-offset-checkpoint"}) {
        EXPECT_EQ(two.at().disk().read_text(fmt::format("/a/{}", file)).value_or(""), "0\n0\n")
            << file;
    }
}

/// It was answered as done, though a crash would have brought the records back.
TEST(TopicService, AnswersAnErrorWhereTheBeginningOfALogCannotBeWrittenDown) {
    struct Case {
        const char* file;     // the one that cannot be written
        const char* written;  // where the logs in /a begin, as far as it was
    };
    for (const auto& row : {Case{"/a/log-start-offset-checkpoint.tmp", "0\n0\n"},
                            Case{"/a/recovery-point-offset-checkpoint.tmp", "0\n1\nt 0 1\n"}}) {
        SCOPED_TRACE(row.file);
        TwoDirectories two({{"replica.high.watermark.checkpoint.interval.ms", "3600000"}});
        const auto log_starts = [&two](const char* file) {
            return two.at().disk().read_text(file).value_or("0\n0\n");
        };
        ASSERT_TRUE(two.at().disk().create_directories(row.file));
        EXPECT_EQ(delete_first_record(two, {0, 1}), "0: KAFKA_STORAGE_ERROR -1, 1: NONE 1");
        EXPECT_EQ(log_starts("/a/log-start-offset-checkpoint"), row.written);
        EXPECT_EQ(log_starts("/b/log-start-offset-checkpoint"), "0\n1\nt 1 1\n");
        EXPECT_EQ(two.directories(), (std::vector{ErrorCode::none, ErrorCode::none}));

        ASSERT_TRUE(two.at().disk().remove_all(row.file));
        EXPECT_EQ(delete_first_record(two, {0, 1}), "0: NONE 1, 1: NONE 1") << "asked again";
        EXPECT_EQ(log_starts("/a/log-start-offset-checkpoint"), "0\n1\nt 0 1\n");
    }
}

// They left in the order in which they were deleted: one with a long delay held the others up.
TEST(TopicService, RemovesEachTopicsFoldersAfterItsOwnDelay) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("slow", 1, {{"file.delete.delay.ms", "600000"}}), ErrorCode::none);
    ASSERT_EQ(at.create_topic("fast", 1, {{"file.delete.delay.ms", "100"}}), ErrorCode::none);
    wire::DeleteTopicsRequest request;
    request.timeout_ms = 1000;
    for (const auto* name : {"slow", "fast"}) {
        request.topics.emplace_back().name = name;
    }
    for (const auto& answer : at.call<wire::DeleteTopicsResponse>(request).responses) {
        ASSERT_EQ(answer.error_code, 0);
    }
    const auto folders = [&at] {
        std::vector<std::string> topics;
        for (const auto& entry : *at.disk().list("/data")) {
            if (entry.is_directory) {
                topics.push_back(entry.name.substr(0, 4));
            }
        }
        return topics;
    };
    at.wait(1s);
    EXPECT_EQ(folders(), std::vector<std::string>{"slow"});
    at.wait(600s);
    EXPECT_EQ(folders(), std::vector<std::string>{});
}

// A round of upkeep that was flushing when the broker stopped got its turn after the logs were
// taken, and wrote that there are none. The stops fall before, into and behind such a round.
TEST(TopicService, LeavesTheCheckpointsThatAStopHasWritten) {
    for (int i = 0; i < 40; ++i) {
        TwoDirectories two({{"flush.before.ack", "never"},
                            {"log.initial.task.delay.ms", "0"},
                            {"log.flush.interval.ms", "5"},
                            {"log.flush.scheduler.interval.ms", "1"},
                            {"replica.high.watermark.checkpoint.interval.ms", "1"}});
        two.at().wait(100ms);
        const auto offsets = [&two] {
            return two.at().disk().read_text("/a/recovery-point-offset-checkpoint").value_or("");
        };
        ASSERT_EQ(offsets(), "0\n1\nt 0 1\n");
        ASSERT_EQ(two.produce(0), ErrorCode::none);
        two.at().wait(i * 250us);
        two.at().stop();
        EXPECT_NE(offsets(), "0\n0\n") << "stop " << i;
    }
}

// The sum of now and the delay went beyond all time, which was in the past: it left at once.
TEST(TopicService, KeepsAFolderForEverIfToldSo) {
    BrokerFixture at;
    ASSERT_EQ(at.create_topic("kept", 1, {{"file.delete.delay.ms", "9223372036854775807"}}),
              ErrorCode::none);
    wire::DeleteTopicsRequest request;
    request.timeout_ms = 1000;
    request.topics.emplace_back().name = "kept";
    ASSERT_EQ(at.call<wire::DeleteTopicsResponse>(request).responses.at(0).error_code, 0);
    at.wait(600s);
    const auto entries = at.disk().list("/data");
    ASSERT_TRUE(entries);
    EXPECT_EQ(std::ranges::count_if(*entries, &runtime::DirectoryEntry::is_directory), 1);
}

// On a full disk a roll that is due fails in each round; what would have made room stayed.
TEST(TopicService, AppliesRetentionThoughARollFails) {
    TwoDirectories two({{"log.dir.min.free.bytes", "0"},
                        {"log.segment.bytes", "1048576"},
                        {"log.roll.ms", "1000"},
                        {"log.retention.bytes", "1000"},
                        {"log.retention.ms", "-1"},  // of the last segment nothing is too old
                        {"log.retention.check.interval.ms", "30000"}});
    const std::string value(600'000, 'v');
    ASSERT_EQ(two.produce(0, nullptr, value), ErrorCode::none);
    ASSERT_EQ(two.produce(0, nullptr, value), ErrorCode::none);
    ASSERT_TRUE(two.at().disk().exists("/a/t-0/00000000000000000000.log"));
    ASSERT_TRUE(two.at().disk().exists("/a/t-0/00000000000000000002.log"));
    two.at().disk().set_capacity(0);
    two.at().wait(35s);
    EXPECT_FALSE(two.at().disk().exists("/a/t-0/00000000000000000003.log")) << "a roll fails";
    EXPECT_FALSE(two.at().disk().exists("/a/t-0/00000000000000000000.log"));
    EXPECT_EQ(two.fetch(0, 2), ErrorCode::none);
}

// One round went over all directories, and a sync or a checkpoint of one that hangs never ended.
TEST(TopicService, KeepsUpADirectoryWhileTheDiskOfAnotherHangs) {
    TwoDirectories two({{"flush.before.ack", "never"},
                        {"log.segment.bytes", "1048576"},
                        {"log.retention.ms", "604800000"},
                        {"log.initial.task.delay.ms", "1000"},
                        {"log.retention.check.interval.ms", "1000"},
                        {"log.segment.delete.delay.ms", "1000"},
                        {"log.flush.interval.ms", "1000"},
                        {"log.flush.scheduler.interval.ms", "1000"}});
    auto& disk = two.at().disk();
    two.at().wait(5s);
    disk.hang("/b");
    ASSERT_EQ(two.produce(1), ErrorCode::none);
    two.at().wait(15s);  // its flush and its checkpoint hang
    const std::string value(600'000, 'v');
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(two.produce(0, nullptr, value), ErrorCode::none);
    }
    two.at().wait(15s);
    EXPECT_FALSE(disk.exists("/a/t-0/00000000000000000000.log")) << "given up";
    EXPECT_FALSE(disk.exists("/a/t-0/00000000000000000000.log.deleted")) << "and removed";
    const auto offsets = [&disk](std::string_view directory) {
        return disk.read_text(fmt::format("/{}/recovery-point-offset-checkpoint", directory))
            .value_or("");
    };
    EXPECT_EQ(offsets("a"), "0\n1\nt 0 4\n");
    EXPECT_EQ(offsets("b"), "0\n1\nt 1 1\n");
    EXPECT_EQ(delete_first_record(two, {0}), "0: NONE 4");

    ASSERT_EQ(two.at().create_topic("new", 2), ErrorCode::none) << "where the disk works";
    EXPECT_TRUE(disk.exists("/a/new-0") && disk.exists("/a/new-1"));
    disk.heal();
    two.at().wait(90s);  // beyond what the flush is waited for
    EXPECT_EQ(offsets("b"), "0\n1\nt 1 2\n");
    ASSERT_EQ(two.at().create_topic("newer", 2), ErrorCode::none);
    EXPECT_TRUE(disk.exists("/b/newer-0") && disk.exists("/b/newer-1"));
}

TEST(TopicService, AnswersAProduceToTwoDirectoriesThoughTheDiskOfOneHangs) {
    TwoDirectories two;
    two.at().disk().hang("/b");
    wire::ProduceRequest request;
    request.acks = -1;
    request.timeout_ms = 2000;
    auto& topic = request.topic_data.emplace_back();
    topic.name = "t";
    ByteBuffer records;
    wire::BatchBuilder builder;
    builder.start(records, {});
    ASSERT_TRUE(builder.append(Offset{0}, {.timestamp = Timestamp{1000}, .value = as_bytes("v")}));
    ASSERT_TRUE(builder.finish());
    ByteBuffer copy;
    copy.append(records.view());
    for (std::int32_t i = 0; i < 2; ++i) {
        auto& data = topic.partition_data.emplace_back();
        data.index = i;
        data.records = wire::Records((i == 0 ? records : copy).view());
    }
    const Time begin = two.at().simulation().clock().now();
    const auto response = two.at().call<wire::ProduceResponse>(request, 12);
    const auto& answers = response.responses.at(0).partition_responses;
    EXPECT_EQ(code(answers.at(0).error_code), ErrorCode::none);
    EXPECT_EQ(code(answers.at(1).error_code), ErrorCode::request_timed_out);
    EXPECT_LT(two.at().simulation().clock().now() - begin, 2s) << "before the client gives up";
    two.at().disk().heal();
}

}  // namespace
}  // namespace barnabas::broker
