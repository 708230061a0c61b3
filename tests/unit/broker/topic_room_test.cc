// A directory that fills up, as clients see it: who may write to what.
#include "unit/broker/two_directories.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"

namespace barnabas::broker {
namespace {

constexpr std::uint64_t least = 1 << 20;

class TopicRoomTest : public testing::Test {
protected:
    TopicRoomTest() {
        wire::FindCoordinatorRequest request;
        request.coordinator_keys = {"g"};
        at().call<wire::FindCoordinatorResponse>(request);
        at().wait(1s);
        EXPECT_EQ(commit(1), ErrorCode::none);
    }

    BrokerFixture& at() { return two_.at(); }
    void leave(std::uint64_t bytes) {
        const auto space = at().disk().space("/a");
        ASSERT_TRUE(space);
        at().disk().set_capacity(space->total - space->free + bytes);
        at().wait(3s);
    }
    ErrorCode commit(std::int64_t offset) {
        wire::OffsetCommitRequest request;
        request.group_id = "g";
        auto& topic = request.topics.emplace_back();
        topic.name = "t";
        topic.partitions.emplace_back().committed_offset = offset;
        const auto response = at().call<wire::OffsetCommitResponse>(request, 9);
        return code(response.topics.at(0).partitions.at(0).error_code);
    }
    std::int64_t committed() {
        wire::OffsetFetchRequest request;
        request.groups.emplace_back().group_id = "g";
        request.groups.back().topics.reset();
        const auto response = at().call<wire::OffsetFetchResponse>(request, 9);
        return response.groups.at(0).topics.at(0).partitions.at(0).committed_offset;
    }

    TwoDirectories two_{ConfigMap{{"log.dir.min.free.bytes", std::to_string(least)},
                                  {"offsets.topic.num.partitions", "1"}}};
};

TEST_F(TopicRoomTest, GroupsGoOnWhereProducersAreRefused) {
    leave(least - 65536);
    std::string sentence;
    EXPECT_EQ(two_.produce(0, &sentence), ErrorCode::kafka_storage_error);
    EXPECT_NE(sentence.find(" bytes free and keeps 1048576 (log.dir.min.free.bytes)"),
              std::string::npos)
        << sentence;
    EXPECT_EQ(two_.fetch(0), ErrorCode::none);
    EXPECT_EQ(commit(7), ErrorCode::none);
    EXPECT_EQ(committed(), 7);
    leave(2 * least);
    EXPECT_EQ(two_.produce(0), ErrorCode::none);
}

/// As long as the disk takes anything, and again when it does.
TEST_F(TopicRoomTest, GroupsCommitUntilNothingIsLeft) {
    leave(65536);
    EXPECT_NE(two_.produce(0), ErrorCode::none);
    EXPECT_EQ(commit(7), ErrorCode::none);
    leave(0);
    ErrorCode last = ErrorCode::none;
    std::int64_t taken = 7;
    for (int i = 0; i < 100 && last == ErrorCode::none; ++i) {  // what the last page still takes
        last = commit(taken + 1);
        taken += last == ErrorCode::none ? 1 : 0;
    }
    EXPECT_EQ(last, ErrorCode::not_coordinator) << "clients look for it, and try again";
    EXPECT_EQ(committed(), taken);
    EXPECT_EQ(two_.fetch(0), ErrorCode::none);
    wire::DeleteTopicsRequest remove;
    remove.topics.emplace_back().name = "t";
    const auto removed = at().call<wire::DeleteTopicsResponse>(remove);
    EXPECT_EQ(code(removed.responses.at(0).error_code), ErrorCode::none);
    leave(2 * least);
    EXPECT_EQ(at().create_topic("t", 2), ErrorCode::none);
    EXPECT_EQ(commit(200), ErrorCode::none);
    EXPECT_EQ(committed(), 200);
}

}  // namespace
}  // namespace barnabas::broker
