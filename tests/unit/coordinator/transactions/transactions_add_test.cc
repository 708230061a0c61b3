// AddPartitionsToTxn, AddOffsetsToTxn and the verification of partition leaders.
#include "unit/coordinator/transactions/transaction_rig.h"

#include <gtest/gtest.h>

namespace barnabas::coordinator {
namespace {

using testing::partition;
using testing::producer;
using testing::TransactionRig;
using enum TransactionState;

Transaction stored(TransactionState state) {
    Transaction transaction;
    transaction.state = state;
    transaction.producer = producer(7, 3);
    transaction.timeout_ms = 60'000;
    transaction.started = state == empty ? no_timestamp : Timestamp{900'000};
    if (state == ongoing || is_prepared(state)) {
        transaction.partitions = {partition("a", 0)};
    }
    return transaction;
}

TEST(TransactionsAdd, AnswersByStateAndProducer) {
    struct Row {
        TransactionState state;
        ProducerIdentity who;
        ErrorCode want;
        ErrorCode verified;  // of a partition that is in it, if any is
    };
    const auto aborted = ErrorCode::transaction_abortable;
    const Row rows[] = {
        {empty, producer(7, 3), ErrorCode::none, aborted},
        {ongoing, producer(7, 3), ErrorCode::none, ErrorCode::none},
        {complete_commit, producer(7, 3), ErrorCode::none, aborted},
        {complete_abort, producer(7, 3), ErrorCode::none, aborted},
        {prepare_commit, producer(7, 3), ErrorCode::concurrent_transactions,
         ErrorCode::concurrent_transactions},
        {prepare_abort, producer(7, 3), ErrorCode::concurrent_transactions,
         ErrorCode::concurrent_transactions},
        {ongoing, producer(7, 2), ErrorCode::producer_fenced, ErrorCode::producer_fenced},
        {ongoing, producer(7, 4), ErrorCode::producer_fenced, ErrorCode::producer_fenced},
        {prepare_commit, producer(7, 2), ErrorCode::producer_fenced, ErrorCode::producer_fenced},
        {ongoing, producer(8, 3), ErrorCode::invalid_producer_id_mapping,
         ErrorCode::invalid_producer_id_mapping},
        {prepare_commit, producer(8, 3), ErrorCode::invalid_producer_id_mapping,
         ErrorCode::invalid_producer_id_mapping},
        {ongoing, producer(-1, -1), ErrorCode::invalid_producer_id_mapping,
         ErrorCode::invalid_producer_id_mapping},
    };
    for (const auto& row : rows) {
        for (const int version : {2, 3, 4, 5}) {
            SCOPED_TRACE(fmt::format("{} v{} by {}:{}", transaction_state_name(row.state), version,
                                     row.who.id, row.who.epoch));
            TransactionRig rig;
            rig.place("x", stored(row.state));
            rig.load();
            const auto verified = rig.machine.verify("x", row.who, partition("a", 0));
            EXPECT_EQ(verified ? ErrorCode::none : verified.error().code, row.verified);
            EXPECT_EQ(rig.add("x", row.who, partition("b", 1), version), row.want) << rig.why;
            if (row.want != ErrorCode::none) {
                EXPECT_EQ(rig.log.size(), 1U);
                continue;
            }
            EXPECT_EQ(rig.at("x").state, ongoing);
            EXPECT_TRUE(rig.machine.verify("x", row.who, partition("b", 1)));
            EXPECT_EQ(rig.at("x").client_version, version < 4 ? 0 : 2);
            EXPECT_EQ(rig.at("x").started,
                      row.state == ongoing ? Timestamp{900'000} : rig.now.wall);
            EXPECT_EQ(rig.at("x").partitions.size(), row.state == ongoing ? 2U : 1U);
        }
    }
}

/// What leaders of partitions ask for; verifying and adding are told in the rows above.
TEST(TransactionsAdmit, AnswersEachPartition) {
    struct Row {
        std::string_view what;
        TransactionState state;
        ProducerIdentity who;
        bool add;
        std::vector<ErrorCode> want;  // of a-0, which is in it if any is, and of b-1
        bool stores;
    };
    using enum ErrorCode;
    const Row rows[] = {
        {"one is in it", ongoing, producer(7, 3), false, {none, transaction_abortable}, false},
        {"both are added", ongoing, producer(7, 3), true, {none, none}, true},
        {"it begins", empty, producer(7, 3), true, {none, none}, true},
        {"it has ended",
         complete_commit,
         producer(7, 3),
         false,
         {transaction_abortable, transaction_abortable},
         false},
        {"it is ending",
         prepare_commit,
         producer(7, 3),
         true,
         {concurrent_transactions, concurrent_transactions},
         false},
        {"an older producer",
         ongoing,
         producer(7, 2),
         true,
         {producer_fenced, producer_fenced},
         false},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        TransactionRig rig;
        rig.place("x", stored(row.state));
        rig.load();
        EXPECT_EQ(rig.machine.is_ending("x"), is_prepared(row.state));
        const auto outcome =
            rig.machine.admit({.transactional_id = "x",
                               .producer = row.who,
                               .partitions = {partition("a", 0), partition("b", 1)},
                               .add = row.add},
                              rig.now);
        ASSERT_EQ(outcome.reply.size(), row.want.size());
        for (std::size_t i = 0; i < row.want.size(); ++i) {
            const auto& result = outcome.reply[i];
            EXPECT_EQ(result ? none : result.error().code, row.want[i]);
            EXPECT_EQ(outcome.why.empty(), !row.add || row.want[i] == none);
        }
        EXPECT_EQ(!outcome.records.empty(), row.stores);
    }
    EXPECT_FALSE(TransactionRig().machine.is_ending("nobody's"));
}

TEST(TransactionsAdd, WritesNothingForPartitionsThatAreInItAlready) {
    TransactionRig rig;
    rig.place("x", stored(ongoing));
    rig.load();
    EXPECT_EQ(rig.add("x", producer(7, 3), partition("a", 0)), ErrorCode::none);
    EXPECT_EQ(rig.log.size(), 1U);
}

TEST(TransactionsAdd, TellsOldClientsTheOldCode) {
    TransactionRig rig;
    rig.place("x", stored(ongoing));
    rig.load();
    EXPECT_EQ(rig.add("x", producer(7, 2), partition("a", 0), 1),
              ErrorCode::invalid_producer_epoch);
    EXPECT_EQ(rig.add("x", producer(7, 2), partition("a", 0), 2), ErrorCode::producer_fenced);
}

TEST(TransactionsAdd, KnowsOnlyItsOwnTransactionalIds) {
    TransactionRig rig;
    rig.load();
    EXPECT_EQ(rig.add("x", producer(7, 3), partition("a", 0)),
              ErrorCode::invalid_producer_id_mapping);
    EXPECT_EQ(rig.add("", producer(7, 3), partition("a", 0)), ErrorCode::invalid_request);
    EXPECT_EQ(rig.machine.verify("", producer(7, 3), partition("a", 0)).error().code,
              ErrorCode::invalid_request);
    EXPECT_EQ(rig.machine.verify("x", producer(7, 3), partition("a", 0)).error().code,
              ErrorCode::invalid_producer_id_mapping);
}

TEST(TransactionsAdd, BatchesOfBrokersAreAnsweredOneByOne) {
    TransactionRig rig;
    rig.place("x", stored(ongoing));
    auto other = stored(empty);
    other.producer = producer(8, 0);
    rig.place("y", other);
    rig.load();
    wire::AddPartitionsToTxnRequest request;
    const auto entry = [&request](const std::string& id, std::int64_t producer_id,
                                  std::int16_t epoch, bool verify_only) {
        auto& one = request.transactions.emplace_back();
        one.transactional_id = id;
        one.producer_id = producer_id;
        one.producer_epoch = epoch;
        one.verify_only = verify_only;
        one.topics.push_back({.name = "a", .partitions = {0, 1}});
    };
    entry("x", 7, 3, true);
    entry("y", 8, 0, false);
    entry("y", 8, 0, false);
    entry("z", 9, 0, true);
    const auto reply =
        rig.carry_out(rig.machine.add_partitions(request, TransactionRig::client(5), rig.now));
    ASSERT_EQ(reply.results_by_transaction.size(), 4U);
    const auto codes = [&reply](std::size_t index) {
        const auto& results =
            reply.results_by_transaction.at(index).topic_results.at(0).results_by_partition;
        return std::pair{static_cast<ErrorCode>(results.at(0).partition_error_code),
                         static_cast<ErrorCode>(results.at(1).partition_error_code)};
    };
    EXPECT_EQ(codes(0), std::pair(ErrorCode::none, ErrorCode::transaction_abortable));
    EXPECT_EQ(codes(1), std::pair(ErrorCode::none, ErrorCode::none));
    EXPECT_EQ(codes(2),
              std::pair(ErrorCode::concurrent_transactions, ErrorCode::concurrent_transactions))
        << "twice in one request";
    EXPECT_EQ(codes(3), std::pair(ErrorCode::invalid_producer_id_mapping,
                                  ErrorCode::invalid_producer_id_mapping));
    EXPECT_EQ(rig.at("x").partitions.size(), 1U) << "it was only verified";
    EXPECT_EQ(rig.at("y").partitions.size(), 2U);
    EXPECT_EQ(reply.error_code, 0);
}

TEST(TransactionsAdd, OffsetsArePartitionsToo) {
    TransactionRig rig;
    rig.place("x", stored(empty));
    rig.load();
    wire::AddOffsetsToTxnRequest request{
        .transactional_id = "x", .producer_id = 7, .producer_epoch = 3, .group_id = "g"};
    const auto add = [&](int version) {
        return static_cast<ErrorCode>(
            rig.carry_out(rig.machine.add_offsets(request, PartitionId{17},
                                                  TransactionRig::client(version), rig.now))
                .error_code);
    };
    EXPECT_EQ(add(4), ErrorCode::none);
    EXPECT_TRUE(rig.machine.verify("x", producer(7, 3), partition("__consumer_offsets", 17)));
    request.producer_epoch = 2;
    EXPECT_EQ(add(1), ErrorCode::invalid_producer_epoch);
    EXPECT_EQ(add(2), ErrorCode::producer_fenced);
}

// KAFKA-18660: the client has its new id already, the transaction that gave it one still ends.
TEST(TransactionsAdd, WaitsForTheEndThatGivesANewId) {
    TransactionRig rig;
    auto full = stored(ongoing);
    full.producer = producer(7, 32766);
    full.client_version = 2;
    rig.place("x", full);
    rig.load();
    const auto ended = rig.end("x", full.producer, true);
    ASSERT_EQ(ended.error_code, 0);
    ASSERT_EQ(ended.producer_id, 5000);
    ASSERT_EQ(ended.producer_epoch, 0);
    EXPECT_EQ(rig.add("x", producer(5000, 0), partition("a", 0), 5),
              ErrorCode::concurrent_transactions);
    EXPECT_EQ(rig.machine.verify("x", producer(5000, 0), partition("a", 0)).error().code,
              ErrorCode::concurrent_transactions);
    rig.load();
    rig.settle();
    EXPECT_EQ(rig.add("x", producer(5000, 0), partition("a", 0), 5), ErrorCode::none);
}

}  // namespace
}  // namespace barnabas::coordinator
