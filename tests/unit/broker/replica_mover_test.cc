// Partitions that move between log directories, and directories that get none, through a whole
// broker.
#include "broker/replica_mover.h"

#include "log/file_names.h"
#include "unit/broker/two_directories.h"
#include "wire/messages/alter_replica_log_dirs.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/incremental_alter_configs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

using namespace wire;

class Movable : public TwoDirectories {
public:
    using TwoDirectories::TwoDirectories;

    ErrorCode move(std::int32_t partition, const std::string& directory,
                   const std::string& topic = "t") {
        AlterReplicaLogDirsRequest request;
        auto& dir = request.dirs.emplace_back();
        dir.path = directory;
        auto& asked = dir.topics.emplace_back();
        asked.name = topic;
        asked.partitions = {partition};
        const auto response = at().call<AlterReplicaLogDirsResponse>(request);
        EXPECT_EQ(response.results.at(0).topic_name, topic);
        EXPECT_EQ(response.results.at(0).partitions.at(0).partition_index, partition);
        return code(response.results.at(0).partitions.at(0).error_code);
    }

    DescribeLogDirsResponse::Result describe(std::size_t directory) {
        DescribeLogDirsRequest request;
        request.topics.reset();
        return at().call<DescribeLogDirsResponse>(request).results.at(directory);
    }

    /// "t-0 t-1*" of a directory: a star marks what is on its way there.
    std::string logs_in(std::size_t directory) {
        std::string logs;
        for (const auto& topic : describe(directory).topics) {
            for (const auto& log : topic.partitions) {
                logs += fmt::format("{}{}-{}{}", logs.empty() ? "" : " ", topic.name,
                                    log.partition_index, log.is_future_key ? "*" : "");
            }
        }
        return logs;
    }

    ErrorCode set_config(const std::string& name, const std::string& value) {
        IncrementalAlterConfigsRequest request;
        auto& resource = request.resources.emplace_back();
        resource.resource_type = 4;
        resource.resource_name = "1";
        auto& config = resource.configs.emplace_back();
        config.name = name;
        config.config_operation = 0;
        config.value = value;
        const auto response = at().call<IncrementalAlterConfigsResponse>(request);
        return code(response.responses.at(0).error_code);
    }
};

TEST(ReplicaMover, MovesAPartitionThatIsWrittenTo) {
    Movable two;
    for (int i = 1; i < 50; ++i) {
        ASSERT_EQ(two.produce(0), ErrorCode::none);
    }
    EXPECT_EQ(two.logs_in(0), "t-0");
    ASSERT_EQ(two.move(0, "/b/."), ErrorCode::none);
    for (int i = 50; i < 100; ++i) {
        ASSERT_EQ(two.produce(0), ErrorCode::none);
    }
    two.at().wait(10s);
    EXPECT_EQ(two.logs_in(0), "");
    EXPECT_EQ(two.logs_in(1), "t-0 t-1");
    EXPECT_TRUE(two.at().disk().exists("/b/t-0"));
    EXPECT_FALSE(two.at().disk().exists("/a/t-0"));
    EXPECT_EQ(two.end_offset(0), 100);
    EXPECT_EQ(two.fetch(0, 99), ErrorCode::none);
    EXPECT_EQ(two.fetch(0, 101), ErrorCode::offset_out_of_range);
    two.at().wait(120s);
    EXPECT_EQ(two.at().disk().list("/a")->size(), two.at().disk().list("/b")->size() - 2)
        << "the old folder is removed after its time";
    EXPECT_EQ(two.produce(0), ErrorCode::none);

    ASSERT_EQ(two.move(0, "/a"), ErrorCode::none) << "and back again";
    two.at().wait(10s);
    EXPECT_EQ(two.logs_in(0), "t-0");
    EXPECT_EQ(two.end_offset(0), 101);
}

/// The new directory knew nothing of the partition until something changed its offsets.
TEST(ReplicaMover, WritesDownWhereAPartitionIsThatNobodyWritesTo) {
    Movable two({{"log.flush.interval.messages", "1"}});
    two.at().wait(20s);
    ASSERT_EQ(two.move(0, "/b"), ErrorCode::none);
    two.at().wait(20s);
    EXPECT_EQ(two.logs_in(1), "t-0 t-1");
    const auto offsets = [&two](const std::string& directory) {
        return two.at().disk().read_text(directory + "/recovery-point-offset-checkpoint");
    };
    EXPECT_EQ(offsets("/a").value_or(""), "0\n0\n");
    EXPECT_EQ(offsets("/b").value_or(""), "0\n2\nt 0 1\nt 1 1\n");
}

TEST(ReplicaMover, KeepsTheOldFolderWhereTheNewDirectorysCheckpointsCannotBeWritten) {
    Movable two({{"log.flush.interval.messages", "1"}});
    two.at().wait(20s);
    ASSERT_TRUE(two.at().disk().create_directories("/b/recovery-point-offset-checkpoint.tmp"));
    ASSERT_EQ(two.move(0, "/b"), ErrorCode::none);
    two.at().wait(20s);
    EXPECT_EQ(two.logs_in(1), "t-0 t-1");
    EXPECT_TRUE(two.at().disk().exists("/a/t-0"));
    EXPECT_EQ(two.produce(0), ErrorCode::none);
}

TEST(ReplicaMover, RefusesAsKafkaDoes) {
    Movable two;
    ASSERT_EQ(two.at().create_topic(std::string(240, 'x'), 1), ErrorCode::none);
    EXPECT_EQ(two.move(0, "/c"), ErrorCode::log_dir_not_found);
    EXPECT_EQ(two.move(0, "/a"), ErrorCode::none) << "it is there";
    EXPECT_EQ(two.move(0, "/b", std::string(240, 'x')), ErrorCode::invalid_topic_exception);
    EXPECT_EQ(two.move(2, "/b"), ErrorCode::replica_not_available);
    EXPECT_EQ(two.set_config("cordoned.log.dirs", "/b"), ErrorCode::none);
    EXPECT_EQ(two.move(0, "/b"), ErrorCode::invalid_replica_assignment);
    EXPECT_EQ(two.set_config("cordoned.log.dirs", ""), ErrorCode::none);
    two.at().disk().break_directory("/b");
    two.at().wait(5s);
    EXPECT_EQ(two.move(0, "/b"), ErrorCode::kafka_storage_error);
    EXPECT_EQ(two.move(1, "/a"), ErrorCode::kafka_storage_error);
    EXPECT_EQ(two.logs_in(0).find('*'), std::string::npos);
}

TEST(ReplicaMover, RemembersWhereAPartitionIsToBeCreated) {
    Movable two;
    EXPECT_EQ(two.move(0, "/b", "u"), ErrorCode::replica_not_available);
    EXPECT_EQ(two.move(1, "/b", "u"), ErrorCode::replica_not_available);
    ASSERT_EQ(two.at().create_topic("u", 2), ErrorCode::none);
    EXPECT_EQ(two.logs_in(1), "t-1 u-0 u-1");
}

TEST(ReplicaMover, ShowsHowFarItIsAndKeepsToItsRate) {
    Movable two;
    const std::string value(100'000, 'v');
    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(two.produce(0, nullptr, value), ErrorCode::none);
    }
    ASSERT_EQ(two.set_config("replica.alter.log.dirs.io.max.bytes.per.second", "100000"),
              ErrorCode::none);
    ASSERT_EQ(two.move(0, "/b"), ErrorCode::none);
    EXPECT_EQ(two.move(0, "/b"), ErrorCode::none) << "it is on its way";
    two.at().wait(10s);
    EXPECT_EQ(two.logs_in(0), "t-0");
    EXPECT_EQ(two.logs_in(1), "t-0* t-1");
    const auto future = two.describe(1).topics.at(0).partitions.at(0);
    EXPECT_GT(future.partition_size, 800'000);
    EXPECT_LT(future.partition_size, 1'200'000);
    EXPECT_GT(future.offset_lag, 8);
    EXPECT_LT(future.offset_lag, 13);
    two.at().wait(15s);
    EXPECT_EQ(two.logs_in(1), "t-0 t-1");
    EXPECT_EQ(two.end_offset(0), 21);
}

TEST(ReplicaMover, IsTakenBackByAMoveToWhereItIs) {
    Movable two({{"replica.alter.log.dirs.io.max.bytes.per.second", "1"}});
    ASSERT_EQ(two.produce(0, nullptr, std::string(300'000, 'v')), ErrorCode::none);
    ASSERT_EQ(two.move(0, "/b"), ErrorCode::none);
    EXPECT_EQ(two.logs_in(1), "t-0* t-1");
    ASSERT_EQ(two.move(0, "/a"), ErrorCode::none);
    two.at().wait(5s);
    EXPECT_EQ(two.logs_in(0), "t-0");
    EXPECT_EQ(two.logs_in(1), "t-1");
    for (const auto& entry : *two.at().disk().list("/b")) {
        EXPECT_FALSE(entry.name.ends_with("-future")) << entry.name;
    }
}

// Its disk failed and lost what had been copied and not been synced; others were written in its
// place before the move went on: the copy, which had none of them, took the log's place.
TEST(ReplicaMover, BeginsAnewWhereTheLogHasLostWhatWasCopied) {
    Movable two({{"replica.alter.log.dirs.io.max.bytes.per.second", "1"},
                 {"flush.before.ack", "never"},
                 {"log.dir.retry.interval.ms", "1000"}});
    const std::string lost(300'000, 'l');
    const std::string written(300'000, 'w');
    for (int i = 0; i < 6; ++i) {
        ASSERT_EQ(two.produce(0, nullptr, lost), ErrorCode::none);
    }
    ASSERT_EQ(two.move(0, "/b"), ErrorCode::none);
    two.at().wait(3s);
    EXPECT_EQ(two.logs_in(1), "t-0* t-1");
    const auto log =
        two.at().disk().open("/a/t-0/00000000000000000000.log", runtime::OpenMode::read_write);
    ASSERT_TRUE(log);
    two.at().disk().fail_at(two.at().disk().operations());
    EXPECT_FALSE((*log)->sync());
    EXPECT_EQ(two.produce(0), ErrorCode::kafka_storage_error);
    two.at().wait(10s);  // it is taken back
    const auto kept = two.end_offset(0);
    ASSERT_LT(kept, 7);
    for (int i = 0; i < 8; ++i) {
        ASSERT_EQ(two.produce(0, nullptr, written), ErrorCode::none);
    }
    ASSERT_EQ(two.set_config("replica.alter.log.dirs.io.max.bytes.per.second", "1000000000"),
              ErrorCode::none);
    two.at().wait(30s);
    EXPECT_EQ(two.logs_in(1), "t-0 t-1");
    EXPECT_EQ(two.end_offset(0), kept + 8);
    const auto file = two.at().disk().read_text("/b/t-0/00000000000000000000.log").value_or("");
    std::size_t found = 0;
    for (auto at = file.find(written); at != std::string::npos;
         at = file.find(written, at + written.size())) {
        ++found;
    }
    EXPECT_EQ(found, 8U) << "records that were acknowledged are there no more";
}

// What both had was copied once more.
TEST(ReplicaMover, GoesOnFromWhereTheLogHasLostWhatWasCopied) {
    Movable two({{"replica.alter.log.dirs.io.max.bytes.per.second", "300000"},
                 {"flush.before.ack", "never"},
                 {"log.flush.interval.messages", "1"},
                 {"log.dir.retry.interval.ms", "1000"}});
    const auto copies = [&two] {
        std::vector<std::string> names;
        for (const auto& entry : *two.at().disk().list("/b")) {
            if (entry.name.ends_with(log::future_folder_suffix)) {
                names.push_back(entry.name);
            }
        }
        return names;
    };
    const auto offset_lag = [&two] {
        return two.describe(1).topics.at(0).partitions.at(0).offset_lag;
    };
    ASSERT_EQ(two.produce(0, nullptr, std::string(300'000, 's')), ErrorCode::none);
    const auto synced = two.end_offset(0);
    ASSERT_EQ(two.set_config("log.flush.interval.messages", "1000000"), ErrorCode::none);
    for (int i = 0; i < 6; ++i) {
        ASSERT_EQ(two.produce(0, nullptr, std::string(200'000, 'l')), ErrorCode::none);
    }
    ASSERT_EQ(two.move(0, "/b"), ErrorCode::none);
    two.at().wait(3s);
    const auto copy = copies();
    ASSERT_EQ(copy.size(), 1U);
    EXPECT_LT(offset_lag(), 6) << "some of what is lost below has been copied";
    EXPECT_GT(offset_lag(), 1);
    ASSERT_EQ(two.set_config("replica.alter.log.dirs.io.max.bytes.per.second", "1"),
              ErrorCode::none);
    const auto log =
        two.at().disk().open("/a/t-0/00000000000000000000.log", runtime::OpenMode::read_write);
    ASSERT_TRUE(log);
    two.at().disk().fail_at(two.at().disk().operations());
    EXPECT_FALSE((*log)->sync());
    EXPECT_EQ(two.produce(0), ErrorCode::kafka_storage_error);
    const std::string written(200'000, 'w');
    for (int i = 0; i < 500 && two.produce(0, nullptr, written) != ErrorCode::none; ++i) {
        two.at().wait(10ms);  // it is taken back
    }
    ASSERT_EQ(two.end_offset(0), synced + 1);
    for (int i = 1; i < 8; ++i) {
        ASSERT_EQ(two.produce(0, nullptr, written), ErrorCode::none);
    }
    two.at().wait(5s);
    EXPECT_EQ(copies(), copy) << "it began anew";
    EXPECT_EQ(offset_lag(), 8);
    ASSERT_EQ(two.set_config("replica.alter.log.dirs.io.max.bytes.per.second", "1000000000"),
              ErrorCode::none);
    two.at().wait(30s);
    EXPECT_EQ(two.logs_in(1), "t-0 t-1");
    EXPECT_EQ(two.end_offset(0), synced + 8);
    const auto file = two.at().disk().read_text("/b/t-0/00000000000000000000.log").value_or("");
    const auto count = [&file](char fill) {
        return static_cast<std::size_t>(std::ranges::count(file, fill)) / 100'000;
    };
    EXPECT_EQ(count('s'), 3U);
    EXPECT_EQ(count('l'), 0U);
    EXPECT_EQ(count('w'), 16U) << "records that were acknowledged are there no more";
}

// It had to begin anew while a change of topics hung with a disk that was none of its own: it ended
// without a word, and the partition stayed where it was.
TEST(ReplicaMover, IsTriedAgainWhereItCannotBeginAnew) {
    BrokerFixture at({{"log.dirs", "/a,/b,/c"},
                      {"log.segment.bytes", "1048576"},
                      {"log.retention.bytes", "1000"},
                      {"log.initial.task.delay.ms", "20000"},
                      {"replica.alter.log.dirs.io.max.bytes.per.second", "20000"}});
    ASSERT_EQ(at.create_topic("t", 2), ErrorCode::none);
    const std::string value(600'000, 'v');
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(produce_to(at, 0, nullptr, value), ErrorCode::none);
    }
    AlterReplicaLogDirsRequest request;
    auto& dir = request.dirs.emplace_back();
    dir.path = "/b";
    auto& asked = dir.topics.emplace_back();
    asked.name = "t";
    asked.partitions = {0};
    ASSERT_EQ(
        at.call<AlterReplicaLogDirsResponse>(request).results.at(0).partitions.at(0).error_code, 0);
    at.wait(22s);                                       // retention has gone past what is copied
    at.disk().hang("/c/u-0/00000000000000000000.log");  // it has been asked, and hangs then
    at.after(100s, [&at] { at.disk().heal(); });
    ASSERT_EQ(at.create_topic("u"), ErrorCode::none);
    EXPECT_TRUE(at.disk().exists("/c/u-0"));
    at.wait(60s);
    EXPECT_TRUE(at.disk().exists("/b/t-0"));
    EXPECT_FALSE(at.disk().exists("/a/t-0"));
    EXPECT_EQ(produce_to(at, 0), ErrorCode::none);
}

// Nobody was told that the copy was removed when its directory came back.
TEST(ReplicaMover, GoesOnWhenItsTargetComesBack) {
    Movable two({{"replica.alter.log.dirs.io.max.bytes.per.second", "100000"},
                 {"log.dir.retry.interval.ms", "1000"}});
    const std::string value(100'000, 'v');
    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(two.produce(0, nullptr, value), ErrorCode::none);
    }
    ASSERT_EQ(two.move(0, "/b"), ErrorCode::none);
    two.at().wait(5s);
    const auto lag_before = two.describe(1).topics.at(0).partitions.at(0).offset_lag;
    ASSERT_LT(lag_before, 19);
    two.at().disk().break_directory("/b");
    two.at().wait(5s);
    EXPECT_EQ(two.fetch(1), ErrorCode::kafka_storage_error);
    two.at().disk().heal();
    two.at().wait(2s);
    EXPECT_EQ(two.logs_in(1), "t-0* t-1");
    EXPECT_LE(two.describe(1).topics.at(0).partitions.at(0).offset_lag, lag_before) << "not anew";
    two.at().wait(40s);
    EXPECT_EQ(two.logs_in(0), "");
    EXPECT_EQ(two.logs_in(1), "t-0 t-1");
    EXPECT_EQ(two.end_offset(0), 21);
}

/// Its copy would be made with the turn of all changes.
TEST(ReplicaMover, DoesNotBeginWhereADiskHangs) {
    Movable two;
    two.at().disk().hang("/b");
    const auto& clock = two.at().simulation().clock();
    const Time began = clock.now();
    EXPECT_EQ(two.move(0, "/b"), ErrorCode::request_timed_out);
    EXPECT_EQ(two.move(1, "/a"), ErrorCode::request_timed_out) << "nor from there";
    EXPECT_EQ(two.at().create_topic("u"), ErrorCode::none);
    EXPECT_LT(clock.now() - began, 5s);
    two.at().disk().heal();
    two.at().wait(1s);
    EXPECT_EQ(two.move(0, "/b"), ErrorCode::none);
    two.at().wait(10s);
    EXPECT_EQ(two.logs_in(1), "t-0 t-1");
}

/// Four moves from /a to /b that are far from their ends, whose target has failed; it comes back
/// soon after it is healed.
class FoundCopies : public testing::Test {
protected:
    FoundCopies() {
        EXPECT_EQ(two_.set_config("cordoned.log.dirs", "/b"), ErrorCode::none);
        CreatePartitionsRequest more;
        auto& topic = more.topics.emplace_back();
        topic.name = "t";
        topic.count = 5;
        topic.assignments.reset();
        EXPECT_EQ(two_.at().call<CreatePartitionsResponse>(more).results.at(0).error_code, 0);
        EXPECT_EQ(two_.set_config("cordoned.log.dirs", ""), ErrorCode::none);
        const std::string value(5000, 'v');
        for (int i = 0; i < 60; ++i) {
            for (const auto partition : {0, 2, 3, 4}) {
                EXPECT_EQ(two_.produce(partition, nullptr, value), ErrorCode::none);
            }
        }
        for (const auto partition : {0, 2, 3, 4}) {
            EXPECT_EQ(two_.move(partition, "/b"), ErrorCode::none);
        }
        two_.at().wait(20s);
        EXPECT_EQ(two_.logs_in(1), "t-0* t-1 t-2* t-3* t-4*");
        for (const auto& log : two_.describe(1).topics.at(0).partitions) {
            EXPECT_GT(log.partition_size, 0) << log.partition_index;
        }
        disk().break_directory("/b");
        two_.at().wait(5s);
        EXPECT_EQ(two_.fetch(1), ErrorCode::kafka_storage_error);
    }
    ~FoundCopies() override { disk().heal(); }

    [[nodiscard]] runtime::SimulatedDisk& disk() { return two_.at().disk(); }
    /// Empty if there is none. The disk works.
    [[nodiscard]] runtime::Path copy_of(std::int32_t partition) {
        const auto entries = disk().list("/b");
        EXPECT_TRUE(entries);
        for (const auto& entry : *entries) {
            if (entry.name.starts_with(fmt::format("t-{}.", partition)) &&
                entry.name.ends_with("-future")) {
                return runtime::Path("/b") / entry.name;
            }
        }
        return {};
    }
    /// Of the copies, by partition; -1 of those that are not open yet.
    [[nodiscard]] std::vector<std::int64_t> lags() {
        std::vector<std::int64_t> lags;
        for (const auto& log : two_.describe(1).topics.at(0).partitions) {
            if (log.is_future_key) {
                lags.push_back(log.offset_lag);
            }
        }
        return lags;
    }
    void finish() {
        EXPECT_EQ(two_.set_config("replica.alter.log.dirs.io.max.bytes.per.second", "1000000000"),
                  ErrorCode::none);
        two_.at().wait(30s);
        EXPECT_EQ(two_.logs_in(1), "t-0 t-1 t-2 t-3 t-4");
    }

    Movable two_{ConfigMap{{"replica.alter.log.dirs.io.max.bytes.per.second", "5000"},
                           {"num.replica.alter.log.dirs.threads", "4"},
                           {"log.dir.retry.interval.ms", "1000"}}};
};

// All were opened at once, each with a thread of the blocking pool: a disk that hung had all of
// them.
TEST_F(FoundCopies, AreOpenedTwoAtATime) {
    disk().heal();
    for (const auto partition : {0, 2}) {
        const auto log = copy_of(partition) / "00000000000000000000.log";
        disk().make_cold(log);
        disk().hang(log);
    }
    two_.at().wait(10s);
    EXPECT_EQ(lags(), (std::vector<std::int64_t>{-1, -1, -1, -1}));
    EXPECT_EQ(two_.fetch(1), ErrorCode::none) << "the directory is back";
    disk().heal();
    two_.at().wait(5s);
    for (const auto lag : lags()) {
        EXPECT_GE(lag, 1);
    }
    finish();
}

// That it could not be read was taken for the end of the move, and its copy was removed.
TEST_F(FoundCopies, StayWhenTheSourceFailsAsTheyAreOpened) {
    disk().heal();
    disk().break_directory("/a/t-0/00000000000000000000.log");
    two_.at().wait(5s);
    EXPECT_EQ(two_.fetch(0), ErrorCode::kafka_storage_error);
    for (const auto partition : {0, 2, 3, 4}) {
        EXPECT_NE(copy_of(partition), runtime::Path()) << partition;
    }
    disk().heal();
    two_.at().wait(10s);
    EXPECT_EQ(two_.logs_in(1), "t-0* t-1 t-2* t-3* t-4*");
    finish();
}

TEST(ReplicaMover, EndsWithTheTopicAndWithTheTarget) {
    for (const bool deleted : {true, false}) {
        Movable two({{"replica.alter.log.dirs.io.max.bytes.per.second", "1"}});
        ASSERT_EQ(two.produce(0, nullptr, std::string(300'000, 'v')), ErrorCode::none);
        ASSERT_EQ(two.move(0, "/b"), ErrorCode::none);
        if (deleted) {
            DeleteTopicsRequest request;
            request.topics.emplace_back().name = "t";
            EXPECT_EQ(two.at().call<DeleteTopicsResponse>(request).responses.at(0).error_code, 0);
        } else {
            two.at().disk().break_directory("/b");
        }
        ASSERT_EQ(two.set_config("replica.alter.log.dirs.io.max.bytes.per.second", "1000000000"),
                  ErrorCode::none);
        two.at().wait(100s);
        EXPECT_EQ(two.logs_in(0), deleted ? "" : "t-0");
        EXPECT_EQ(two.logs_in(1), "");
        EXPECT_EQ(two.at().end(), "");
        if (!deleted) {
            EXPECT_EQ(two.produce(0), ErrorCode::none);
        }
    }
}

TEST(Cordon, KeepsNewPartitionsAwayAndIsShown) {
    Movable two;
    EXPECT_EQ(two.set_config("cordoned.log.dirs", "/c"), ErrorCode::invalid_request);
    ASSERT_EQ(two.set_config("cordoned.log.dirs", "/a"), ErrorCode::none);
    EXPECT_TRUE(two.describe(0).is_cordoned);
    EXPECT_FALSE(two.describe(1).is_cordoned);
    ASSERT_EQ(two.at().create_topic("u", 3), ErrorCode::none);
    EXPECT_EQ(two.logs_in(0), "t-0");
    EXPECT_EQ(two.produce(0), ErrorCode::none) << "what is there stays";

    ASSERT_EQ(two.set_config("cordoned.log.dirs", "*"), ErrorCode::none);
    EXPECT_TRUE(two.describe(0).is_cordoned && two.describe(1).is_cordoned);
    EXPECT_EQ(two.at().create_topic("v", 1), ErrorCode::invalid_replication_factor);
    CreatePartitionsRequest more;
    more.topics.emplace_back().name = "t";
    more.topics[0].count = 3;
    more.topics[0].assignments.reset();
    EXPECT_EQ(code(two.at().call<CreatePartitionsResponse>(more).results.at(0).error_code),
              ErrorCode::invalid_replication_factor);
    auto& assignments = more.topics[0].assignments.emplace();
    assignments.emplace_back().broker_ids = {1};
    EXPECT_EQ(code(two.at().call<CreatePartitionsResponse>(more).results.at(0).error_code),
              ErrorCode::invalid_replica_assignment);
    ASSERT_EQ(two.set_config("cordoned.log.dirs", ""), ErrorCode::none);
    EXPECT_EQ(two.at().create_topic("v", 1), ErrorCode::none);
}

TEST(Cordon, IsKeptFromTheFile) {
    BrokerFixture at({{"log.dirs", "/a,/b"}, {"cordoned.log.dirs", "/a"}});
    ASSERT_EQ(at.create_topic("t", 4), ErrorCode::none);
    EXPECT_TRUE(at.disk().exists("/b/t-3"));
    EXPECT_FALSE(at.disk().exists("/a/t-0"));
}

}  // namespace
}  // namespace barnabas::broker
