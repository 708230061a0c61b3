// EndTxn: each state, each version, each epoch (the tables of TransactionCoordinator in 4.x).
#include "unit/coordinator/transactions/transaction_rig.h"

#include <gtest/gtest.h>

namespace barnabas::coordinator {
namespace {

using testing::partition;
using testing::producer;
using testing::TransactionRig;
using enum TransactionState;

constexpr int last = 32766;

Transaction stored(TransactionState state, int epoch = 5) {
    Transaction transaction;
    transaction.state = state;
    transaction.producer = producer(7, epoch);
    transaction.timeout_ms = 60'000;
    transaction.started = state == empty ? no_timestamp : Timestamp{999'000};
    if (state == ongoing || is_prepared(state)) {
        transaction.partitions = {partition("a", 0), partition("b", 1)};
    }
    return transaction;
}

ErrorCode code(const wire::EndTxnResponse& reply) {
    return static_cast<ErrorCode>(reply.error_code);
}

enum class Wants : std::uint8_t { nothing, ends, is_done, is_busy, is_wrong, is_fenced };

ErrorCode code_of(Wants wants) {
    switch (wants) {
        case Wants::nothing:
        case Wants::ends:
        case Wants::is_done:
            return ErrorCode::none;
        case Wants::is_busy:
            return ErrorCode::concurrent_transactions;
        case Wants::is_wrong:
            return ErrorCode::invalid_txn_state;
        case Wants::is_fenced:
            return ErrorCode::producer_fenced;
    }
    return ErrorCode::unknown_server_error;
}

TEST(TransactionsEnd, AnswersByStateVersionAndEpoch) {
    using enum Wants;
    struct Row {
        TransactionState state;
        int version;
        bool commit;
        // of a request with the epoch before the newest, the newest, and one that nobody has
        Wants before;
        Wants newest;
        Wants beyond;
    };
    const Row rows[] = {
        {empty, 4, true, is_fenced, is_wrong, is_fenced},
        {empty, 4, false, is_fenced, is_wrong, is_fenced},
        {ongoing, 4, true, is_fenced, ends, is_fenced},
        {ongoing, 4, false, is_fenced, ends, is_fenced},
        {prepare_commit, 4, true, is_fenced, is_busy, is_fenced},
        {prepare_commit, 4, false, is_fenced, is_wrong, is_fenced},
        {prepare_abort, 4, true, is_fenced, is_wrong, is_fenced},
        {prepare_abort, 4, false, is_fenced, is_busy, is_fenced},
        {complete_commit, 4, true, is_fenced, is_done, is_fenced},
        {complete_commit, 4, false, is_fenced, is_wrong, is_fenced},
        {complete_abort, 4, true, is_fenced, is_wrong, is_fenced},
        {complete_abort, 4, false, is_fenced, is_done, is_fenced},

        {empty, 5, true, is_fenced, is_wrong, is_fenced},
        {empty, 5, false, is_fenced, ends, is_fenced},
        {ongoing, 5, true, is_fenced, ends, is_fenced},
        {ongoing, 5, false, is_fenced, ends, is_fenced},
        {prepare_commit, 5, true, is_busy, is_busy, is_busy},
        {prepare_commit, 5, false, is_busy, is_busy, is_busy},
        {prepare_abort, 5, true, is_busy, is_busy, is_busy},
        {prepare_abort, 5, false, is_busy, is_busy, is_busy},
        {complete_commit, 5, true, is_done, is_wrong, is_fenced},
        {complete_commit, 5, false, is_wrong, ends, is_fenced},
        {complete_abort, 5, true, is_wrong, is_wrong, is_fenced},
        {complete_abort, 5, false, is_done, ends, is_fenced},
    };
    for (const auto& row : rows) {
        const Wants wants[] = {row.before, row.newest, row.beyond};
        for (int i = 0; i < 3; ++i) {
            SCOPED_TRACE(fmt::format("{} v{} {} epoch {}", transaction_state_name(row.state),
                                     row.version, row.commit ? "commit" : "abort", 4 + i));
            TransactionRig rig;
            Transaction before = stored(row.state);
            before.client_version = row.version == 5 ? 2 : 0;
            rig.place("x", before);
            rig.load();
            const auto reply = rig.end("x", producer(7, 4 + i), row.commit, row.version);
            ASSERT_EQ(code(reply), code_of(wants[i])) << rig.why;
            EXPECT_EQ(rig.log.size(), wants[i] == ends ? 2U : 1U);
            EXPECT_EQ(rig.why.empty(), code(reply) == ErrorCode::none);
            if (code(reply) != ErrorCode::none) {
                EXPECT_EQ(rig.at("x").state, row.state);
                continue;
            }
            const int bumped = row.version == 5 && wants[i] == ends ? 6 : 5;
            EXPECT_EQ(reply.producer_id, row.version == 5 ? 7 : -1);
            EXPECT_EQ(reply.producer_epoch, row.version == 5 ? bumped : -1);
            EXPECT_EQ(rig.at("x").producer, producer(7, bumped));
            if (wants[i] == ends) {
                EXPECT_EQ(rig.at("x").state, row.commit ? prepare_commit : prepare_abort);
                EXPECT_EQ(rig.at("x").started,
                          row.state == ongoing ? Timestamp{999'000} : rig.now.wall);
            }
        }
    }
}

TEST(TransactionsEnd, KnowsOnlyItsOwnProducers) {
    for (const int version : {1, 4, 5}) {
        TransactionRig rig;
        rig.place("x", stored(ongoing));
        rig.load();
        EXPECT_EQ(code(rig.end("x", producer(8, 5), true, version)),
                  ErrorCode::invalid_producer_id_mapping);
        EXPECT_EQ(code(rig.end("y", producer(7, 5), true, version)),
                  ErrorCode::invalid_producer_id_mapping);
        EXPECT_EQ(code(rig.end("", producer(7, 5), true, version)), ErrorCode::invalid_request);
        EXPECT_EQ(code(rig.end("x", producer(7, 4), true, version)),
                  version < 2 ? ErrorCode::invalid_producer_epoch : ErrorCode::producer_fenced);
    }
}

TEST(TransactionsEnd, WritesMarkersAndCompletes) {
    struct Row {
        int version;
        bool commit;
        ProducerIdentity marker;
        std::int8_t marker_version;
    };
    const Row rows[] = {
        {4, true, producer(7, 5), 0},
        {4, false, producer(7, 5), 0},
        {5, true, producer(7, 6), 2},
        {5, false, producer(7, 6), 2},
    };
    for (const auto& row : rows) {
        TransactionRig rig;
        rig.place("x", stored(ongoing));
        rig.load();
        ASSERT_EQ(code(rig.end("x", producer(7, 5), row.commit, row.version)), ErrorCode::none);
        rig.settle();
        ASSERT_EQ(rig.sent.size(), 1U);
        EXPECT_EQ(rig.sent[0].key.transactional_id, "x");
        EXPECT_EQ(rig.sent[0].key.producer, row.marker);
        EXPECT_EQ(rig.sent[0].key.coordinator_epoch, 1);
        EXPECT_EQ(rig.sent[0].commit, row.commit);
        EXPECT_EQ(rig.sent[0].transaction_version, row.marker_version);
        EXPECT_EQ(rig.sent[0].partitions, (std::vector{partition("a", 0), partition("b", 1)}));
        EXPECT_EQ(rig.at("x").state, row.commit ? complete_commit : complete_abort);
        EXPECT_TRUE(rig.at("x").partitions.empty());
        EXPECT_EQ(rig.at("x").producer, row.marker);
        EXPECT_EQ(rig.machine.ends_under_way(), 0U);
    }
}

TEST(TransactionsEnd, WritesMarkersOnlyBehindTheCommittedDecision) {
    TransactionRig rig;
    rig.place("x", stored(ongoing));
    rig.load();
    const wire::EndTxnRequest request{
        .transactional_id = "x", .producer_id = 7, .producer_epoch = 5, .committed = true};
    rig.append(rig.machine.end(request, std::nullopt, TransactionRig::client(5), rig.now));
    EXPECT_EQ(rig.at("x").state, prepare_commit);
    EXPECT_TRUE(rig.machine.work(rig.now).markers.empty());
    rig.machine.committed(Offset{1}, rig.now);
    EXPECT_TRUE(rig.machine.work(rig.now).markers.empty());
    rig.machine.committed(Offset{2}, rig.now);
    EXPECT_EQ(rig.machine.work(rig.now).markers.size(), 1U);
}

TEST(TransactionsEnd, IsRepeatedAlikeAcrossCoordinators) {
    for (const int version : {4, 5}) {
        TransactionRig rig;
        rig.place("x", stored(ongoing));
        rig.load();
        ASSERT_EQ(code(rig.end("x", producer(7, 5), true, version)), ErrorCode::none);
        rig.load();
        EXPECT_EQ(code(rig.end("x", producer(7, 5), true, version)),
                  ErrorCode::concurrent_transactions);
        rig.settle();
        rig.load();
        const auto reply = rig.end("x", producer(7, 5), true, version);
        EXPECT_EQ(code(reply), ErrorCode::none);
        EXPECT_EQ(reply.producer_epoch, version == 5 ? 6 : -1);
    }
}

// A late copy of the request cannot touch the transaction behind it: its epoch is over.
TEST(TransactionsEnd, LateCopiesOfVersion5TouchNothing) {
    TransactionRig rig;
    rig.place("x", stored(ongoing));
    rig.load();
    ASSERT_EQ(code(rig.end("x", producer(7, 5), true)), ErrorCode::none);
    rig.settle();
    ASSERT_EQ(rig.add("x", producer(7, 6), partition("c", 0), 5), ErrorCode::none);
    EXPECT_EQ(code(rig.end("x", producer(7, 5), true)), ErrorCode::producer_fenced);
    EXPECT_EQ(code(rig.end("x", producer(7, 5), false)), ErrorCode::producer_fenced);
    EXPECT_EQ(rig.at("x").state, ongoing);
}

// Its epoch is the one before the newest, as a retry's is; but an end of version 4 raises none. It
// must not be told the epoch of the producer that fenced it.
TEST(TransactionsEnd, OfVersion4LeavesNothingToRetryWithVersion5) {
    for (const bool commit : {true, false}) {
        TransactionRig rig;
        rig.place("x", stored(ongoing));
        rig.load();
        ASSERT_EQ(code(rig.end("x", producer(7, 5), commit, 4)), ErrorCode::none);
        rig.settle();
        ASSERT_EQ(rig.at("x").state, commit ? complete_commit : complete_abort);
        for (const int reloads : {0, 1}) {
            if (reloads > 0) {
                rig.load();
            }
            const auto reply = rig.end("x", producer(7, 4), commit, 5);
            EXPECT_EQ(code(reply), ErrorCode::producer_fenced);
            EXPECT_EQ(reply.producer_id, -1);
            EXPECT_EQ(reply.producer_epoch, -1);
        }
    }
}

TEST(TransactionsEnd, GivesANewIdWhenTheEpochsAreUsedUp) {
    for (const bool commit : {true, false}) {
        TransactionRig rig;
        rig.place("x", stored(ongoing, last));
        rig.load();
        auto reply = rig.end("x", producer(7, last), commit);
        ASSERT_EQ(code(reply), ErrorCode::none);
        EXPECT_EQ(reply.producer_id, 5000);
        EXPECT_EQ(reply.producer_epoch, 0);
        EXPECT_EQ(rig.at("x").producer, producer(7, last + 1));
        EXPECT_EQ(code(rig.end("x", producer(7, last), commit)),
                  ErrorCode::concurrent_transactions);
        rig.load();
        rig.settle();
        ASSERT_EQ(rig.sent.size(), 1U);
        EXPECT_EQ(rig.sent[0].key.producer, producer(7, last + 1));
        EXPECT_EQ(rig.at("x").producer, producer(5000, 0));
        EXPECT_EQ(rig.at("x").previous_id, ProducerId{7});
        rig.load();
        reply = rig.end("x", producer(7, last), commit);
        EXPECT_EQ(code(reply), ErrorCode::none) << "the answer was lost";
        EXPECT_EQ(reply.producer_id, 5000);
        EXPECT_EQ(reply.producer_epoch, 0);
        EXPECT_EQ(code(rig.end("x", producer(7, last), !commit)), ErrorCode::invalid_txn_state);
        EXPECT_EQ(code(rig.end("x", producer(7, last - 1), commit)),
                  ErrorCode::invalid_producer_id_mapping);
    }
}

TEST(TransactionsEnd, NeedsAnIdAtHandWhenTheEpochsAreUsedUp) {
    TransactionRig rig;
    rig.place("x", stored(ongoing, last));
    rig.load();
    const wire::EndTxnRequest request{
        .transactional_id = "x", .producer_id = 7, .producer_epoch = last, .committed = true};
    EXPECT_FALSE(rig.machine.needs_producer_id(request, TransactionRig::client(4)));
    EXPECT_TRUE(rig.machine.needs_producer_id(request, TransactionRig::client(5)));
    const auto outcome = rig.machine.end(request, std::nullopt, TransactionRig::client(5), rig.now);
    EXPECT_EQ(code(outcome.reply), ErrorCode::concurrent_transactions);
    EXPECT_TRUE(outcome.records.empty());
}

}  // namespace
}  // namespace barnabas::coordinator
