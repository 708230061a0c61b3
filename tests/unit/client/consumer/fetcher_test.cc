#include "client/consumer/fetcher.h"

#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;
using Phase = PartitionState::Phase;

constexpr Time start{1000s};
const TopicPartition a0 = tp("a", 0);
const TopicPartition a1 = tp("a", 1);

/// A fetcher of a-0 at broker 1 and a-1 at broker 2, both from offset 0.
class FetcherTest : public ::testing::Test {
protected:
    FetcherTest() {
        layout.topics["a"] = {{.broker = 1, .epoch = 1}, {.broker = 2, .epoch = 1}};
        layout.teach(metadata, start);
        ignore(subscription.assign_by_hand({a0, a1}), "it is new");
        subscription.seek(state(a0), {.offset = Offset{0}});
        subscription.seek(state(a1), {.offset = Offset{0}});
    }
    PartitionState& state(const TopicPartition& partition) { return *subscription.find(partition); }

    using Partition = wire::FetchResponse::Response::Partition;
    static wire::FetchResponse answer(std::vector<Partition> partitions, std::int32_t session = 0) {
        wire::FetchResponse response;
        response.session_id = session;
        auto& topic = response.responses.emplace_back();
        topic.topic_id = topic_id("a");
        topic.partitions = std::move(partitions);
        return response;
    }
    static Partition error(std::int32_t index, ErrorCode code) {
        return {.partition_index = index, .error_code = static_cast<std::int16_t>(code)};
    }
    Partition data(std::int32_t index, const BatchSpec& batch) {
        auto bytes = std::make_shared<ByteBuffer>();
        add_batch(*bytes, batch);
        kept.push_back(bytes);
        Partition partition{.partition_index = index, .high_watermark = 100};
        partition.records = wire::Records(bytes->view());
        return partition;
    }
    Fetcher::Effects give(std::int32_t broker, const wire::FetchResponse& response,
                          Time now = start) {
        return fetcher.on_answer(BrokerId{broker}, response, 17, nullptr,
                                 {.steady = now, .wall = Timestamp{0}});
    }
    std::string next(Time now = start) {
        std::string text;
        while (auto fetch = fetcher.next(now)) {
            text += fmt::format("{}b{}:", text.empty() ? "" : " ", fetch->broker);
            for (const auto& topic : fetch->request.topics) {
                for (const auto& partition : topic.partitions) {
                    text += fmt::format(" {}@{}", partition.partition, partition.fetch_offset);
                }
            }
        }
        return text;
    }

    Layout layout;
    Metadata metadata{{}};
    Subscription subscription{{.kind = ResetPolicy::Kind::earliest}};
    Fetcher fetcher{{.partition_bytes_max = 100}, subscription, metadata};
    std::vector<std::shared_ptr<ByteBuffer>> kept;
};

TEST_F(FetcherTest, AsksEachLeaderOnce) {
    EXPECT_EQ(next(), "b1: 0@0 b2: 1@0");
    EXPECT_EQ(next(), "");
    give(1, answer({data(0, {.base = 0, .count = 2})}));
    EXPECT_EQ(next(), "b1: 0@2");  // fetched ahead, though the user has seen nothing yet
    const auto ready = fetcher.take();
    ASSERT_EQ(ready.size(), 1U);
    EXPECT_EQ(ready[0].partition, a0);
    EXPECT_EQ(ready[0].fetch_offset, Offset{0});
    EXPECT_EQ(state(a0).position.offset, Offset{0});
}

TEST_F(FetcherTest, BeginsAsSoonAsTheLeaderIsKnown) {
    const TopicPartition b0 = tp("b", 0);
    const Time later = start + 10s;
    ignore(subscription.assign_by_hand({b0}), "it is by hand");
    subscription.seek(state(b0), {.offset = Offset{7}});
    EXPECT_EQ(next(later), "");
    fetcher.on_metadata();  // which still does not speak of it
    EXPECT_EQ(next(later), "");
    layout.topics["b"] = {{.broker = 3, .epoch = 1}};
    layout.teach(metadata, later);
    EXPECT_EQ(next(later), "");  // it waits for its time, or for this:
    fetcher.on_metadata();
    EXPECT_EQ(next(later), "b3: 0@7");
}

TEST_F(FetcherTest, FetchesAheadOnlySoFar) {
    next();
    give(1, answer({data(0, {.base = 0, .count = 20})}));  // more than 150 bytes
    EXPECT_EQ(next(), "");
    const auto ready = fetcher.take();
    ASSERT_EQ(ready.size(), 1U);
    fetcher.released(a0, ready[0].stamp, ready[0].records.size());
    EXPECT_EQ(next(), "b1: 0@20");
}

/// fetch.max.bytes is for all brokers together: what waits for the user, and what is on its way.
TEST_F(FetcherTest, BrokersShareWhatMayBeFetched) {
    Fetcher both{{.bytes_max = 1000, .partition_bytes_max = 800}, subscription, metadata};
    const auto one = both.next(start);
    const auto two = both.next(start);
    ASSERT_TRUE(one && two);
    EXPECT_EQ(one->request.max_bytes, 500);
    EXPECT_EQ(two->request.max_bytes, 500);
    const auto take_some = [&](std::int64_t base, std::int32_t count) {
        both.on_answer(BrokerId{1}, answer({data(0, {.base = base, .count = count})}), 17, nullptr,
                       {.steady = start, .wall = Timestamp{0}});
        return static_cast<std::int32_t>(both.queued_bytes());
    };
    const std::int32_t queued = take_some(0, 5);
    const auto again = both.next(start);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->request.max_bytes, 500 - queued) << "the other one may still bring 500";
    EXPECT_GT(take_some(5, 40), 400);
    EXPECT_FALSE(both.next(start)) << "less than an eighth is left";
    for (const auto& part : both.take()) {
        both.released(part.partition, part.stamp, part.records.size());
    }
    const auto empty = both.next(start);
    ASSERT_TRUE(empty);
    EXPECT_EQ(empty->request.max_bytes, 500);
}

TEST_F(FetcherTest, AsksForNoMoreThanItsPartitionsMayBring) {
    const auto fetch = fetcher.next(start);
    ASSERT_TRUE(fetch);
    EXPECT_EQ(fetch->request.max_bytes, 100) << "of 50 MiB";
}

TEST_F(FetcherTest, WhoWantsNoBytesAtAllIsGivenABatchAtATime) {
    Fetcher none{{.bytes_max = 0, .partition_bytes_max = 0}, subscription, metadata};
    EXPECT_TRUE(none.next(start));
    EXPECT_TRUE(none.next(start)) << "of the other broker";
    none.on_answer(BrokerId{1}, answer({data(0, {.base = 0, .count = 1})}), 17, nullptr,
                   {.steady = start, .wall = Timestamp{0}});
    EXPECT_FALSE(none.next(start)) << "it waits for the user";
    for (const auto& part : none.take()) {
        none.released(part.partition, part.stamp, part.records.size());
    }
    EXPECT_TRUE(none.next(start));
}

TEST_F(FetcherTest, LeavesOutWhatIsPausedOrBeingRevoked) {
    state(a0).paused = true;
    state(a1).revoking = true;
    EXPECT_EQ(next(), "");
}

TEST_F(FetcherTest, DropsAnswersThatCameTooLate) {
    next();
    subscription.seek(state(a0), {.offset = Offset{50}});
    give(1, answer({data(0, {.base = 0, .count = 2})}));
    EXPECT_FALSE(fetcher.has_records());
    EXPECT_EQ(next(), "b1: 0@50");
    give(2, answer({data(1, {.base = 0, .count = 2})}));
    subscription.seek(state(a1), {.offset = Offset{7}});
    EXPECT_TRUE(fetcher.take().empty());
}

TEST_F(FetcherTest, AnswersOfTwoBrokersForOnePartitionCountOnce) {
    EXPECT_EQ(next(), "b1: 0@0 b2: 1@0");
    metadata.learn_leader(a0, BrokerId{3}, LeaderEpoch{2});
    EXPECT_EQ(next(), "b3: 0@0");
    give(3, answer({data(0, {.base = 0, .count = 2})}));
    give(1, answer({data(0, {.base = 0, .count = 2})}));
    EXPECT_EQ(fetcher.take().size(), 1U);
}

TEST_F(FetcherTest, DoesWithEachErrorWhatKafkaDoes) {
    struct Row {
        ErrorCode code;
        bool stale;
        bool told;
    };
    const Row rows[] = {
        {.code = ErrorCode::not_leader_or_follower, .stale = true, .told = false},
        {.code = ErrorCode::fenced_leader_epoch, .stale = true, .told = false},
        {.code = ErrorCode::replica_not_available, .stale = true, .told = false},
        {.code = ErrorCode::kafka_storage_error, .stale = true, .told = false},
        {.code = ErrorCode::unknown_topic_or_partition, .stale = true, .told = false},
        {.code = ErrorCode::unknown_topic_id, .stale = true, .told = false},
        {.code = ErrorCode::unknown_leader_epoch, .stale = true, .told = false},
        {.code = ErrorCode::unknown_server_error, .stale = false, .told = false},
        {.code = ErrorCode::topic_authorization_failed, .stale = false, .told = true},
    };
    Time now = start;
    for (const Row& row : rows) {
        now += 1s;
        ASSERT_THAT(next(now), HasSubstr("b1:"));
        EXPECT_EQ(give(1, answer({error(0, row.code)}), now).metadata_stale, row.stale)
            << error_name(row.code);
        EXPECT_EQ(next(now), "") << "there is a backoff";
        const auto told = fetcher.take_error();
        EXPECT_EQ(told.has_value(), row.told) << error_name(row.code);
        give(2, answer({}), now);
        now += 1s;
        next(now);
        give(1, answer({}), now);
        give(2, answer({}), now);
    }
}

TEST_F(FetcherTest, GoesToTheLeaderThatTheAnswerNames) {
    next();
    auto partition = error(0, ErrorCode::not_leader_or_follower);
    partition.current_leader = {.leader_id = 3, .leader_epoch = 9};
    give(1, answer({partition}));
    EXPECT_EQ(next(), "b3: 0@0");
}

TEST_F(FetcherTest, ResetsOnlyWhenTheUserHasSeenAllThatIsHere) {
    next();
    give(1, answer({data(0, {.base = 0, .count = 2})}));
    next();
    give(1, answer({error(0, ErrorCode::offset_out_of_range)}));
    EXPECT_EQ(state(a0).phase, Phase::fetching);
    subscription.consumed(a0, state(a0).stamp, {.offset = Offset{2}});
    EXPECT_EQ(next(start + 1s), "b1: 0@2");
    give(1, answer({error(0, ErrorCode::offset_out_of_range)}));
    EXPECT_EQ(state(a0).phase, Phase::await_reset);
}

TEST_F(FetcherTest, ReadsFromTheReplicaThatItIsSentToForAWhile) {
    next();
    Partition partition{.partition_index = 0, .preferred_read_replica = 3};
    give(1, answer({partition}));
    EXPECT_EQ(next(), "b3: 0@0");
    give(3, answer({error(0, ErrorCode::offset_out_of_range)}));
    EXPECT_EQ(next(), "b1: 0@0") << "a follower may be behind";
    give(1, answer({partition}));
    EXPECT_EQ(next(), "b3: 0@0");
    give(3, answer({}));
    EXPECT_EQ(next(start + 6min), "b1: 0@0");
}

TEST_F(FetcherTest, ValidatesAPositionBeforeItFetchesFromANewLeader) {
    next();
    give(1, answer({data(0, {.base = 0, .count = 2, .epoch = 1})}));
    metadata.learn_leader(a0, BrokerId{2}, LeaderEpoch{2});
    EXPECT_EQ(next(), "");
    EXPECT_EQ(state(a0).phase, Phase::await_validation);
}

TEST_F(FetcherTest, ATopicThatWasMadeAgainIsAskedForByItsNewIdAndReset) {
    next();
    give(1, answer({data(0, {.base = 0, .count = 2, .epoch = 1})}));
    subscription.consumed(a0, state(a0).stamp, {.offset = Offset{2}, .leader_epoch = {}});
    auto again = layout.answer();
    again.topics[0].topic_id = topic_id("b");
    for (auto& partition : again.topics[0].partitions) {
        partition.leader_epoch = 0;  // they begin anew
    }
    static_cast<void>(metadata.begin(start));
    metadata.update(again, start);
    const auto fetch = fetcher.next(start);
    ASSERT_TRUE(fetch);
    const auto& asked = fetch->request.topics.at(0);
    EXPECT_EQ(asked.topic_id, topic_id("b"));
    EXPECT_EQ(asked.partitions.at(0).fetch_offset, 2);
    EXPECT_EQ(asked.partitions.at(0).current_leader_epoch, 0) << "an epoch of the new topic";
    auto answered = answer({error(0, ErrorCode::offset_out_of_range)});
    answered.responses[0].topic_id = topic_id("b");
    give(1, answered);
    EXPECT_EQ(state(a0).phase, Phase::await_reset);
}

TEST_F(FetcherTest, MetadataThatNameNobodyOrGoBackCostTimeAndNoPosition) {
    next();
    give(1, answer({data(0, {.base = 0, .count = 2, .epoch = 1})}));
    struct Row {
        std::string name;
        Layout::Leader told;  // of a-0, in place of broker 1 in epoch 1
        std::string asks;
    };
    const Row rows[] = {
        {.name = "an older epoch", .told = {.broker = 2, .epoch = 0}, .asks = "b1: 0@2"},
        {.name = "a leader that is no broker", .told = {.broker = 7, .epoch = 1}, .asks = ""},
        {.name = "a leader below all", .told = {.broker = -4, .epoch = 1}, .asks = ""},
        {.name = "the truth", .told = {.broker = 1, .epoch = 1}, .asks = "b1: 0@2"},
    };
    Time now = start;
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        now += 10s;
        layout.topics["a"] = {row.told, {.broker = 2, .epoch = 1}};
        layout.teach(metadata, now);
        fetcher.on_metadata();
        const std::string asked = next(now);
        EXPECT_EQ(asked.substr(0, asked.find(" b2")), row.asks);
        if (!row.asks.empty()) {
            give(1, answer({}), now);
        }
        EXPECT_EQ(state(a0).fetch_offset, Offset{2});
    }
}

TEST_F(FetcherTest, WhatBeginsWithNoWholeBatchIsAnError) {
    next();
    ByteBuffer half;
    add_batch(half, {.base = 0, .count = 1});
    Partition partition{.partition_index = 0};
    partition.records = wire::Records(half.view().first(40));
    give(1, answer({partition}));
    const auto told = fetcher.take_error();
    ASSERT_TRUE(told);
    EXPECT_THAT(told->message, HasSubstr("no whole batch"));
}

TEST_F(FetcherTest, AfterAFailureItSaysEverythingAgain) {
    next();
    give(1, answer({data(0, {.base = 0, .count = 1})}, 5));
    EXPECT_EQ(next(), "b1: 0@1");
    EXPECT_TRUE(fetcher.on_failure(BrokerId{1}, start).metadata_stale);
    EXPECT_EQ(next(), "");
    EXPECT_EQ(fetcher.next_wake(start), start + 100ms);
    EXPECT_EQ(next(start + 100ms), "b1: 0@1");
}

}  // namespace
}  // namespace barnabas::client
