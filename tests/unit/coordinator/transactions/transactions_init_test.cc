// InitProducerId: who gets which id and epoch, and who is refused (TransactionCoordinatorTest).
#include "unit/coordinator/transactions/transaction_rig.h"

#include <gtest/gtest.h>

namespace barnabas::coordinator {
namespace {

using testing::partition;
using testing::producer;
using testing::TransactionRig;
using enum TransactionState;

constexpr int last = 32766;  // the last epoch that a producer gets

Transaction stored(TransactionState state, ProducerIdentity who) {
    Transaction transaction;
    transaction.state = state;
    transaction.producer = who;
    transaction.previous_id = who.id;
    transaction.timeout_ms = 60'000;
    transaction.updated = Timestamp{1'000'000};
    if (state != empty) {
        transaction.started = Timestamp{1'000'000};
        transaction.client_version = 2;
    }
    if (state == ongoing || is_prepared(state)) {
        transaction.partitions = {partition("a", 0)};
    }
    return transaction;
}

ErrorCode code(const wire::InitProducerIdResponse& reply) {
    return static_cast<ErrorCode>(reply.error_code);
}

ProducerIdentity given(const wire::InitProducerIdResponse& reply) {
    return {.id = ProducerId{reply.producer_id}, .epoch = ProducerEpoch{reply.producer_epoch}};
}

TEST(TransactionsInit, GivesEpochsOneAfterTheOther) {
    TransactionRig rig;
    rig.load();
    EXPECT_EQ(given(rig.init("x")), producer(5000, 0));
    EXPECT_EQ(given(rig.init("x")), producer(5000, 1));
    EXPECT_EQ(given(rig.init("y")), producer(5001, 0));
    rig.load();
    EXPECT_EQ(given(rig.init("x")), producer(5000, 2));
    EXPECT_EQ(rig.next_id, 5002) << "ids are taken only where they are needed";
}

TEST(TransactionsInit, AnswersByTheStateOfTheLastTransaction) {
    struct Row {
        std::string_view what;
        TransactionState state;
        ProducerIdentity has;
        ProducerIdentity expected;  // what the request says
        ErrorCode want;
        ProducerIdentity gets{};
        TransactionState then = empty;
    };
    const ProducerIdentity nobody;
    const Row rows[] = {
        {"a new producer", empty, producer(7, 3), nobody, ErrorCode::none, producer(7, 4)},
        {"a new producer", complete_commit, producer(7, 3), nobody, ErrorCode::none,
         producer(7, 4)},
        {"a new producer", complete_abort, producer(7, 3), nobody, ErrorCode::none, producer(7, 4)},
        {"markers are under way", prepare_commit, producer(7, 3), nobody,
         ErrorCode::concurrent_transactions, nobody, prepare_commit},
        {"markers are under way", prepare_abort, producer(7, 3), nobody,
         ErrorCode::concurrent_transactions, nobody, prepare_abort},
        {"the old transaction is aborted first", ongoing, producer(7, 3), nobody,
         ErrorCode::concurrent_transactions, nobody, prepare_abort},
        {"the same producer goes on", empty, producer(7, 3), producer(7, 3), ErrorCode::none,
         producer(7, 4)},
        {"the same producer goes on", ongoing, producer(7, 3), producer(7, 3),
         ErrorCode::concurrent_transactions, nobody, prepare_abort},
        {"an older one is fenced", empty, producer(7, 3), producer(7, 2),
         ErrorCode::producer_fenced, nobody, empty},
        {"an older one aborts nothing", ongoing, producer(7, 3), producer(7, 2),
         ErrorCode::producer_fenced, nobody, ongoing},
        {"an epoch that nobody has", empty, producer(7, 3), producer(7, 4),
         ErrorCode::producer_fenced, nobody, empty},
        {"another id", empty, producer(7, 3), producer(8, 3), ErrorCode::producer_fenced, nobody,
         empty},
        {"another id", ongoing, producer(7, 3), producer(8, 3), ErrorCode::producer_fenced, nobody,
         ongoing},
        {"the last epoch", empty, producer(7, last - 1), nobody, ErrorCode::none,
         producer(7, last)},
        {"the epochs are used up", empty, producer(7, last), nobody, ErrorCode::none,
         producer(5000, 0)},
        {"the epochs are used up", complete_abort, producer(7, last + 1), nobody, ErrorCode::none,
         producer(5000, 0)},
        {"the epochs are used up", empty, producer(7, last), producer(7, last), ErrorCode::none,
         producer(5000, 0)},
        {"used up, and it is an older one", empty, producer(7, last), producer(7, last - 1),
         ErrorCode::producer_fenced, nobody, empty},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(fmt::format("{}: {}", row.what, transaction_state_name(row.state)));
        TransactionRig rig;
        rig.place("x", stored(row.state, row.has));
        rig.load();
        const auto reply = rig.init("x", row.expected);
        EXPECT_EQ(code(reply), row.want) << rig.why;
        EXPECT_EQ(given(reply), row.gets);
        EXPECT_EQ(rig.at("x").state, row.then);
        EXPECT_EQ(row.want == ErrorCode::none, rig.why.empty());
    }
}

TEST(TransactionsInit, RefusesWhatMakesNoSense) {
    TransactionRig rig;
    rig.load();
    struct Row {
        wire::InitProducerIdRequest request;
        ErrorCode want;
        std::string_view says;
    };
    const Row rows[] = {
        {{.transactional_id = "", .transaction_timeout_ms = 1},
         ErrorCode::invalid_request,
         "empty"},
        {{.transactional_id = "x", .transaction_timeout_ms = 0},
         ErrorCode::invalid_transaction_timeout,
         "transactionTimeoutMs 0"},
        {{.transactional_id = "x", .transaction_timeout_ms = -1},
         ErrorCode::invalid_transaction_timeout,
         "-1"},
        {{.transactional_id = "x", .transaction_timeout_ms = 900'001},
         ErrorCode::invalid_transaction_timeout,
         "[1, 900000]"},
        {{.transactional_id = "x", .transaction_timeout_ms = 1, .producer_id = 5},
         ErrorCode::invalid_request,
         "producer id 5"},
        {{.transactional_id = "x", .transaction_timeout_ms = 1, .producer_epoch = 5},
         ErrorCode::invalid_request,
         "epoch 5"},
        {{.transactional_id = "x", .transaction_timeout_ms = 1, .enable2_pc = true},
         ErrorCode::transactional_id_authorization_failed,
         "transaction.two.phase.commit.enable"},
        {{.transactional_id = "x", .transaction_timeout_ms = 1, .keep_prepared_txn = true},
         ErrorCode::transactional_id_authorization_failed,
         "transaction.two.phase.commit.enable"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(code(rig.init(row.request)), row.want) << rig.why;
        EXPECT_NE(rig.why.find(row.says), std::string::npos) << rig.why;
    }
    EXPECT_EQ(rig.machine.size(), 0U);
    EXPECT_EQ(code(rig.init({.transactional_id = "x", .transaction_timeout_ms = 900'000})),
              ErrorCode::none);
}

TEST(TransactionsInit, TellsOldClientsTheOldCode) {
    TransactionRig rig;
    rig.place("x", stored(empty, producer(7, 3)));
    rig.load();
    const wire::InitProducerIdRequest request{.transactional_id = "x",
                                              .transaction_timeout_ms = 1,
                                              .producer_id = 7,
                                              .producer_epoch = 2};
    EXPECT_EQ(code(rig.init(request, 3)), ErrorCode::invalid_producer_epoch);
    EXPECT_EQ(code(rig.init(request, 4)), ErrorCode::producer_fenced);
}

// KIP-360: the answer was lost, and the same producer asks again.
TEST(TransactionsInit, AnswersARetryOfTheSameProducerAlike) {
    TransactionRig rig;
    rig.place("x", stored(empty, producer(7, 3)));
    rig.load();
    EXPECT_EQ(given(rig.init("x", producer(7, 3))), producer(7, 4));
    EXPECT_EQ(given(rig.init("x", producer(7, 3))), producer(7, 4));
    EXPECT_EQ(given(rig.init("x")), producer(7, 5)) << "another one";
    EXPECT_EQ(code(rig.init("x", producer(7, 3))), ErrorCode::producer_fenced);
    EXPECT_EQ(code(rig.init("x", producer(7, 4))), ErrorCode::producer_fenced);
}

TEST(TransactionsInit, AnswersARetryAlikeWhenTheIdIsNew) {
    TransactionRig rig;
    rig.place("x", stored(empty, producer(7, last)));
    rig.load();
    EXPECT_EQ(given(rig.init("x", producer(7, last))), producer(5000, 0));
    EXPECT_EQ(given(rig.init("x", producer(7, last))), producer(5000, 0));
    EXPECT_EQ(code(rig.init("x", producer(7, last - 1))), ErrorCode::producer_fenced);
}

// The expected producer does not exist here: its transactional id was forgotten meanwhile.
TEST(TransactionsInit, TakesAnyProducerWhereNoneIsKnown) {
    TransactionRig rig;
    rig.load();
    EXPECT_EQ(given(rig.init("x", producer(7, 3))), producer(5000, 0));
}

TEST(TransactionsInit, FencesWhoeverHasTheTransaction) {
    struct Row {
        std::int16_t transaction_version;
        int epoch;
        ProducerIdentity markers;
        ProducerIdentity then;  // what the next producer gets
    };
    const Row rows[] = {
        {0, 3, producer(7, 4), producer(7, 5)},
        {2, 3, producer(7, 4), producer(7, 5)},
        // The markers have the very last epoch. KAFKA-19367: it is raised once only.
        {0, last, producer(7, last + 1), producer(5000, 0)},
        {2, last, producer(7, last + 1), producer(5000, 1)},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(fmt::format("version {} epoch {}", row.transaction_version, row.epoch));
        TransactionRig rig(TransactionConfig{.transaction_version = row.transaction_version});
        rig.place("x", stored(ongoing, producer(7, row.epoch)));
        rig.load();
        EXPECT_EQ(code(rig.init("x")), ErrorCode::concurrent_transactions);
        EXPECT_EQ(rig.at("x").producer, row.markers);
        rig.settle();
        ASSERT_EQ(rig.sent.size(), 1U);
        EXPECT_EQ(rig.sent[0].key.producer, row.markers);
        EXPECT_FALSE(rig.sent[0].commit);
        EXPECT_EQ(rig.sent[0].transaction_version, row.transaction_version);
        EXPECT_EQ(rig.at("x").state, complete_abort);
        EXPECT_EQ(given(rig.init("x")), row.then);
        EXPECT_NE(static_cast<ErrorCode>(rig.end("x", producer(7, row.epoch), true).error_code),
                  ErrorCode::none);
    }
}

TEST(TransactionsInit, NeedsAnIdAtHand) {
    TransactionRig rig;
    rig.place("full", stored(empty, producer(7, last)));
    rig.load();
    for (const std::string id : {"x", "full"}) {
        const wire::InitProducerIdRequest request{.transactional_id = id,
                                                  .transaction_timeout_ms = 1};
        EXPECT_TRUE(rig.machine.needs_producer_id(request));
        const auto outcome =
            rig.machine.init(request, std::nullopt, TransactionRig::client(5), rig.now);
        EXPECT_EQ(code(outcome.reply), ErrorCode::concurrent_transactions);
        EXPECT_TRUE(outcome.records.empty());
    }
}

TEST(TransactionsInit, ChangesNothingUntilItIsApplied) {
    TransactionRig rig;
    rig.load();
    const wire::InitProducerIdRequest request{.transactional_id = "x", .transaction_timeout_ms = 1};
    for (int i = 0; i < 2; ++i) {
        const auto outcome =
            rig.machine.init(request, ProducerId{9}, TransactionRig::client(5), rig.now);
        EXPECT_EQ(given(outcome.reply), producer(9, 0));
        EXPECT_EQ(outcome.records.size(), 1U);
        EXPECT_EQ(rig.machine.size(), 0U);
    }
}

// --- KIP-939

TransactionConfig two_phase() {
    return {.two_phase_commit = true};
}

wire::InitProducerIdRequest keeping() {
    return {.transactional_id = "x", .enable2_pc = true, .keep_prepared_txn = true};
}

Transaction prepared_2pc(int epoch) {
    auto transaction = stored(ongoing, producer(7, epoch));
    transaction.timeout_ms = no_transaction_timeout;
    return transaction;
}

TEST(TransactionsKeep, HandsAPreparedTransactionToTheNextClient) {
    TransactionRig rig(two_phase());
    rig.place("x", prepared_2pc(1));
    rig.load();
    for (int epoch = 2; epoch < 5; ++epoch) {
        const auto reply = rig.init(keeping());
        ASSERT_EQ(code(reply), ErrorCode::none) << rig.why;
        EXPECT_EQ(given(reply), producer(7, epoch));
        EXPECT_EQ(reply.ongoing_txn_producer_id, 7);
        EXPECT_EQ(reply.ongoing_txn_producer_epoch, 1);
        EXPECT_EQ(rig.at("x").state, ongoing);
        rig.load();
    }
    EXPECT_EQ(static_cast<ErrorCode>(rig.end("x", producer(7, 1), true).error_code),
              ErrorCode::producer_fenced);
    EXPECT_EQ(static_cast<ErrorCode>(rig.end("x", producer(7, 1), true, 4).error_code),
              ErrorCode::producer_fenced);
    EXPECT_EQ(rig.add("x", producer(7, 4), partition("b", 0), 5), ErrorCode::invalid_txn_state);
    EXPECT_EQ(rig.add("x", producer(7, 1), partition("a", 0), 5), ErrorCode::none);
    EXPECT_EQ(rig.add("x", producer(7, 5), partition("a", 0), 5), ErrorCode::producer_fenced);
    const auto reply = rig.end("x", producer(7, 4), true);
    EXPECT_EQ(reply.error_code, 0) << rig.why;
    EXPECT_EQ(reply.producer_epoch, 5);
    rig.settle();
    ASSERT_EQ(rig.sent.size(), 1U);
    EXPECT_EQ(rig.sent[0].key.producer, producer(7, 2)) << "the one that partitions know, bumped";
    EXPECT_EQ(rig.at("x").producer, producer(7, 5));
    EXPECT_EQ(rig.end("x", producer(7, 4), true).error_code, 0) << "the answer was lost";
}

TEST(TransactionsKeep, GoesOnWithANewIdWhenTheEpochsAreUsedUp) {
    struct Row {
        int epoch;              // of the transaction
        ProducerIdentity gets;  // the second client
        ProducerIdentity then;  // when the transaction has ended
    };
    const Row rows[] = {
        {last - 1, producer(5000, 0), producer(5000, 1)},
        {last - 2, producer(7, last), producer(5000, 0)},
    };
    for (const auto& row : rows) {
        TransactionRig rig(two_phase());
        rig.place("x", prepared_2pc(row.epoch));
        rig.load();
        EXPECT_EQ(given(rig.init(keeping())), producer(7, row.epoch + 1));
        EXPECT_EQ(given(rig.init(keeping())), row.gets);
        rig.load();
        const auto reply = rig.end("x", row.gets, true);
        EXPECT_EQ(reply.error_code, 0) << rig.why;
        EXPECT_EQ(ProducerId{reply.producer_id}, row.then.id);
        EXPECT_EQ(ProducerEpoch{reply.producer_epoch}, row.then.epoch);
        EXPECT_EQ(static_cast<ErrorCode>(rig.end("x", row.gets, true).error_code),
                  ErrorCode::concurrent_transactions);
        rig.settle();
        ASSERT_EQ(rig.sent.size(), 1U);
        EXPECT_EQ(rig.sent[0].key.producer, producer(7, row.epoch + 1));
        EXPECT_EQ(rig.at("x").producer, row.then);
        EXPECT_EQ(rig.end("x", row.gets, true).error_code, 0) << rig.why;
    }
}

TEST(TransactionsKeep, NeedsATransactionThatIsPrepared) {
    struct Row {
        Transaction transaction;
        ErrorCode want;
    };
    const Row rows[] = {
        {stored(empty, producer(7, 1)), ErrorCode::invalid_txn_state},
        {stored(complete_commit, producer(7, 1)), ErrorCode::invalid_txn_state},
        {stored(complete_abort, producer(7, 1)), ErrorCode::invalid_txn_state},
        {stored(prepare_commit, producer(7, 1)), ErrorCode::concurrent_transactions},
        {stored(ongoing, producer(7, 1)), ErrorCode::invalid_txn_state},
    };
    for (const auto& row : rows) {
        TransactionRig rig(two_phase());
        rig.place("x", row.transaction);
        rig.load();
        EXPECT_EQ(code(rig.init(keeping())), row.want)
            << transaction_state_name(row.transaction.state);
    }
    TransactionRig rig(two_phase());
    rig.load();
    EXPECT_EQ(code(rig.init(keeping())), ErrorCode::invalid_txn_state);
    auto again = keeping();
    again.producer_id = 7;
    again.producer_epoch = 1;
    EXPECT_EQ(code(rig.init(again)), ErrorCode::invalid_request);
}

TEST(TransactionsKeep, HasNoTimeout) {
    TransactionRig rig(two_phase());
    rig.place("x", prepared_2pc(1));
    rig.load();
    rig.advance(std::chrono::hours(24 * 365));
    EXPECT_TRUE(rig.machine.work(rig.now).abort.empty());
    EXPECT_EQ(code(rig.init("x")), ErrorCode::concurrent_transactions) << "who keeps it not";
    EXPECT_EQ(rig.at("x").state, prepare_abort);
}

}  // namespace
}  // namespace barnabas::coordinator
