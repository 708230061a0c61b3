#include "unit/coordinator/transactions/transaction_rig.h"

#include <gtest/gtest.h>

namespace barnabas::coordinator {
namespace {

using testing::partition;
using testing::producer;

constexpr Time start = Time{} + 1h;

MarkersToSend end_of(std::string id, std::vector<TopicPartition> partitions) {
    return {.key = {.transactional_id = std::move(id),
                    .producer = producer(7, 4),
                    .coordinator_epoch = 2},
            .commit = true,
            .transaction_version = 2,
            .partitions = std::move(partitions)};
}

// TransactionMarkerRequestCompletionHandler of Kafka 4.x.
TEST(Markers, JudgeAnswersAsKafkaDoes) {
    struct Row {
        ErrorCode code;
        MarkerVerdict want;
    };
    const Row rows[] = {
        {ErrorCode::none, MarkerVerdict::written},
        {ErrorCode::unsupported_for_message_format, MarkerVerdict::skipped},
        {ErrorCode::unsupported_version, MarkerVerdict::skipped},
        {ErrorCode::unknown_topic_or_partition, MarkerVerdict::retried},
        {ErrorCode::not_leader_or_follower, MarkerVerdict::retried},
        {ErrorCode::not_enough_replicas, MarkerVerdict::retried},
        {ErrorCode::not_enough_replicas_after_append, MarkerVerdict::retried},
        {ErrorCode::request_timed_out, MarkerVerdict::retried},
        {ErrorCode::kafka_storage_error, MarkerVerdict::retried},
        {ErrorCode::network_exception, MarkerVerdict::retried},
        {ErrorCode::not_coordinator, MarkerVerdict::retried},
        {ErrorCode::coordinator_not_available, MarkerVerdict::retried},
        {ErrorCode::coordinator_load_in_progress, MarkerVerdict::retried},
        {ErrorCode::invalid_producer_epoch, MarkerVerdict::cancelled},
        {ErrorCode::transaction_coordinator_fenced, MarkerVerdict::cancelled},
        {ErrorCode::corrupt_message, MarkerVerdict::alarming},
        {ErrorCode::message_too_large, MarkerVerdict::alarming},
        {ErrorCode::record_list_too_large, MarkerVerdict::alarming},
        {ErrorCode::invalid_required_acks, MarkerVerdict::alarming},
        {ErrorCode::cluster_authorization_failed, MarkerVerdict::alarming},
        {ErrorCode::unknown_server_error, MarkerVerdict::alarming},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(marker_verdict(row.code), row.want) << error_name(row.code);
    }
}

TEST(Markers, AreDoneWhenEachPartitionHasItsOwn) {
    Markers markers({});
    const auto end = end_of("x", {partition("a", 0), partition("b", 1)});
    markers.add(end, start);
    EXPECT_EQ(markers.next_due(), start);
    auto due = markers.take_due(start);
    ASSERT_EQ(due.send.size(), 1U);
    EXPECT_EQ(due.send[0].key, end.key);
    EXPECT_EQ(due.send[0].partitions, end.partitions);
    EXPECT_TRUE(due.send[0].commit);
    EXPECT_EQ(due.send[0].transaction_version, 2);
    EXPECT_EQ(markers.next_due(), never) << "they are under way";

    markers.on_answer(end.key, partition("a", 0), ErrorCode::none, start);
    EXPECT_FALSE(markers.is_done("x"));
    EXPECT_EQ(markers.open("x"), std::vector{partition("b", 1)});
    markers.on_answer(end.key, partition("b", 1), ErrorCode::none, start);
    EXPECT_TRUE(markers.is_done("x"));
    EXPECT_EQ(markers.take_due(start).done, std::vector<std::string>{"x"});
    EXPECT_TRUE(markers.take_due(start).done.empty());
    EXPECT_EQ(markers.take_due(start + 100ms).done, std::vector<std::string>{"x"})
        << "the Complete record may not have been appended";
    markers.remove("x");
    EXPECT_EQ(markers.next_due(), never);
    EXPECT_EQ(markers.size(), 0U);
}

TEST(Markers, WithoutPartitionsAreDoneAtOnce) {
    Markers markers({});
    markers.add(end_of("x", {}), start);
    EXPECT_EQ(markers.take_due(start).done, std::vector<std::string>{"x"});
}

TEST(Markers, ThatFailAreSentAgainLater) {
    struct Row {
        ErrorCode code;
        Duration after;
    };
    const Row rows[] = {{ErrorCode::not_leader_or_follower, 100ms},
                        {ErrorCode::corrupt_message, 10s}};
    for (const auto& row : rows) {
        Markers markers({});
        const auto end = end_of("x", {partition("a", 0), partition("b", 1)});
        markers.add(end, start);
        ASSERT_EQ(markers.take_due(start).send.size(), 1U);
        markers.on_answer(end.key, partition("a", 0), row.code, start);
        EXPECT_EQ(markers.next_due(), start + row.after);
        EXPECT_TRUE(markers.take_due(start + row.after - 1ms).send.empty());
        const auto again = markers.take_due(start + row.after);
        ASSERT_EQ(again.send.size(), 1U);
        EXPECT_EQ(again.send[0].partitions, std::vector{partition("a", 0)}) << "b is under way";
    }
}

TEST(Markers, StopWhenANewerCoordinatorIsAtWork) {
    Markers markers({});
    const auto end = end_of("x", {partition("a", 0), partition("b", 1)});
    markers.add(end, start);
    ASSERT_EQ(markers.take_due(start).send.size(), 1U);
    EXPECT_EQ(markers.on_answer(end.key, partition("a", 0),
                                ErrorCode::transaction_coordinator_fenced, start),
              MarkerVerdict::cancelled);
    markers.on_answer(end.key, partition("b", 1), ErrorCode::not_leader_or_follower, start);
    EXPECT_EQ(markers.next_due(), never);
    EXPECT_FALSE(markers.is_done("x"));
}

TEST(Markers, HeedNoAnswerToAnotherEnd) {
    Markers markers({});
    const auto end = end_of("x", {partition("a", 0)});
    markers.add(end, start);
    ASSERT_EQ(markers.take_due(start).send.size(), 1U);
    auto other = end.key;
    other.coordinator_epoch = 1;
    markers.on_answer(other, partition("a", 0), ErrorCode::none, start);
    other = end.key;
    other.producer.epoch = ProducerEpoch{3};
    markers.on_answer(other, partition("a", 0), ErrorCode::none, start);
    other = end.key;
    other.transactional_id = "y";
    markers.on_answer(other, partition("a", 0), ErrorCode::none, start);
    markers.on_answer(end.key, partition("c", 0), ErrorCode::none, start);
    EXPECT_FALSE(markers.is_done("x"));
    markers.on_partition_gone(end.key, partition("a", 0), start);
    EXPECT_TRUE(markers.is_done("x"));
}

}  // namespace
}  // namespace barnabas::coordinator
