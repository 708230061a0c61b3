// Whoever leads a log that may have lost records begins a new leader epoch.
#include "unit/broker/topic_service_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace barnabas::broker {
namespace {

using testing::ElementsAre;

/// As clients hear them; the partitions that are led have the same.
std::vector<std::int32_t> epochs(TopicServiceFixture& at, std::string_view topic = "t") {
    std::vector<std::int32_t> all;
    const auto image = at.topics().image()->by_name(topic);
    for (std::size_t i = 0; i < image->partitions.size(); ++i) {
        const auto epoch = image->partitions[i].leader_epoch;
        const PartitionId number{static_cast<std::int32_t>(i)};
        if (const auto* led = at.shard().partitions.find(image->id, number)) {
            EXPECT_EQ(led->leader_epoch(), epoch) << i;
        }
        all.push_back(epoch.get());
    }
    return all;
}

const log::Log& log_of(TopicServiceFixture& at, std::int32_t number) {
    const auto image = at.topics().image()->by_name("t");
    return at.shard().partitions.find(image->id, PartitionId{number})->log();
}

TEST(TopicEpochs, GoOnWithLogsThatWereClosedInOrder) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("t", 3).error, ErrorCode::none);
    EXPECT_THAT(epochs(at), ElementsAre(0, 0, 0));
    at.append_everywhere();
    at.stop();
    ASSERT_TRUE(at.start());
    EXPECT_THAT(epochs(at), ElementsAre(0, 0, 0));
}

TEST(TopicEpochs, BeginAnewAfterACrash) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("t", 3).error, ErrorCode::none);
    at.append_everywhere();
    at.forget();
    ASSERT_TRUE(at.start());
    EXPECT_THAT(epochs(at), ElementsAre(1, 1, 1));
    at.forget();
    ASSERT_TRUE(at.start());
    EXPECT_THAT(epochs(at), ElementsAre(2, 2, 2)) << "though no record has the one before";
    ASSERT_EQ(at.create("young", 1).error, ErrorCode::none);
    EXPECT_THAT(epochs(at, "young"), ElementsAre(0));
    at.append_to(1);
    at.stop();
    ASSERT_TRUE(at.start());
    EXPECT_THAT(epochs(at), ElementsAre(2, 2, 2)) << "what was announced is not taken back";
    EXPECT_THAT(epochs(at, "young"), ElementsAre(0));
}

/// What a consumer asks that had read further than the log goes now (KIP-320).
TEST(TopicEpochs, TellWhereTheLostRecordsBegin) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("t", 1).error, ErrorCode::none);
    for (const auto* directory : {"/a", "/"}) {
        ASSERT_TRUE(at.disk().sync_directory(directory));
    }
    at.append_everywhere();
    at.append_everywhere();
    ASSERT_EQ(log_of(at, 0).log_end(), Offset{2});
    at.forget();
    at.disk().crash({.keep_some_writes = false, .keep_some_entries = false});
    ASSERT_TRUE(at.start());
    EXPECT_THAT(epochs(at), ElementsAre(1));
    ASSERT_EQ(log_of(at, 0).log_end(), Offset{0}) << "nothing was synced";
    for (int i = 0; i < 3; ++i) {
        at.append_everywhere();
    }
    // It is at offset 2 and would read on there: it may not, and learns why.
    const auto& partition =
        *at.shard().partitions.find(at.topics().image()->by_name("t")->id, PartitionId{0});
    EXPECT_EQ(partition.check_epoch(LeaderEpoch{0}), ErrorCode::fenced_leader_epoch);
    const auto& log = log_of(at, 0);
    EXPECT_EQ(log.epochs().end_of(LeaderEpoch{0}, log.log_end()).end, Offset{0});
}

TEST(TopicEpochs, BeginAnewInADirectoryThatWasAway) {
    TopicServiceFixture at;
    ASSERT_TRUE(at.start());
    ASSERT_EQ(at.create("t", 4).error, ErrorCode::none);
    at.append_everywhere();
    at.forget();
    at.disk().break_directory("/b");
    ASSERT_TRUE(at.start());
    EXPECT_THAT(epochs(at), ElementsAre(1, 0, 1, 0));
    at.disk().heal();
    ASSERT_TRUE(at.take_back(1));
    EXPECT_THAT(epochs(at), ElementsAre(1, 1, 1, 1));
    at.stop();
    ASSERT_TRUE(at.start());
    EXPECT_THAT(epochs(at), ElementsAre(1, 1, 1, 1));
}

/// Kafka's leaders had their own: in its logs, not in our store.
TEST(TopicEpochs, LieBehindThoseInTheLog) {
    struct Row {
        bool clean;
        std::int32_t in_log;
        std::int32_t want;
    };
    constexpr auto last = std::numeric_limits<std::int32_t>::max();
    for (const auto& row : {Row{true, 7, 7}, Row{false, 7, 8}, Row{false, last, last}}) {
        SCOPED_TRACE(row.want);
        TopicServiceFixture at;
        ASSERT_TRUE(at.start());
        ASSERT_EQ(at.create("t", 2).error, ErrorCode::none);
        at.append_everywhere();
        at.append_everywhere();
        at.stop();
        ASSERT_TRUE(at.disk().replace_text("/a/t-0/leader-epoch-checkpoint",
                                           fmt::format("0\n2\n0 0\n{} 1\n", row.in_log)));
        if (!row.clean) {
            ASSERT_TRUE(at.disk().remove("/a/.kafka_cleanshutdown"));
        }
        ASSERT_TRUE(at.start());
        EXPECT_THAT(epochs(at), ElementsAre(row.want, 0));
        at.stop();
        ASSERT_TRUE(at.start());
        EXPECT_THAT(epochs(at), ElementsAre(row.want, 0));
    }
}

}  // namespace
}  // namespace barnabas::broker
