// The APIs of transactions, through a whole broker.
#include "unit/broker/broker_fixture.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/fetch.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/list_transactions.h"
#include "wire/messages/produce.h"
#include "wire/messages/update_features.h"
#include "wire/messages/write_txn_markers.h"
#include "wire/records/batch_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace barnabas::broker {
namespace {

using namespace wire;

ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

/// A broker of three shards, and one transactional producer that speaks to it.
class TransactionsTest : public testing::Test {
protected:
    explicit TransactionsTest(const ConfigMap& configs = {})
        : at_(with_few_partitions(configs), 3) {
        EXPECT_EQ(at_.create_topic("t", 4), ErrorCode::none);
        FindCoordinatorRequest request;
        request.key_type = 1;
        request.coordinator_keys = {"id"};
        ask([&] {
            return code(at_.call<FindCoordinatorResponse>(request).coordinators.at(0).error_code);
        });
        const auto begun = init();
        EXPECT_EQ(code(begun.error_code), ErrorCode::none);
        id_ = begun.producer_id;
        epoch_ = begun.producer_epoch;
    }
    static ConfigMap with_few_partitions(ConfigMap configs) {
        configs.insert({"transaction.state.log.num.partitions", "5"});
        return configs;
    }

    /// Until the answer is none of those that say "come again".
    template <class Ask>
    ErrorCode ask(Ask once) {
        for (int i = 0; i < 100; ++i) {
            const ErrorCode got = once();
            if (got != ErrorCode::concurrent_transactions && got != ErrorCode::not_coordinator &&
                got != ErrorCode::coordinator_not_available &&
                got != ErrorCode::coordinator_load_in_progress) {
                return got;
            }
            at_.wait(50ms);
        }
        ADD_FAILURE() << "no other answer";
        return ErrorCode::unknown_server_error;
    }
    InitProducerIdResponse init(std::int32_t timeout_ms = 60'000, const std::string& id = "id") {
        InitProducerIdRequest request;
        request.transactional_id = id;
        request.transaction_timeout_ms = timeout_ms;
        InitProducerIdResponse response;
        ask([&] {
            response = at_.call<InitProducerIdResponse>(request, 5);
            return code(response.error_code);
        });
        return response;
    }
    void become(const InitProducerIdResponse& response) {
        id_ = response.producer_id;
        epoch_ = response.producer_epoch;
    }
    ProduceResponse::Response::PartitionResponse produce(std::int32_t partition,
                                                         std::int32_t sequence = 0,
                                                         std::int16_t version = 12) {
        ByteBuffer bytes;
        BatchBuilder builder;
        builder.start(bytes, {.producer_id = ProducerId{id_},
                              .producer_epoch = ProducerEpoch{epoch_},
                              .base_sequence = sequence,
                              .transactional = true});
        EXPECT_TRUE(builder.append(Offset{0}, {.timestamp = Timestamp{1}, .value = as_bytes("v")}));
        EXPECT_TRUE(builder.finish());
        ProduceRequest request;
        request.transactional_id = "id";
        request.acks = -1;
        request.timeout_ms = 10'000;
        auto& topic = request.topic_data.emplace_back();
        topic.name = "t";
        auto& data = topic.partition_data.emplace_back();
        data.index = partition;
        data.records = Records(bytes.view());
        return at_.call<ProduceResponse>(request, version)
            .responses.at(0)
            .partition_responses.at(0);
    }
    ErrorCode add(std::int32_t partition) {
        AddPartitionsToTxnRequest request;
        request.v3_and_below_transactional_id = "id";
        request.v3_and_below_producer_id = id_;
        request.v3_and_below_producer_epoch = epoch_;
        auto& topic = request.v3_and_below_topics.emplace_back();
        topic.name = "t";
        topic.partitions = {partition};
        return ask([&] {
            const auto response = at_.call<AddPartitionsToTxnResponse>(request, 3);
            return code(response.results_by_topic_v3_and_below.at(0)
                            .results_by_partition.at(0)
                            .partition_error_code);
        });
    }
    EndTxnResponse end(bool commit, std::int16_t version = 5) {
        EndTxnRequest request;
        request.transactional_id = "id";
        request.producer_id = id_;
        request.producer_epoch = epoch_;
        request.committed = commit;
        return at_.call<EndTxnResponse>(request, version);
    }
    std::string state() {
        DescribeTransactionsRequest request;
        request.transactional_ids = {"id"};
        return at_.call<DescribeTransactionsResponse>(request)
            .transaction_states.at(0)
            .transaction_state;
    }
    std::string wait_for_end() {
        for (int i = 0; i < 1000 && !state().starts_with("Complete"); ++i) {
            at_.wait(10ms);
        }
        return state();
    }
    std::int64_t end_of(std::int32_t partition, bool committed) {
        ListOffsetsRequest request;
        request.replica_id = -1;
        request.isolation_level = committed ? 1 : 0;
        auto& topic = request.topics.emplace_back();
        topic.name = "t";
        auto& asked = topic.partitions.emplace_back();
        asked.partition_index = partition;
        asked.timestamp = -1;
        return at_.call<ListOffsetsResponse>(request, 7).topics.at(0).partitions.at(0).offset;
    }

    BrokerFixture at_;
    std::int64_t id_ = -1;
    std::int16_t epoch_ = -1;
};

TEST_F(TransactionsTest, BatchesOnEveryShardEndTogether) {
    for (const bool commit : {true, false, true}) {
        for (std::int32_t partition = 0; partition < 4; ++partition) {
            const auto before = end_of(partition, false);
            for (std::int32_t sequence = 0; sequence < 3; ++sequence) {
                const auto answer = produce(partition, sequence);
                ASSERT_EQ(code(answer.error_code), ErrorCode::none)
                    << answer.error_message.value_or("");
            }
            EXPECT_EQ(end_of(partition, true), before);
            EXPECT_EQ(end_of(partition, false), before + 3);
        }
        const auto ended = end(commit);
        ASSERT_EQ(code(ended.error_code), ErrorCode::none);
        EXPECT_EQ(ended.producer_epoch, epoch_ + 1);
        epoch_ = ended.producer_epoch;
        EXPECT_EQ(wait_for_end(), commit ? "CompleteCommit" : "CompleteAbort");
        for (std::int32_t partition = 0; partition < 4; ++partition) {
            EXPECT_EQ(end_of(partition, true), end_of(partition, false));
        }
    }
}

TEST_F(TransactionsTest, WhatAnOlderClientDidNotAddIsRefused) {
    ASSERT_EQ(add(1), ErrorCode::none);
    const std::pair<std::int16_t, ErrorCode> rows[] = {
        {9, ErrorCode::invalid_txn_state},
        {10, ErrorCode::invalid_txn_state},
        {11, ErrorCode::transaction_abortable},
    };
    for (const auto& [version, want] : rows) {
        const auto refused = produce(2, 0, version);
        EXPECT_EQ(code(refused.error_code), want);
        EXPECT_NE(refused.error_message.value_or("").find("t-2 is not in the transaction"),
                  std::string::npos)
            << refused.error_message.value_or("");
    }
    EXPECT_EQ(end_of(2, false), 0);
    EXPECT_EQ(code(produce(1, 0, 11).error_code), ErrorCode::none);
    EXPECT_EQ(code(end(true, 4).error_code), ErrorCode::none);
    EXPECT_EQ(wait_for_end(), "CompleteCommit");
    EXPECT_EQ(code(produce(1, 1, 11).error_code), ErrorCode::transaction_abortable)
        << "it comes behind the end";
    EXPECT_EQ(end_of(1, true), 2);
}

TEST_F(TransactionsTest, AStrangerIsToldWhatItIs) {
    const auto right = std::pair(id_, epoch_);
    const std::tuple<std::int64_t, std::int16_t, ErrorCode> rows[] = {
        {right.first + 1000, right.second, ErrorCode::invalid_producer_id_mapping},
        {right.first, right.second + 1, ErrorCode::invalid_producer_epoch},
    };
    for (const auto& [id, epoch, want] : rows) {
        std::tie(id_, epoch_) = std::pair(id, epoch);
        for (const std::int16_t version : {11, 12}) {
            EXPECT_EQ(code(produce(0, 0, version).error_code), want) << version;
        }
    }
    EXPECT_EQ(end_of(0, false), 0);
}

/// The sentence of a transaction that took too long does not say that somebody else came.
TEST_F(TransactionsTest, WhatTakesTooLongIsAbortedAndSaysSo) {
    become(init(5'000));
    ASSERT_EQ(code(produce(0).error_code), ErrorCode::none);
    at_.wait(4s);
    EXPECT_EQ(state(), "Ongoing");
    at_.wait(12s);  // the interval at which it is looked for
    EXPECT_EQ(wait_for_end(), "CompleteAbort");
    for (const std::int32_t partition : {0, 1}) {  // where it wrote, and where it did not
        for (const std::int16_t version : {11, 12}) {
            const auto late = produce(partition, 1, version);
            EXPECT_EQ(code(late.error_code), ErrorCode::invalid_producer_epoch);
            const auto sentence = late.error_message.value_or("");
            EXPECT_NE(sentence.find("took longer than its timeout of 5000 ms"), std::string::npos)
                << sentence;
            EXPECT_EQ(sentence.find("fenced"), std::string::npos) << sentence;
        }
    }
}

/// Every byte but those that are no text, which clients cannot send; as long as a string may be.
TEST_F(TransactionsTest, AnIdMayBeAnyText) {
    std::string every;
    for (int byte = 0; byte < 128; ++byte) {
        every += static_cast<char>(byte);
    }
    every += "\xc3\xa9\xf0\x9f\x98\x80";
    for (const auto& id : {every, std::string(32'767, 'x'), std::string("../.. {} %s 'quoted'")}) {
        const auto begun = init(60'000, id);
        ASSERT_EQ(code(begun.error_code), ErrorCode::none);
        AddPartitionsToTxnRequest add;
        add.v3_and_below_transactional_id = id;
        add.v3_and_below_producer_id = begun.producer_id;
        add.v3_and_below_producer_epoch = begun.producer_epoch;
        auto& topic = add.v3_and_below_topics.emplace_back();
        topic.name = "t";
        topic.partitions = {2};
        EXPECT_EQ(at_.call<AddPartitionsToTxnResponse>(add, 3)
                      .results_by_topic_v3_and_below.at(0)
                      .results_by_partition.at(0)
                      .partition_error_code,
                  0);
        DescribeTransactionsRequest describe;
        describe.transactional_ids = {id};
        const auto described = at_.call<DescribeTransactionsResponse>(describe);
        EXPECT_EQ(described.transaction_states.at(0).transactional_id, id);
        EXPECT_EQ(described.transaction_states.at(0).transaction_state, "Ongoing");
        EndTxnRequest end;
        end.transactional_id = id;
        end.producer_id = begun.producer_id;
        end.producer_epoch = begun.producer_epoch;
        EXPECT_EQ(at_.call<EndTxnResponse>(end, 4).error_code, 0);
        const auto listed = at_.call<ListTransactionsResponse>(ListTransactionsRequest{});
        EXPECT_TRUE(std::ranges::any_of(listed.transaction_states, [&id](const auto& one) {
            return one.transactional_id == id;
        }));
    }
}

class ForgettingTransactionsTest : public TransactionsTest {
protected:
    ForgettingTransactionsTest()
        : TransactionsTest(
              {{"transactional.id.expiration.ms", "60000"},
               {"transaction.remove.expired.transaction.cleanup.interval.ms", "10000"}}) {}
};

TEST_F(ForgettingTransactionsTest, AnIdThatIsIdleForLongIsForgotten) {
    at_.wait(50s);
    EXPECT_EQ(state(), "Empty");
    at_.wait(30s);
    EXPECT_EQ(state(), "");
    EXPECT_TRUE(
        at_.call<ListTransactionsResponse>(ListTransactionsRequest()).transaction_states.empty());
    EXPECT_EQ(add(0), ErrorCode::invalid_producer_id_mapping);
}

TEST_F(ForgettingTransactionsTest, MoreThanOneBatchOfThemIsForgottenAtOnce) {
    const auto known = [this] {
        return at_.call<ListTransactionsResponse>(ListTransactionsRequest())
            .transaction_states.size();
    };
    for (int i = 0; i < 1200; ++i) {  // on five partitions, a hundred in a batch
        ASSERT_EQ(code(init(60'000, "id-" + std::to_string(i)).error_code), ErrorCode::none);
    }
    EXPECT_EQ(known(), 1201U);
    at_.wait(80s);
    EXPECT_EQ(known(), 0U);
}

TEST_F(TransactionsTest, BrokersAddAndVerifyForManyAtOnce) {
    ASSERT_EQ(add(0), ErrorCode::none);
    AddPartitionsToTxnRequest request;
    for (const auto* name : {"id", "stranger", "id"}) {
        auto& transaction = request.transactions.emplace_back();
        transaction.transactional_id = name;
        transaction.producer_id = id_;
        transaction.producer_epoch = epoch_;
        transaction.verify_only = true;
        auto& topic = transaction.topics.emplace_back();
        topic.name = "t";
        topic.partitions = {0, 3};
    }
    request.transactions[2].topics[0].partitions = {9, 0};
    const auto response = at_.call<AddPartitionsToTxnResponse>(request, 5);
    ASSERT_EQ(response.results_by_transaction.size(), 3U);
    const auto result = [&](std::size_t transaction, std::size_t partition) {
        return code(response.results_by_transaction[transaction]
                        .topic_results.at(0)
                        .results_by_partition.at(partition)
                        .partition_error_code);
    };
    EXPECT_EQ(result(0, 0), ErrorCode::none);
    EXPECT_EQ(result(0, 1), ErrorCode::transaction_abortable);
    EXPECT_EQ(result(1, 0), ErrorCode::invalid_producer_id_mapping);
    EXPECT_EQ(result(2, 0), ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(result(2, 1), ErrorCode::operation_not_attempted);
}

TEST_F(TransactionsTest, AGroupWithoutACoordinatorJoinsNoTransaction) {
    AddOffsetsToTxnRequest request;
    request.transactional_id = "id";
    request.producer_id = id_;
    request.producer_epoch = epoch_;
    request.group_id = "g";
    EXPECT_EQ(code(at_.call<AddOffsetsToTxnResponse>(request, 4).error_code),
              ErrorCode::coordinator_not_available);
}

TEST_F(TransactionsTest, MarkersSayWhatBecameOfEach) {
    ASSERT_EQ(code(produce(0).error_code), ErrorCode::none);
    WriteTxnMarkersRequest request;
    auto& marker = request.markers.emplace_back();
    marker.producer_id = id_;
    marker.producer_epoch = epoch_;
    auto& topic = marker.topics.emplace_back();
    topic.name = "t";
    topic.partition_indexes = {0, 2, 9};
    const auto response = at_.call<WriteTxnMarkersResponse>(request, 1);
    const auto& partitions = response.markers.at(0).topics.at(0).partitions;
    ASSERT_EQ(partitions.size(), 3U);
    EXPECT_EQ(code(partitions[0].error_code), ErrorCode::none);
    EXPECT_EQ(code(partitions[1].error_code), ErrorCode::none) << "no transaction to end";
    EXPECT_EQ(code(partitions[2].error_code), ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(end_of(0, true), 2);
}

/// Everything is on the medium before it counts: the decision, the markers, what is answered.
class FlushedTransactionsTest : public TransactionsTest {
protected:
    FlushedTransactionsTest() : TransactionsTest({{"flush.before.ack", "always"}}) {}
};

TEST_F(FlushedTransactionsTest, GoOnAsTheDiskDoes) {
    for (std::int32_t partition = 0; partition < 4; ++partition) {
        ASSERT_EQ(code(produce(partition).error_code), ErrorCode::none);
    }
    EXPECT_EQ(code(end(true).error_code), ErrorCode::none);
    EXPECT_EQ(wait_for_end(), "CompleteCommit");
    EXPECT_EQ(end_of(3, true), 2);
}

TEST_F(TransactionsTest, ALevelThatIsLoweredIsNotSuggestedAnyMore) {
    UpdateFeaturesRequest request;
    auto& update = request.feature_updates.emplace_back();
    update.feature = "transaction.version";
    update.max_version_level = 0;
    update.upgrade_type = 3;
    ASSERT_EQ(code(at_.call<UpdateFeaturesResponse>(request).error_code), ErrorCode::none);
    ApiVersionsRequest versions;
    versions.client_software_name = "t";
    versions.client_software_version = "1";
    const auto response = at_.call<ApiVersionsResponse>(versions, 4);
    ASSERT_EQ(response.finalized_features.size(), 2U);
    EXPECT_EQ(response.finalized_features[0].name, "group.version");
    EXPECT_EQ(response.finalized_features[1].name, "share.version");
    ASSERT_EQ(add(0), ErrorCode::none);
    EXPECT_EQ(code(produce(0, 0, 11).error_code), ErrorCode::none);
    const auto ended = end(true, 4);
    EXPECT_EQ(code(ended.error_code), ErrorCode::none);
    EXPECT_EQ(wait_for_end(), "CompleteCommit");
}

}  // namespace
}  // namespace barnabas::broker
