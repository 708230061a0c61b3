// What clients see of a log directory that fails, through a whole broker.
#include "broker/directory_keeper.h"

#include "unit/broker/broker_fixture.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/fetch.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"
#include "wire/records/batch_builder.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::broker {
namespace {

using namespace wire;

ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

/// A broker with two directories and a topic with a partition in each: 0 in /a, 1 in /b.
class TwoDirectories {
public:
    explicit TwoDirectories(const ConfigMap& more = {}) : at_(with_directories(more)) {
        EXPECT_EQ(at_.create_topic("t", 2), ErrorCode::none);
        EXPECT_EQ(produce(0), ErrorCode::none);
        EXPECT_EQ(produce(1), ErrorCode::none);
        EXPECT_TRUE(at_.disk().exists("/a/t-0"));
        EXPECT_TRUE(at_.disk().exists("/b/t-1"));
    }

    [[nodiscard]] BrokerFixture& at() { return at_; }

    ErrorCode produce(std::int32_t partition, std::string* sentence = nullptr) {
        ByteBuffer records;
        BatchBuilder builder;
        builder.start(records, {});
        EXPECT_TRUE(builder.append(Offset{0}, {.timestamp = Timestamp{1000},
                                               .key = as_bytes("key"),
                                               .value = as_bytes("value"),
                                               .headers = {}}));
        EXPECT_TRUE(builder.finish());
        ProduceRequest request;
        request.acks = -1;
        request.timeout_ms = 1000;
        auto& topic = request.topic_data.emplace_back();
        topic.name = "t";
        auto& data = topic.partition_data.emplace_back();
        data.index = partition;
        data.records = Records(ByteView(records.data(), records.size()));
        const auto response = at_.call<ProduceResponse>(request, 12);
        const auto& answer = response.responses.at(0).partition_responses.at(0);
        if (sentence != nullptr) {
            *sentence = answer.error_message.value_or("");
        }
        return code(answer.error_code);
    }

    ErrorCode fetch(std::int32_t partition, std::int64_t offset = 0, std::int32_t wait_ms = 0) {
        FetchRequest request;
        request.max_wait_ms = wait_ms;
        request.min_bytes = 1;
        request.max_bytes = 1 << 20;
        auto& topic = request.topics.emplace_back();
        topic.topic = "t";
        auto& asked = topic.partitions.emplace_back();
        asked.partition = partition;
        asked.fetch_offset = offset;
        asked.partition_max_bytes = 1 << 20;
        const auto response = at_.call<FetchResponse>(request, 12);
        return code(response.responses.at(0).partitions.at(0).error_code);
    }

    ErrorCode list_offset(std::int32_t partition) {
        ListOffsetsRequest request;
        auto& topic = request.topics.emplace_back();
        topic.name = "t";
        auto& asked = topic.partitions.emplace_back();
        asked.partition_index = partition;
        asked.timestamp = -1;
        const auto response = at_.call<ListOffsetsResponse>(request, 7);
        return code(response.topics.at(0).partitions.at(0).error_code);
    }

    MetadataResponse::Topic::Partition metadata(std::size_t partition) {
        MetadataRequest request;
        request.topics.reset();
        return at_.call<MetadataResponse>(request).topics.at(0).partitions.at(partition);
    }

    /// By directory.
    std::vector<ErrorCode> directories() {
        DescribeLogDirsRequest request;
        request.topics.reset();
        const auto response = at_.call<DescribeLogDirsResponse>(request);
        std::vector<ErrorCode> codes;
        for (const auto& result : response.results) {
            codes.push_back(code(result.error_code));
        }
        return codes;
    }

private:
    static ConfigMap with_directories(ConfigMap configs) {
        configs["log.dirs"] = "/a,/b";
        return configs;
    }

    BrokerFixture at_;
};

TEST(DirectoryKeeper, TakesThePartitionsOfAFailedDirectoryOfflineAndNoOthers) {
    TwoDirectories two;
    two.at().disk().break_directory("/a");
    EXPECT_EQ(two.produce(0), ErrorCode::kafka_storage_error);
    two.at().wait(1s);

    std::string sentence;
    EXPECT_EQ(two.produce(0, &sentence), ErrorCode::kafka_storage_error);
    EXPECT_NE(sentence.find("t-0 is offline: log directory /a has failed"), std::string::npos)
        << sentence;
    EXPECT_EQ(two.fetch(0), ErrorCode::kafka_storage_error);
    EXPECT_EQ(two.list_offset(0), ErrorCode::kafka_storage_error);
    const auto offline = two.metadata(0);
    EXPECT_EQ(code(offline.error_code), ErrorCode::leader_not_available);
    EXPECT_EQ(offline.leader_id, -1);
    EXPECT_EQ(offline.offline_replicas, std::vector<std::int32_t>{1});

    EXPECT_EQ(two.produce(1), ErrorCode::none);
    EXPECT_EQ(two.fetch(1), ErrorCode::none);
    EXPECT_EQ(two.list_offset(1), ErrorCode::none);
    EXPECT_EQ(two.metadata(1).leader_id, 1);
    EXPECT_EQ(two.directories(), (std::vector{ErrorCode::kafka_storage_error, ErrorCode::none}));
    EXPECT_EQ(two.at().end(), "");
    EXPECT_EQ(two.at().create_topic("u", 3), ErrorCode::none) << "in what is left";
}

TEST(DirectoryKeeper, NoticesADirectoryThatNobodyUses) {
    TwoDirectories two;
    ASSERT_TRUE(two.at().disk().remove_all("/b"));
    two.at().wait(5s);
    EXPECT_EQ(two.directories(), (std::vector{ErrorCode::none, ErrorCode::kafka_storage_error}));
    EXPECT_EQ(two.fetch(1), ErrorCode::kafka_storage_error);
}

TEST(DirectoryKeeper, AnswersFetchesThatWait) {
    TwoDirectories two;
    two.at().after(2s, [&two] { two.at().disk().break_directory("/a"); });
    const auto before = two.at().simulation().clock().now();
    EXPECT_EQ(two.fetch(0, 1, 600'000), ErrorCode::kafka_storage_error);
    const auto took = two.at().simulation().clock().now() - before;
    EXPECT_GT(took, 1s);
    EXPECT_LT(took, 10s);
}

TEST(DirectoryKeeper, AFailedFlushIsAFailure) {
    // flush.messages: the producer waits for the sync, and is told.
    TwoDirectories two({{"log.flush.interval.messages", "1"}});
    two.at().disk().make_read_only("/b");
    EXPECT_EQ(two.produce(1), ErrorCode::kafka_storage_error);
    two.at().disk().heal();
    two.at().wait(1s);
    EXPECT_EQ(two.fetch(1), ErrorCode::kafka_storage_error);
    EXPECT_EQ(two.produce(0), ErrorCode::none);
}

TEST(DirectoryKeeper, AFullDiskIsNoFailure) {
    TwoDirectories two({{"log.dir.min.free.bytes", "0"}});
    two.at().disk().set_capacity(0);
    ErrorCode refused = ErrorCode::none;
    for (int i = 0; i < 200 && refused == ErrorCode::none; ++i) {
        refused = two.produce(0);
    }
    EXPECT_EQ(refused, ErrorCode::kafka_storage_error);
    two.at().wait(10s);
    EXPECT_EQ(two.directories(), (std::vector{ErrorCode::none, ErrorCode::none}));
    EXPECT_EQ(two.fetch(0), ErrorCode::none);
    two.at().disk().set_capacity(runtime::SimulatedDisk::default_capacity);
    EXPECT_EQ(two.produce(0), ErrorCode::none);
}

TEST(DirectoryKeeper, TheBrokerEndsWhenTheLastDirectoryHasFailed) {
    TwoDirectories two;
    two.at().disk().break_directory("/a");
    two.at().wait(5s);
    EXPECT_EQ(two.at().end(), "");
    two.at().disk().break_directory("/b");
    two.at().wait(5s);
    EXPECT_NE(two.at().end().find("every log directory has failed; /a: "), std::string::npos)
        << two.at().end();
    EXPECT_NE(two.at().end().find("; /b: "), std::string::npos);
}

}  // namespace
}  // namespace barnabas::broker
