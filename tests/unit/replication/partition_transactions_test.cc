// Transactions in one partition: who may begin one, who may end it, and what readers see of it.
#include "replication/partition.h"
#include "unit/log/one_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::replication {
namespace {

constexpr ProducerId producer{7};

class PartitionTransactionsTest : public log::testing::OneLogTest {
protected:
    PartitionTransactionsTest() {
        reopen(options({.segment_bytes = 1 << 20}));
        partition_ = std::make_unique<Partition>(TopicId{}, LeaderEpoch{3}, std::move(log_));
    }

    struct Sent {
        ProducerId id = producer;
        std::int16_t epoch = 0;
        std::int32_t sequence = 0;
        bool transactional = true;
    };
    ProduceOutcome send(const Sent& sent) {
        auto bytes = log::testing::make_batch({.producer = sent.id,
                                               .epoch = ProducerEpoch{sent.epoch},
                                               .sequence = sent.sequence,
                                               .transactional = sent.transactional});
        return partition_->produce(
            {.records = bytes.mutable_view(), .version = 9, .acks_all = true, .now = clock_.both()},
            validator_);
    }
    /// Of a coordinator: without a sequence.
    ProduceOutcome send_state(std::int16_t epoch) {
        auto bytes = log::testing::make_batch(
            {.producer = producer, .epoch = ProducerEpoch{epoch}, .transactional = true});
        return partition_->append_state(bytes.mutable_view(), clock_.both(), validator_);
    }
    void allow(std::int16_t epoch, ProducerId id = producer) {
        partition_->transaction_checks().allow(id, ProducerEpoch{epoch});
    }
    struct Marker {
        std::int16_t epoch = 0;
        bool commit = true;
        std::int32_t coordinator_epoch = 0;
        std::int16_t version = 0;
    };
    ProduceOutcome end(const Marker& marker, ProducerId id = producer) {
        return partition_->append_marker({.producer = id,
                                          .epoch = ProducerEpoch{marker.epoch},
                                          .commit = marker.commit,
                                          .coordinator_epoch = marker.coordinator_epoch,
                                          .transaction_version = marker.version,
                                          .now = clock_.both()},
                                         validator_);
    }
    ReadOutcome read(bool committed) {
        write_held();
        return partition_->read(
            {.offset = Offset{0}, .max_bytes = 1 << 20, .read_committed = committed});
    }

    /// As the flush does that they wait for.
    void write_held() {
        const auto plan = partition_->log().begin_flush();
        ASSERT_TRUE(plan && plan->write());
        partition_->flushed(*plan, clock_.both());
    }

    std::unique_ptr<Partition> partition_;
};

TEST_F(PartitionTransactionsTest, OnlyWhoWasConfirmedBegins) {
    EXPECT_EQ(send({}).error, ErrorCode::invalid_txn_state);
    auto& checks = partition_->transaction_checks();
    const auto token = checks.begin(producer, ProducerEpoch{0});
    ASSERT_TRUE(token);
    EXPECT_EQ(send({}).error, ErrorCode::invalid_txn_state) << "the coordinator has not answered";
    EXPECT_TRUE(checks.end(producer, ProducerEpoch{0}, *token, true));
    EXPECT_EQ(send({}).error, ErrorCode::none);
    EXPECT_TRUE(partition_->has_open_transaction(producer, ProducerEpoch{0}));
    EXPECT_EQ(checks.size(), 0U);
    EXPECT_EQ(send({.sequence = 1}).error, ErrorCode::none) << "its transaction is open";
    EXPECT_EQ(send({.id = ProducerId{8}}).error, ErrorCode::invalid_txn_state);

    EXPECT_EQ(end({}).error, ErrorCode::none);
    EXPECT_FALSE(partition_->has_open_transaction(producer, ProducerEpoch{0}));
    const auto late = send({.sequence = 2});
    EXPECT_EQ(late.error, ErrorCode::invalid_txn_state);
    EXPECT_NE(late.message.find("producer 7, epoch 0"), std::string::npos) << late.message;
    EXPECT_EQ(partition_->log().log_end(), Offset{3});
}

TEST_F(PartitionTransactionsTest, ARepeatedBatchOfATransactionThatEndedIsAcknowledged) {
    allow(0);
    const auto first = send({});
    ASSERT_EQ(end({}).error, ErrorCode::none);
    const auto again = send({});
    EXPECT_EQ(again.error, ErrorCode::none);
    EXPECT_EQ(again.base_offset, first.base_offset);
    EXPECT_EQ(partition_->log().log_end(), Offset{2});
}

TEST_F(PartitionTransactionsTest, ABatchWithoutATransactionDoesNotGetIntoAnOpenOne) {
    allow(0);
    ASSERT_EQ(send({}).error, ErrorCode::none);
    EXPECT_EQ(send({.sequence = 1, .transactional = false}).error, ErrorCode::invalid_txn_state);
    ASSERT_EQ(end({}).error, ErrorCode::none);
    EXPECT_EQ(send({.sequence = 1, .transactional = false}).error, ErrorCode::none);
}

TEST_F(PartitionTransactionsTest, ABatchOfATransactionHasAProducer) {
    auto bytes = log::testing::make_batch({.transactional = true});
    const auto outcome = partition_->produce(
        {.records = bytes.mutable_view(), .version = 9, .now = clock_.both()}, validator_);
    EXPECT_EQ(outcome.error, ErrorCode::invalid_record) << outcome.message;
    EXPECT_EQ(partition_->log().log_end(), Offset{0});
}

TEST_F(PartitionTransactionsTest, AMarkerIsJudgedByItsEpochs) {
    struct Row {
        const char* what;
        std::int16_t data_epoch;      // of the open transaction; -1: none was there
        std::int16_t earlier_marker;  // ended one before, with coordinator epoch 4; -1: none
        Marker marker;
        ErrorCode want;
    };
    const Row rows[] = {
        {"of a producer that is not known", -1, -1, {.epoch = 5}, ErrorCode::none},
        {"of the open transaction", 5, -1, {.epoch = 5}, ErrorCode::none},
        {"an older producer", 5, -1, {.epoch = 4}, ErrorCode::invalid_producer_epoch},
        {"a newer producer, which fences", 5, -1, {.epoch = 6}, ErrorCode::none},
        {"v2 raises the epoch", 5, -1, {.epoch = 6, .version = 2}, ErrorCode::none},
        {"v2, of the transaction before",
         5,
         -1,
         {.epoch = 5, .version = 2},
         ErrorCode::invalid_producer_epoch},
        {"v2, again", -1, 5, {.epoch = 5, .coordinator_epoch = 4, .version = 2}, ErrorCode::none},
        {"an older coordinator",
         -1,
         5,
         {.epoch = 5, .coordinator_epoch = 3},
         ErrorCode::transaction_coordinator_fenced},
        {"a newer coordinator", -1, 5, {.epoch = 5, .coordinator_epoch = 5}, ErrorCode::none},
        {"an older coordinator of an open one",
         6,
         5,
         {.epoch = 6, .coordinator_epoch = 3},
         ErrorCode::transaction_coordinator_fenced},
        {"an older producer of an older coordinator",
         -1,
         5,
         {.epoch = 4, .coordinator_epoch = 3},
         ErrorCode::invalid_producer_epoch},
    };
    std::int64_t next = 100;
    for (const auto& row : rows) {
        const ProducerId id{next++};
        if (row.earlier_marker != -1) {
            ASSERT_EQ(end({.epoch = row.earlier_marker, .coordinator_epoch = 4}, id).error,
                      ErrorCode::none);
        }
        if (row.data_epoch != -1) {
            allow(row.data_epoch, id);
            ASSERT_EQ(send({.id = id, .epoch = row.data_epoch}).error, ErrorCode::none) << row.what;
        }
        const Offset before = partition_->log().log_end();
        const auto outcome = end(row.marker, id);
        EXPECT_EQ(outcome.error, row.want) << row.what << ": " << outcome.message;
        EXPECT_EQ(partition_->log().log_end() - before, row.want == ErrorCode::none ? 1 : 0);
        EXPECT_EQ(partition_->has_open_transaction(id, ProducerEpoch{row.data_epoch}),
                  row.data_epoch != -1 && row.want != ErrorCode::none)
            << row.what;
    }
}

TEST_F(PartitionTransactionsTest, AMarkerOfNobodyIsRefused) {
    EXPECT_EQ(end({.epoch = -1}).error, ErrorCode::invalid_producer_epoch);
    EXPECT_EQ(end({}, no_producer).error, ErrorCode::invalid_producer_epoch);
    EXPECT_EQ(partition_->log().log_end(), Offset{0});
}

TEST_F(PartitionTransactionsTest, BehindAMarkerOfANewEpochTheOldOneIsFenced) {
    allow(0);
    ASSERT_EQ(send({}).error, ErrorCode::none);
    ASSERT_EQ(end({.epoch = 1, .commit = false, .version = 2}).error, ErrorCode::none);
    EXPECT_EQ(send({.sequence = 1}).error, ErrorCode::invalid_producer_epoch);
    EXPECT_EQ(send_state(0).error, ErrorCode::invalid_producer_epoch);
    allow(1);
    EXPECT_EQ(send({.epoch = 1, .sequence = 3}).error, ErrorCode::out_of_order_sequence_number);
    EXPECT_EQ(send({.epoch = 1}).error, ErrorCode::none);
}

TEST_F(PartitionTransactionsTest, ANewerEpochIsNotPartOfTheOpenTransaction) {
    allow(0);
    ASSERT_EQ(send({}).error, ErrorCode::none);
    EXPECT_EQ(send({.epoch = 1}).error, ErrorCode::invalid_txn_state);
    EXPECT_FALSE(partition_->has_open_transaction(producer, ProducerEpoch{1}));
    allow(1);
    EXPECT_EQ(send({.epoch = 1}).error, ErrorCode::none);
}

TEST_F(PartitionTransactionsTest, ACoordinatorsBatchOfATransactionNeedsTheSame) {
    EXPECT_EQ(send_state(0).error, ErrorCode::invalid_txn_state);
    allow(0);
    EXPECT_EQ(send_state(0).error, ErrorCode::none);
    EXPECT_EQ(send_state(0).error, ErrorCode::none) << "without sequences nothing is a duplicate";
    EXPECT_EQ(partition_->log().log_end(), Offset{2});
    EXPECT_EQ(end({}).error, ErrorCode::none);
    EXPECT_EQ(send_state(0).error, ErrorCode::invalid_txn_state);
}

TEST_F(PartitionTransactionsTest,
       ReadersOfCommittedRecordsStopAtWhatIsOpenAndHearOfWhatWasAborted) {
    allow(0);
    ASSERT_EQ(send({}).error, ErrorCode::none);
    ASSERT_EQ(send({.id = no_producer, .epoch = -1, .sequence = -1, .transactional = false}).error,
              ErrorCode::none);
    EXPECT_EQ(read(true).last_stable, Offset{0});
    EXPECT_EQ(read(true).records.size, 0U);
    EXPECT_GT(read(false).records.size, 0U);
    EXPECT_EQ(read(false).high_watermark, Offset{2});

    int woken = 0;
    auto wait = std::make_shared<FetchWait>(1'000'000, [&woken] { ++woken; });
    partition_->watch(wait, Offset{2});
    ASSERT_EQ(end({.commit = false}).error, ErrorCode::none);
    const auto after = read(true);
    EXPECT_EQ(woken, 1) << "more than the marker's bytes can be read now";
    EXPECT_EQ(after.last_stable, Offset{3});
    ASSERT_EQ(after.aborted.size(), 1U);
    EXPECT_EQ(after.aborted[0].producer_id, producer);
    EXPECT_EQ(after.aborted[0].first_offset, Offset{0});
    partition_->unwatch(wait.get());

    allow(0);
    ASSERT_EQ(send({.sequence = 1}).error, ErrorCode::none);
    ASSERT_EQ(end({.commit = true}).error, ErrorCode::none);
    EXPECT_EQ(read(true).aborted.size(), 1U);
    EXPECT_EQ(read(true).last_stable, Offset{5});
}

/// Which bytes Kafka's MemoryRecords.withEndTransactionMarker makes (but offset, epoch, CRC).
TEST_F(PartitionTransactionsTest, AMarkerLooksAsKafkasDoes) {
    ASSERT_EQ(end({.epoch = 9, .commit = true, .coordinator_epoch = 11}).error, ErrorCode::none);
    const auto outcome = read(false);
    std::vector<std::byte> bytes(outcome.records.size);
    const auto got = outcome.records.file->read_at(outcome.records.position, bytes);
    ASSERT_TRUE(got && *got == bytes.size());
    const wire::BatchView batch{bytes};
    EXPECT_EQ(batch.size(), 78U);
    EXPECT_TRUE(batch.is_control() && batch.is_transactional());
    EXPECT_EQ(batch.producer_epoch(), ProducerEpoch{9});
    EXPECT_EQ(batch.base_sequence(), wire::no_sequence);
    EXPECT_EQ(batch.max_timestamp(), clock_.both().wall);
    const auto end = log::read_transaction_end(batch);
    ASSERT_TRUE(end && *end);
    EXPECT_TRUE((*end)->committed);
    EXPECT_EQ((*end)->coordinator_epoch, 11);
}

/// Readers of committed records must not wait for somebody to make room.
TEST_F(PartitionTransactionsTest, WhatIsOpenEndsWhereThereIsNoRoomForRecords) {
    allow(0);
    ASSERT_EQ(send({}).error, ErrorCode::none);
    partition_->refuse_records(std::make_shared<const std::string>("no room"));
    const auto refused = send({.sequence = 1});
    EXPECT_EQ(refused.error, ErrorCode::kafka_storage_error);
    EXPECT_EQ(refused.message, "no room");
    EXPECT_EQ(end({}).error, ErrorCode::none);
    EXPECT_EQ(read(true).last_stable, Offset{2});
}

// Who reads committed records gets none as long as it is not known which of them count.
TEST_F(PartitionTransactionsTest, AReadWaitsForTheAbortedTransactionsOnThePool) {
    allow(0);
    ASSERT_EQ(send({}).error, ErrorCode::none);
    ASSERT_EQ(end({.commit = false}).error, ErrorCode::none);
    log_ = partition_->release_log();
    ASSERT_TRUE(log_->close());
    reopen(options({.segment_bytes = 1 << 20}));
    partition_ = std::make_unique<Partition>(TopicId{}, LeaderEpoch{3}, std::move(log_));
    const auto entries = disk_.list(folder);
    for (const auto& entry : *entries) {
        disk_.make_cold(folder / entry.name);
    }
    const auto waited = disk_.cold_reads_elsewhere();
    const auto read_on_pool = [this](bool committed, std::vector<std::string>& brought_in) {
        const ReadFrom from{.offset = Offset{0},
                            .max_bytes = 1 << 20,
                            .read_committed = committed,
                            .may_wait = false};
        auto outcome = partition_->read(from);
        for (; outcome.cold && brought_in.size() < 9; outcome = partition_->read(from)) {
            EXPECT_EQ(outcome.error, ErrorCode::none);
            EXPECT_EQ(outcome.records.size, 0U);
            brought_in.push_back(outcome.cold->path.extension());
            disk_.on_pool(true);
            EXPECT_TRUE(outcome.cold->bring_in()) << outcome.cold->path;
            disk_.on_pool(false);
        }
        EXPECT_EQ(outcome.error, ErrorCode::none);
        EXPECT_GT(outcome.records.size, 0U);
        return outcome.aborted;
    };

    std::vector<std::string> brought_in;
    EXPECT_TRUE(read_on_pool(false, brought_in).empty());
    EXPECT_EQ(std::ranges::count(brought_in, ".txnindex"), 0) << "nobody asked for it";
    brought_in.clear();
    EXPECT_EQ(read_on_pool(true, brought_in).size(), 1U);
    EXPECT_EQ(brought_in, std::vector<std::string>{".txnindex"});
    EXPECT_EQ(disk_.cold_reads_elsewhere(), waited) << "the shard waited for the disk";
}

// What a marker ends may lie far behind what is written with it.
TEST_F(PartitionTransactionsTest, AMarkerThatIsHeldWakesReadersWhenItIsWritten) {
    allow(0);
    ASSERT_EQ(send({}).error, ErrorCode::none);
    write_held();
    ASSERT_EQ(send({.id = no_producer, .epoch = -1, .sequence = -1, .transactional = false}).error,
              ErrorCode::none);
    ASSERT_EQ(end({}).error, ErrorCode::none);
    int woken = 0;
    auto wait = std::make_shared<FetchWait>(1'000'000, [&woken] { ++woken; });
    partition_->watch(wait, Offset{1});
    EXPECT_EQ(woken, 0);
    write_held();
    EXPECT_EQ(woken, 1);
    EXPECT_EQ(read(true).last_stable, Offset{3});
    partition_->unwatch(wait.get());
}

}  // namespace
}  // namespace barnabas::replication
