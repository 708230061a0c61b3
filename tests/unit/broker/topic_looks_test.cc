// What is done to topics while the disk of a log directory hangs that is none of theirs: it goes on
// as if that directory were not there.
#include "unit/broker/topic_service_fixture.h"
#include "unit/broker/two_directories.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/delete_topics.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace barnabas::broker {
namespace {

using namespace wire;

/// Partition 0 of "t" is in /a, 1 in /b, whose disk hangs.
class BesideADiskThatHangs : public testing::Test {
protected:
    BesideADiskThatHangs() { disk().hang("/b"); }
    ~BesideADiskThatHangs() override { disk().heal(); }

    [[nodiscard]] runtime::SimulatedDisk& disk() { return two_.at().disk(); }
    [[nodiscard]] Time now() { return two_.at().simulation().clock().now(); }

    ErrorCode remove(const std::string& topic) {
        DeleteTopicsRequest request;
        request.timeout_ms = 30'000;
        request.topics.emplace_back().name = topic;
        const auto response = two_.at().call<DeleteTopicsResponse>(request);
        return code(response.responses.at(0).error_code);
    }
    ErrorCode add_partitions(const std::string& topic, std::int32_t count) {
        CreatePartitionsRequest request;
        request.timeout_ms = 30'000;
        auto& wanted = request.topics.emplace_back();
        wanted.name = topic;
        wanted.count = count;
        wanted.assignments.reset();
        const auto response = two_.at().call<CreatePartitionsResponse>(request);
        return code(response.results.at(0).error_code);
    }
    ErrorCode ask_for(const std::string& topic) {
        MetadataRequest request;
        request.topics.emplace().emplace_back().name = topic;
        const auto response = two_.at().call<MetadataResponse>(request);
        return code(response.topics.at(0).error_code);
    }

    TwoDirectories two_;
};

TEST_F(BesideADiskThatHangs, TopicsAreCreated) {
    const Time began = now();
    ASSERT_EQ(two_.at().create_topic("u", 2), ErrorCode::none);
    EXPECT_LT(now() - began, DirectoryAsker::patience + 1s);
    EXPECT_TRUE(disk().exists("/a/u-0") && disk().exists("/a/u-1"));
    const Time again = now();
    ASSERT_EQ(two_.at().create_topic("v", 2), ErrorCode::none);
    EXPECT_EQ(add_partitions("t", 4), ErrorCode::none);
    EXPECT_EQ(ask_for("auto"), ErrorCode::none);
    EXPECT_LT(now() - again, 1s) << "it is not waited for again";
    EXPECT_TRUE(disk().exists("/a/v-0") && disk().exists("/a/v-1"));
    EXPECT_TRUE(disk().exists("/a/t-2") && disk().exists("/a/t-3"));
    EXPECT_TRUE(disk().exists("/a/auto-0"));
    EXPECT_EQ(two_.produce(2), ErrorCode::none);

    disk().heal();
    two_.at().wait(15s);
    ASSERT_EQ(two_.at().create_topic("w", 2), ErrorCode::none);
    EXPECT_TRUE(disk().exists("/b/w-0") && disk().exists("/b/w-1")) << "where the fewest are";
}

/// Its folders would be renamed with the turn of all changes.
TEST_F(BesideADiskThatHangs, NoTopicIsDeletedThatHasPartitionsThere) {
    ASSERT_EQ(two_.at().create_topic("u", 2), ErrorCode::none);
    EXPECT_EQ(remove("t"), ErrorCode::kafka_storage_error);
    EXPECT_EQ(two_.fetch(0), ErrorCode::none) << "nothing was changed";
    const Time began = now();
    EXPECT_EQ(remove("u"), ErrorCode::none) << "all of it is in /a";
    EXPECT_EQ(two_.at().create_topic("u", 2), ErrorCode::none) << "and its name is free";
    EXPECT_LT(now() - began, 1s);
    disk().heal();
    two_.at().wait(15s);
    EXPECT_EQ(remove("t"), ErrorCode::none);
}

TEST_F(BesideADiskThatHangs, TheOtherDirectoriesAreDescribed) {
    EXPECT_EQ(two_.directories(), (std::vector{ErrorCode::none, ErrorCode::none}))
        << "how full it is is known all the same";
    disk().hang_without_answer("/b");
    Time began = now();
    const std::vector expected{ErrorCode::none, ErrorCode::kafka_storage_error};
    EXPECT_EQ(two_.directories(), expected);
    EXPECT_LT(now() - began, DirectoryAsker::patience + 1s);
    began = now();
    DescribeLogDirsRequest request;
    request.topics.reset();
    const auto again = two_.at().call<DescribeLogDirsResponse>(request);
    EXPECT_LT(now() - began, 1s);
    EXPECT_EQ(code(again.error_code), ErrorCode::none);
    EXPECT_EQ(again.results.at(1).topics.size(), 0U);
    const auto& well = again.results.at(0);
    EXPECT_GT(well.total_bytes, 0);
    ASSERT_EQ(well.topics.size(), 1U);
    EXPECT_EQ(well.topics[0].name, "t");
    EXPECT_GT(well.topics[0].partitions.at(0).partition_size, 0);
    disk().heal();
    two_.at().wait(1s);
    EXPECT_EQ(two_.directories(), (std::vector{ErrorCode::none, ErrorCode::none}));
}

/// Every disk hangs: it is said, and nothing waits.
TEST(TopicLooks, NothingIsCreatedWhereNoDiskAnswers) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    at.disk().hang("/a");
    at.disk().hang("/b");
    const Time began = at.now();
    const auto refused = at.create("t", 2);
    EXPECT_EQ(refused.error, ErrorCode::kafka_storage_error);
    EXPECT_EQ(refused.message, "the disk of every log directory that is online hangs");
    EXPECT_LT(at.now() - began, DirectoryAsker::patience + 1s);
    EXPECT_EQ(at.take_a_turn(1s), ErrorCode::none);
    EXPECT_FALSE(at.stored().topics.contains("t"));
    at.disk().heal();
    at.run_for(1s);
    EXPECT_EQ(at.create("t", 2).error, ErrorCode::none);
}

/// Two who ask at once for the same name get one topic.
TEST(TopicLooks, ATopicIsCreatedOnceThoughTwoLookForItsFolders) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    std::optional<CreatedTopic> first;
    std::optional<CreatedTopic> second;
    at.begin_create("t", 2, first);
    at.begin_create("t", 2, second);
    at.run_for(1s);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->error, ErrorCode::none);
    EXPECT_EQ(second->error, ErrorCode::topic_already_exists);
}

}  // namespace
}  // namespace barnabas::broker
