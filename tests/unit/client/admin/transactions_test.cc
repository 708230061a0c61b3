#include "client/admin/plans.h"
#include "unit/client/admin/play.h"
#include "wire/messages/alter_replica_log_dirs.h"
#include "wire/messages/alter_share_group_offsets.h"
#include "wire/messages/delete_share_group_offsets.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_share_group_offsets.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_transactions.h"
#include "wire/messages/share_group_describe.h"
#include "wire/messages/write_txn_markers.h"

#include <gtest/gtest.h>

// Transactions, share groups and log directories: each API's requests and what its answers mean.

namespace barnabas::client::admin_api {
namespace {

using admin::TopicPartitionReplica;
using admin::TransactionState;
using wire::AlterReplicaLogDirsRequest;
using wire::AlterReplicaLogDirsResponse;
using wire::AlterShareGroupOffsetsRequest;
using wire::AlterShareGroupOffsetsResponse;
using wire::DescribeLogDirsRequest;
using wire::DescribeLogDirsResponse;
using wire::DescribeProducersRequest;
using wire::DescribeProducersResponse;
using wire::DescribeShareGroupOffsetsRequest;
using wire::DescribeShareGroupOffsetsResponse;
using wire::DescribeTransactionsRequest;
using wire::DescribeTransactionsResponse;
using wire::InitProducerIdRequest;
using wire::InitProducerIdResponse;
using wire::ListTransactionsRequest;
using wire::ListTransactionsResponse;
using wire::MetadataRequest;
using wire::WriteTxnMarkersRequest;
using wire::WriteTxnMarkersResponse;

constexpr std::int16_t number(ErrorCode code) {
    return static_cast<std::int16_t>(code);
}

struct FilterRow {
    admin::ListTransactionsOptions options;
    std::int16_t want;
};

TEST(ListTransactions, NeedsTheVersionThatHasTheFilter) {
    const FilterRow rows[] = {{{}, 0},
                              {{.states = {TransactionState::ongoing}}, 0},
                              {{.duration_min = 5s}, 1},
                              {{.transactional_id_pattern = "a.*"}, 2}};
    for (const auto& row : rows) {
        Play play(list_transactions_plan(row.options, {}));
        auto response = three_brokers();
        response.brokers.resize(1);
        play.answer(play.sent<MetadataRequest>(), response);
        const auto request = play.sent<ListTransactionsRequest>();
        EXPECT_EQ(request->versions().first, row.want);
        EXPECT_EQ(request->request.duration_filter, row.options.duration_min ? 5000 : -1);
        ListTransactionsResponse answer;
        auto& transaction = answer.transaction_states.emplace_back();
        transaction.transactional_id = "x";
        transaction.transaction_state = "PrepareCommit";
        play.answer(request, answer);
        EXPECT_EQ(play.result()->at(BrokerId{1})->at(0).state, TransactionState::prepare_commit);
    }
}

TEST(DescribeTransactions, SaysWhoCoordinatesAndWhatIsOpen) {
    Play play(describe_transactions_plan({"x"}, {}));
    play.find_coordinator(3);
    const auto request = play.sent<DescribeTransactionsRequest>();
    DescribeTransactionsResponse response;
    auto& transaction = response.transaction_states.emplace_back();
    transaction.transactional_id = "x";
    transaction.transaction_state = "Ongoing";
    transaction.transaction_timeout_ms = 60'000;
    transaction.transaction_start_time_ms = -1;
    auto& topic = transaction.topics.emplace_back();
    topic.topic = "t";
    topic.partitions = {4};
    play.answer(request, response);
    const auto result = play.result();
    ASSERT_TRUE(result->at("x"));
    EXPECT_EQ(result->at("x")->coordinator, BrokerId{3});
    EXPECT_EQ(result->at("x")->timeout, 1min);
    EXPECT_EQ(result->at("x")->started, std::nullopt);
    EXPECT_EQ(result->at("x")->partitions, std::set{partition("t", 4)});
}

TEST(DescribeProducers, FollowsTheLeaderUnlessABrokerIsNamed) {
    for (const bool named : {false, true}) {
        admin::DescribeProducersOptions options;
        if (named) {
            options.broker = BrokerId{1};
        }
        Play play(describe_producers_plan({partition("t", 0)}, options, {}));
        if (!named) {
            play.answer(play.sent<MetadataRequest>(), with_topic("t", {1}));
        }
        const auto request = play.sent<DescribeProducersRequest>();
        EXPECT_EQ(request->to(), BrokerId{1});
        DescribeProducersResponse response;
        auto& topic = response.topics.emplace_back();
        topic.name = "t";
        topic.partitions.emplace_back().error_code = number(ErrorCode::not_leader_or_follower);
        play.answer(request, response);
        EXPECT_EQ(play.done(), named);
    }
}

TEST(AbortTransaction, WritesOneMarkerAndReadsItsVerdict) {
    const std::pair<ErrorCode, bool> rows[] = {{ErrorCode::none, true},
                                               {ErrorCode::invalid_producer_epoch, true},
                                               {ErrorCode::transaction_coordinator_fenced, true},
                                               {ErrorCode::not_leader_or_follower, false},
                                               {ErrorCode::unknown_topic_or_partition, false}};
    for (const auto& [code, ends] : rows) {
        Play play(abort_transaction_plan({.partition = partition("t", 0),
                                          .producer_id = ProducerId{9},
                                          .producer_epoch = ProducerEpoch{2},
                                          .coordinator_epoch = 3},
                                         {}));
        play.answer(play.sent<MetadataRequest>(), with_topic("t", {1}));
        const auto request = play.sent<WriteTxnMarkersRequest>();
        const auto& marker = request->request.markers.at(0);
        EXPECT_FALSE(marker.transaction_result);
        EXPECT_EQ(marker.coordinator_epoch, 3);
        WriteTxnMarkersResponse response;
        auto& written = response.markers.emplace_back();
        written.producer_id = 9;
        auto& topic = written.topics.emplace_back();
        topic.name = "t";
        topic.partitions.emplace_back().error_code = number(code);
        play.answer(request, response);
        ASSERT_EQ(play.done(), ends) << error_name(code);
        if (ends) {
            EXPECT_EQ(code_of(play.result()), code);
        }
    }
}

TEST(FenceProducers, AsksForEachIdOnItsOwnAndWaitsForItsTransaction) {
    Play play(fence_producers_plan({"a", "b"}, 30s, {}));
    play.find_coordinator(2);
    ASSERT_EQ(play.waiting(), 2U);
    const auto first = play.sent<InitProducerIdRequest>();
    EXPECT_EQ(first->request.transactional_id, "a");
    EXPECT_EQ(first->request.producer_id, -1);
    EXPECT_EQ(first->request.transaction_timeout_ms, 30'000);
    InitProducerIdResponse busy;
    busy.error_code = number(ErrorCode::concurrent_transactions);
    play.answer(first, busy);
    InitProducerIdResponse refused;
    refused.error_code = number(ErrorCode::transactional_id_authorization_failed);
    play.answer(play.sent<InitProducerIdRequest>(), refused);
    play.sleep();
    InitProducerIdResponse fenced;
    fenced.producer_id = 7;
    fenced.producer_epoch = 1;
    play.answer(play.sent<InitProducerIdRequest>(), fenced);
    const auto result = play.result();
    EXPECT_EQ(result->at("a")->producer_id, ProducerId{7});
    EXPECT_EQ(code_of(result->at("b")), ErrorCode::transactional_id_authorization_failed);
}

TEST(ShareGroups, AreDescribedWithTheStableVersion) {
    Play play(describe_share_groups_plan({"g"}, {}, {}));
    play.find_coordinator(2);
    const auto request = play.sent<wire::ShareGroupDescribeRequest>();
    EXPECT_EQ(request->versions().first, 1);
    wire::ShareGroupDescribeResponse response;
    auto& group = response.groups.emplace_back();
    group.group_id = "g";
    group.group_state = "Stable";
    auto& member = group.members.emplace_back();
    member.member_id = "m";
    auto& topic = member.assignment.topic_partitions.emplace_back();
    topic.topic_name = "t";
    topic.partitions = {0, 1};
    play.answer(request, response);
    const auto result = play.result();
    EXPECT_EQ(result->at("g")->members.at(0).assignment.size(), 2U);
}

TEST(ShareGroups, HaveOffsetsOrNone) {
    Play play(list_share_group_offsets_plan({{"g", {}}}, {}));
    play.find_coordinator(2);
    const auto request = play.sent<DescribeShareGroupOffsetsRequest>();
    EXPECT_FALSE(request->request.groups.at(0).topics);
    DescribeShareGroupOffsetsResponse response;
    auto& group = response.groups.emplace_back();
    group.group_id = "g";
    auto& topic = group.topics.emplace_back();
    topic.topic_name = "t";
    topic.partitions.resize(3);
    topic.partitions[0].start_offset = 5;
    topic.partitions[0].lag = 2;
    topic.partitions[1].partition_index = 1;
    topic.partitions[1].start_offset = -1;
    topic.partitions[2].partition_index = 2;
    topic.partitions[2].error_code = number(ErrorCode::unknown_topic_or_partition);
    play.answer(request, response);
    const auto result = play.result();
    const auto& offsets = *result->at("g");
    EXPECT_EQ(offsets.at(partition("t", 0))->value().lag, 2);
    EXPECT_EQ(*offsets.at(partition("t", 1)), std::nullopt);
    EXPECT_EQ(code_of(offsets.at(partition("t", 2))), ErrorCode::unknown_topic_or_partition);
}

TEST(ShareGroups, OffsetsOfAGroupThatRebalancesAreAskedForAgain) {
    Play play(alter_share_group_offsets_plan("g", {{partition("t", 0), Offset{3}}}, {}));
    play.find_coordinator(2);
    AlterShareGroupOffsetsResponse busy;
    busy.error_code = number(ErrorCode::rebalance_in_progress);
    play.answer(play.sent<AlterShareGroupOffsetsRequest>(), busy);
    play.sleep();
    AlterShareGroupOffsetsResponse refused;
    refused.error_code = number(ErrorCode::non_empty_group);
    play.answer(play.sent<AlterShareGroupOffsetsRequest>(), refused);
    EXPECT_EQ(code_of(play.result()->at(partition("t", 0))), ErrorCode::non_empty_group);
}

TEST(ShareGroups, OffsetsAreDeletedByTopic) {
    Play play(delete_share_group_offsets_plan("g", {"t", "u"}, {}));
    play.find_coordinator(2);
    const auto request = play.sent<wire::DeleteShareGroupOffsetsRequest>();
    EXPECT_EQ(request->request.topics.size(), 2U);
    wire::DeleteShareGroupOffsetsResponse response;
    response.responses.emplace_back().topic_name = "t";
    auto& unknown = response.responses.emplace_back();
    unknown.topic_name = "u";
    unknown.error_code = number(ErrorCode::unknown_topic_or_partition);
    play.answer(request, response);
    EXPECT_TRUE(play.result()->at("t"));
}

DescribeLogDirsResponse two_dirs() {
    DescribeLogDirsResponse response;
    for (const bool second : {false, true}) {
        auto& dir = response.results.emplace_back();
        dir.log_dir = second ? "/b" : "/a";
        dir.total_bytes = second ? 100 : -1;
        auto& topic = dir.topics.emplace_back();
        topic.name = "t";
        auto& partition = topic.partitions.emplace_back();
        partition.partition_size = 7;
        partition.offset_lag = second ? 4 : 0;
        partition.is_future_key = second;
    }
    auto& offline = response.results.emplace_back();
    offline.log_dir = "/c";
    offline.error_code = number(ErrorCode::kafka_storage_error);
    return response;
}

TEST(LogDirs, TellSizesAndWhichIsOffline) {
    Play play(describe_log_dirs_plan({BrokerId{1}}, {}));
    const auto request = play.sent<DescribeLogDirsRequest>();
    EXPECT_FALSE(request->request.topics) << "all";
    play.answer(request, two_dirs());
    const auto result = play.result();
    const auto& dirs = *result->at(BrokerId{1});
    EXPECT_EQ(dirs.at("/a").total_bytes, std::nullopt);
    EXPECT_EQ(dirs.at("/b").total_bytes, 100);
    EXPECT_TRUE(dirs.at("/b").replicas.at(partition("t", 0)).future);
    EXPECT_EQ(code_of(dirs.at("/c").state), ErrorCode::kafka_storage_error);
}

TEST(LogDirs, OfAReplicaSayWhereItIsAndWhereItGoes) {
    const TopicPartitionReplica here{"t", PartitionId{0}, BrokerId{1}};
    const TopicPartitionReplica nowhere{"t", PartitionId{1}, BrokerId{1}};
    Play play(describe_replica_log_dirs_plan({here, nowhere}, {}));
    const auto request = play.sent<DescribeLogDirsRequest>();
    EXPECT_EQ(request->request.topics->at(0).partitions, (std::vector<std::int32_t>{0, 1}));
    play.answer(request, two_dirs());
    const auto result = play.result();
    EXPECT_EQ(result->at(here)->current->log_dir, "/a");
    EXPECT_EQ(result->at(here)->future->log_dir, "/b");
    EXPECT_EQ(result->at(here)->future->offset_lag, 4);
    EXPECT_FALSE(result->at(nowhere)->current);
}

TEST(LogDirs, AreChangedWithOneRequestForEachBroker) {
    const TopicPartitionReplica a{"t", PartitionId{0}, BrokerId{1}};
    const TopicPartitionReplica b{"t", PartitionId{1}, BrokerId{1}};
    const TopicPartitionReplica other{"t", PartitionId{0}, BrokerId{2}};
    Play play(alter_replica_log_dirs_plan({{a, "/a"}, {b, "/b"}, {other, "/a"}}, {}));
    ASSERT_EQ(play.waiting(), 2U);
    const auto request = play.sent<AlterReplicaLogDirsRequest>();
    EXPECT_EQ(request->request.dirs.size(), 2U);
    AlterReplicaLogDirsResponse response;
    auto& topic = response.results.emplace_back();
    topic.topic_name = "t";
    topic.partitions.resize(2);
    topic.partitions[1].partition_index = 1;
    topic.partitions[1].error_code = number(ErrorCode::log_dir_not_found);
    play.answer(request, response);
    play.fail(play.sent<AlterReplicaLogDirsRequest>(), ErrorCode::cluster_authorization_failed);
    const auto result = play.result();
    EXPECT_TRUE(result->at(a));
    EXPECT_EQ(code_of(result->at(b)), ErrorCode::log_dir_not_found);
    EXPECT_EQ(code_of(result->at(other)), ErrorCode::cluster_authorization_failed);
}

}  // namespace
}  // namespace barnabas::client::admin_api
