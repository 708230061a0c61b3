// What the coordinator does by itself: loading, timeouts, expiry, ends that take a while.
#include "unit/coordinator/transactions/transaction_rig.h"

#include <gtest/gtest.h>

namespace barnabas::coordinator {
namespace {

using testing::partition;
using testing::producer;
using testing::read_record;
using testing::TransactionRig;
using enum TransactionState;

Transaction stored(TransactionState state) {
    Transaction transaction;
    transaction.state = state;
    transaction.producer = producer(7, 3);
    transaction.timeout_ms = 60'000;
    transaction.started = state == empty ? no_timestamp : Timestamp{1'000'000};
    transaction.updated = Timestamp{1'000'000};
    if (state == ongoing || is_prepared(state)) {
        transaction.partitions = {partition("a", 0)};
    }
    return transaction;
}

TEST(Transactions, AnswerNothingUntilTheyAreLoaded) {
    TransactionRig rig;
    rig.place("x", stored(ongoing));
    const auto loading = ErrorCode::coordinator_load_in_progress;
    EXPECT_EQ(static_cast<ErrorCode>(rig.init("x").error_code), loading);
    EXPECT_EQ(rig.add("x", producer(7, 3), partition("a", 0)), loading);
    EXPECT_EQ(static_cast<ErrorCode>(rig.end("x", producer(7, 3), true).error_code), loading);
    EXPECT_EQ(rig.machine.verify("x", producer(7, 3), partition("a", 0)).error().code, loading);
    EXPECT_EQ(static_cast<ErrorCode>(rig.machine.describe("x").error_code), loading);
    wire::ListTransactionsResponse listed;
    rig.machine.list({}, rig.now, listed);
    EXPECT_EQ(static_cast<ErrorCode>(listed.error_code), loading);
    EXPECT_EQ(rig.machine.next_wake(), never);
    rig.load();
    EXPECT_EQ(rig.add("x", producer(7, 3), partition("a", 0)), ErrorCode::none);
    rig.machine.unloaded();
    EXPECT_EQ(rig.add("x", producer(7, 3), partition("a", 0)), loading);
    EXPECT_EQ(rig.machine.size(), 0U);
}

TEST(Transactions, RefuseARecordThatNobodyWrites) {
    TransactionRig rig;
    wire::TransactionLogValue value;
    value.transaction_status = 9;
    const auto applied =
        rig.machine.apply({.transactional_id = "x"}, &value, {.offset = Offset{4}, .now = rig.now});
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, ErrorCode::corrupt_message);
    EXPECT_NE(applied.error().message.find("'x' at offset 4"), std::string::npos);
    EXPECT_EQ(rig.machine.size(), 0U);
}

TEST(Transactions, CarryOnTheEndsOfTheCoordinatorBefore) {
    struct Row {
        TransactionState state;
        TransactionState then;
    };
    const Row rows[] = {{prepare_commit, complete_commit},
                        {prepare_abort, complete_abort},
                        {ongoing, ongoing},
                        {empty, empty},
                        {complete_commit, complete_commit}};
    for (const auto& row : rows) {
        TransactionRig rig;
        rig.place("x", stored(row.state));
        rig.load();
        rig.load();
        rig.settle();
        EXPECT_EQ(rig.at("x").state, row.then);
        if (row.state != row.then) {
            ASSERT_EQ(rig.sent.size(), 1U);
            EXPECT_EQ(rig.sent[0].key.coordinator_epoch, 2);
            EXPECT_EQ(rig.sent[0].key.producer, producer(7, 3));
        }
    }
}

// The new leader has a record that the old one had not committed: it may still be lost.
TEST(Transactions, WaitWithTheirMarkersUntilWhatTheyLoadedIsCommitted) {
    TransactionRig rig;
    rig.place("x", stored(prepare_commit));
    rig.machine.committed(Offset{0}, rig.now);
    for (std::size_t i = 0; i < rig.log.size(); ++i) {
        ASSERT_TRUE(
            rig.machine.apply(rig.log[i].key, &*rig.log[i].value,
                              {.offset = Offset{static_cast<std::int64_t>(i)}, .now = rig.now}));
    }
    rig.machine.loaded(1, rig.now);
    EXPECT_TRUE(rig.machine.work(rig.now).markers.empty());
    rig.commit();
    EXPECT_EQ(rig.machine.next_wake(), rig.now.steady);
    EXPECT_EQ(rig.machine.work(rig.now).markers.size(), 1U);
}

TEST(Transactions, ThatTakeTooLongAreAborted) {
    struct Row {
        std::int16_t transaction_version;
        int epoch;
        ProducerIdentity then;
    };
    const Row rows[] = {
        {0, 3, producer(7, 4)},
        {2, 3, producer(7, 4)},
        {0, 32766, producer(7, 32767)},
        {2, 32766, producer(5000, 0)},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(fmt::format("version {} epoch {}", row.transaction_version, row.epoch));
        TransactionRig rig(TransactionConfig{.transaction_version = row.transaction_version});
        auto late = stored(ongoing);
        late.producer = producer(7, row.epoch);
        rig.place("x", late);
        rig.load();
        rig.advance(60s);
        EXPECT_TRUE(rig.machine.work(rig.now).abort.empty()) << "not longer than its timeout";
        rig.advance(1ms);
        EXPECT_TRUE(rig.machine.work(rig.now).abort.empty()) << "it was looked at just now";
        rig.advance(10s);
        EXPECT_LE(rig.machine.next_wake(), rig.now.steady);
        ASSERT_EQ(rig.machine.work(rig.now).abort, std::vector<std::string>{"x"});
        const bool needed = rig.machine.abort_needs_producer_id("x");
        EXPECT_EQ(needed, row.then.id.get() == 5000);
        EXPECT_EQ(rig.machine.abort_timed_out("x", std::nullopt, rig.now).records.empty(), needed);
        const auto said = rig.carry_out(rig.machine.abort_timed_out(
            "x", needed ? std::optional(ProducerId{5000}) : std::nullopt, rig.now));
        EXPECT_NE(said.find("longer than its timeout of 60000 ms"), std::string::npos) << said;
        EXPECT_EQ(rig.at("x").state, prepare_abort);
        rig.settle();
        ASSERT_EQ(rig.sent.size(), 1U);
        EXPECT_EQ(rig.sent[0].key.producer, producer(7, row.epoch + 1));
        EXPECT_FALSE(rig.sent[0].commit);
        EXPECT_EQ(rig.at("x").state, complete_abort);
        EXPECT_EQ(rig.at("x").producer, row.then);
        EXPECT_TRUE(rig.machine.abort_timed_out("x", ProducerId{9}, rig.now).records.empty());
    }
}

// A timed-out transaction does not just say "fenced".
TEST(Transactions, SayThatTheTimeoutIsOver) {
    TransactionRig rig;
    rig.place("x", stored(ongoing));
    rig.load();
    rig.advance(71s);
    rig.carry_out(rig.machine.abort_timed_out("x", std::nullopt, rig.now));
    const std::string_view says = "longer than its timeout of 60000 ms";
    for (const bool settled : {false, true}) {
        const auto verified = rig.machine.verify("x", producer(7, 3), partition("a", 0));
        ASSERT_FALSE(verified);
        EXPECT_EQ(verified.error().code, ErrorCode::producer_fenced);
        EXPECT_NE(verified.error().message.find(says), std::string::npos);
        EXPECT_EQ(rig.add("x", producer(7, 3), partition("a", 0)), ErrorCode::producer_fenced);
        EXPECT_NE(rig.why.find(says), std::string::npos) << rig.why;
        EXPECT_EQ(static_cast<ErrorCode>(rig.end("x", producer(7, 3), true, 4).error_code),
                  ErrorCode::producer_fenced);
        EXPECT_NE(rig.why.find(says), std::string::npos) << rig.why;
        if (settled) {
            EXPECT_EQ(static_cast<ErrorCode>(rig.end("x", producer(7, 3), true).error_code),
                      ErrorCode::invalid_txn_state);
            EXPECT_NE(rig.why.find(says), std::string::npos) << rig.why;
        }
        EXPECT_EQ(rig.add("x", producer(7, 2), partition("a", 0)), ErrorCode::producer_fenced);
        EXPECT_EQ(rig.why.find("timeout"), std::string::npos) << "that one is older: " << rig.why;
        rig.settle();
    }
    // Transactions v2: who aborts goes on, with the next epoch.
    const auto aborted = rig.end("x", producer(7, 3), false);
    EXPECT_EQ(aborted.error_code, 0);
    EXPECT_EQ(aborted.producer_epoch, 4);
    ASSERT_EQ(rig.add("x", producer(7, 4), partition("a", 0), 5), ErrorCode::none);
    EXPECT_EQ(rig.add("x", producer(7, 3), partition("a", 0)), ErrorCode::producer_fenced);
    EXPECT_EQ(rig.why.find("timeout"), std::string::npos) << rig.why;
}

// Its record does not say why it was aborted; the coordinator that knew is gone.
TEST(Transactions, SayOfALoadedOneThatItWasAborted) {
    for (const auto state : {prepare_abort, complete_abort}) {
        TransactionRig rig;
        auto aborted = stored(state);
        aborted.producer = producer(7, 4);
        rig.place("x", aborted);
        rig.load();
        const auto late = rig.machine.verify("x", producer(7, 3), partition("a", 0));
        ASSERT_FALSE(late);
        EXPECT_EQ(late.error().code, ErrorCode::producer_fenced);
        EXPECT_NE(late.error().message.find("was aborted"), std::string::npos);
        EXPECT_EQ(late.error().message.find("fenced"), std::string::npos) << late.error().message;
        const auto older = rig.machine.verify("x", producer(7, 2), partition("a", 0));
        ASSERT_FALSE(older);
        EXPECT_NE(older.error().message.find("is fenced"), std::string::npos);
    }
}

// TransactionCoordinatorTest.shouldHandleTimeoutAtEpochOverflowBoundary...TV2
TEST(Transactions, LetAProducerGoOnAfterATimeoutThatGaveItANewId) {
    for (const bool by_init : {true, false}) {
        TransactionRig rig;
        auto late = stored(ongoing);
        late.producer = producer(7, 32766);
        rig.place("x", late);
        rig.load();
        rig.advance(71s);
        rig.carry_out(rig.machine.abort_timed_out("x", ProducerId{5000}, rig.now));
        rig.settle();
        if (by_init) {
            const auto reply = rig.init("x", late.producer);
            EXPECT_EQ(reply.error_code, 0) << rig.why;
            EXPECT_EQ(reply.producer_id, 5000);
            EXPECT_EQ(reply.producer_epoch, 0);
        } else {
            const auto reply = rig.end("x", late.producer, false);
            EXPECT_EQ(reply.error_code, 0) << rig.why;
            EXPECT_EQ(reply.producer_id, 5000);
            EXPECT_EQ(reply.producer_epoch, 0);
        }
    }
}

TEST(Transactions, AreForgottenWhenTheyAreIdleForTooLong) {
    struct Row {
        TransactionState state;
        bool expires;
    };
    const Row rows[] = {{empty, true},          {ongoing, false},        {prepare_commit, false},
                        {prepare_abort, false}, {complete_commit, true}, {complete_abort, true}};
    for (const auto& row : rows) {
        TransactionRig rig;
        auto idle = stored(row.state);
        idle.timeout_ms = no_transaction_timeout;
        rig.place("x", idle);
        rig.load();
        rig.advance(604'800s - 1ms);
        EXPECT_TRUE(rig.machine.work(rig.now).expire);
        EXPECT_TRUE(rig.machine.expire(10, rig.now).records.empty());
        rig.advance(1ms);
        const auto outcome = rig.machine.expire(10, rig.now);
        ASSERT_EQ(outcome.records.size(), row.expires ? 1U : 0U)
            << transaction_state_name(row.state);
        if (row.expires) {
            EXPECT_FALSE(read_record(outcome.records[0]).value);
            rig.append(outcome);
            EXPECT_EQ(rig.machine.size(), 0U);
            EXPECT_EQ(rig.add("x", producer(7, 3), partition("a", 0)),
                      ErrorCode::invalid_producer_id_mapping);
        }
    }
}

TEST(Transactions, AreForgottenInBatches) {
    TransactionRig rig;
    for (int i = 0; i < 25; ++i) {
        rig.place(fmt::format("x{}", i), stored(empty));
    }
    rig.load();
    rig.advance(604'800s);
    std::vector<std::size_t> batches;
    for (auto outcome = rig.machine.expire(10, rig.now); !outcome.records.empty();
         outcome = rig.machine.expire(10, rig.now)) {
        batches.push_back(outcome.records.size());
        rig.append(outcome);
    }
    EXPECT_EQ(batches, (std::vector<std::size_t>{10, 10, 5}));
    EXPECT_EQ(rig.machine.size(), 0U);
    rig.load();
    EXPECT_EQ(rig.machine.size(), 0U);
}

TEST(Transactions, AskAgainForARecordThatWasNotAppended) {
    TransactionRig rig;
    rig.place("x", stored(prepare_commit));
    rig.load();
    auto due = rig.machine.work(rig.now);
    ASSERT_EQ(due.markers.size(), 1U);
    rig.machine.on_marker(due.markers[0].key, partition("a", 0), ErrorCode::none, rig.now);
    EXPECT_EQ(rig.machine.work(rig.now).complete, std::vector<std::string>{"x"});
    EXPECT_TRUE(rig.machine.work(rig.now).complete.empty());
    EXPECT_EQ(rig.machine.next_wake(), rig.now.steady + 100ms);
    rig.advance(100ms);
    EXPECT_EQ(rig.machine.work(rig.now).complete, std::vector<std::string>{"x"});
    rig.carry_out(rig.machine.complete("x", rig.now));
    EXPECT_EQ(rig.at("x").state, complete_commit);
    EXPECT_TRUE(rig.machine.complete("x", rig.now).records.empty());
}

TEST(Transactions, DoWithoutPartitionsThatAreGone) {
    TransactionRig rig;
    rig.place("x", stored(prepare_commit));
    rig.load();
    const auto due = rig.machine.work(rig.now);
    ASSERT_EQ(due.markers.size(), 1U);
    EXPECT_TRUE(rig.machine.complete("x", rig.now).records.empty());
    rig.machine.on_partition_gone(due.markers[0].key, partition("a", 0), rig.now);
    rig.settle();
    EXPECT_EQ(rig.at("x").state, complete_commit);
}

TEST(Transactions, SleepWhenThereIsNothingToDo) {
    TransactionRig rig;
    rig.load();
    EXPECT_EQ(rig.machine.next_wake(), never);
    rig.init("x");
    EXPECT_EQ(rig.machine.next_wake(), rig.now.steady + 3'600s) << "ids may expire";
    rig.add("x", producer(5000, 0), partition("a", 0));
    EXPECT_EQ(rig.machine.next_wake(), rig.now.steady + 10s) << "a transaction may time out";
}

}  // namespace
}  // namespace barnabas::coordinator
