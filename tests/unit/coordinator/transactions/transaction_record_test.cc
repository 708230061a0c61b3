#include "unit/coordinator/transactions/transaction_rig.h"

#include <gtest/gtest.h>

namespace barnabas::coordinator {
namespace {

using testing::partition;
using testing::producer;
using testing::read_record;

Transaction ongoing() {
    Transaction transaction;
    transaction.state = TransactionState::ongoing;
    transaction.producer = producer(7, 3);
    transaction.previous_id = ProducerId{7};
    transaction.timeout_ms = 60'000;
    transaction.started = Timestamp{1000};
    transaction.updated = Timestamp{2000};
    transaction.partitions = {partition("a", 0), partition("a", 2), partition("b", 1)};
    return transaction;
}

TEST(TransactionRecord, IsVersion1FromTransactionVersion1On) {
    EXPECT_EQ(read_record(transaction_record("x", ongoing(), 0)).version, 0);
    EXPECT_EQ(read_record(transaction_record("x", ongoing(), 1)).version, 1);
    EXPECT_EQ(read_record(transaction_record("x", ongoing(), 2)).version, 1);
}

TEST(TransactionRecord, KeepsTagsThatATransactionCannotDoWithout) {
    auto of_v2 = ongoing();
    of_v2.client_version = 2;
    EXPECT_EQ(read_record(transaction_record("x", of_v2, 0)).version, 1);
    auto rotates = ongoing();
    rotates.next = producer(8, 0);
    EXPECT_EQ(read_record(transaction_record("x", rotates, 0)).version, 1);
}

TEST(TransactionRecord, HasKafkasFields) {
    const auto read = read_record(transaction_record("x", ongoing(), 2));
    EXPECT_EQ(read.key.transactional_id, "x");
    ASSERT_TRUE(read.value);
    EXPECT_EQ(read.value->producer_id, 7);
    EXPECT_EQ(read.value->producer_epoch, 3);
    EXPECT_EQ(read.value->previous_producer_id, 7);
    EXPECT_EQ(read.value->next_producer_id, -1);
    EXPECT_EQ(read.value->next_producer_epoch, -1);
    EXPECT_EQ(read.value->transaction_status, 1);
    EXPECT_EQ(read.value->transaction_timeout_ms, 60'000);
    EXPECT_EQ(read.value->transaction_start_timestamp_ms, 1000);
    EXPECT_EQ(read.value->transaction_last_update_timestamp_ms, 2000);
    ASSERT_EQ(read.value->transaction_partitions->size(), 2U);
    EXPECT_EQ(read.value->transaction_partitions->at(0).topic, "a");
    EXPECT_EQ(read.value->transaction_partitions->at(0).partition_ids,
              (std::vector<std::int32_t>{0, 2}));
}

// Kafka writes null, not an empty list.
TEST(TransactionRecord, OfEmptyHasNoPartitions) {
    Transaction empty;
    empty.producer = producer(7, 0);
    const auto read = read_record(transaction_record("x", empty, 2));
    EXPECT_FALSE(read.value->transaction_partitions);
}

TEST(TransactionRecord, ReadsBackWhatItWrote) {
    auto prepared_2pc = ongoing();
    prepared_2pc.timeout_ms = no_transaction_timeout;
    prepared_2pc.client_version = 2;
    prepared_2pc.next = producer(9, 0);
    auto rotating = prepared_2pc;
    rotating.state = TransactionState::prepare_commit;
    auto taken_over = prepared_2pc;
    taken_over.next = producer(7, 4);
    auto complete = ongoing();
    complete.state = TransactionState::complete_abort;
    complete.partitions.clear();
    for (const auto& row : {ongoing(), prepared_2pc, rotating, taken_over, complete}) {
        const auto back = transaction_of(*read_record(transaction_record("x", row, 2)).value);
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_EQ(*back, row);
    }
}

// As Kafka 4.0 to 4.3 write the record of a transaction whose end uses up the epochs.
TEST(TransactionRecord, ANewIdWithoutAnEpochBeginsWith0) {
    auto rotating = ongoing();
    rotating.state = TransactionState::prepare_commit;
    rotating.producer = producer(7, 32767);
    rotating.client_version = 2;
    rotating.next = producer(9, 0);
    const auto read = read_record(transaction_record("x", rotating, 2));
    EXPECT_EQ(read.value->next_producer_id, 9);
    EXPECT_EQ(read.value->next_producer_epoch, -1);
    EXPECT_EQ(transaction_of(*read.value)->next, producer(9, 0));
}

TEST(TransactionRecord, RefusesWhatIsNeverStored) {
    for (const int status : {-1, 6, 7, 8, 97}) {
        wire::TransactionLogValue value;
        value.transaction_status = static_cast<std::int8_t>(status);
        const auto read = transaction_of(value);
        ASSERT_FALSE(read) << status;
        EXPECT_EQ(read.error().code, ErrorCode::corrupt_message);
        EXPECT_NE(read.error().message.find(std::to_string(status)), std::string::npos);
    }
    wire::TransactionLogValue value;
    value.transaction_status = 1;
    value.transaction_partitions.reset();
    EXPECT_FALSE(transaction_of(value));
    value.transaction_status = 0;
    EXPECT_TRUE(transaction_of(value));
    value.producer_epoch = -1;
    EXPECT_FALSE(transaction_of(value));
    value.producer_epoch = 0;
    value.producer_id = -1;
    EXPECT_FALSE(transaction_of(value));
}

}  // namespace
}  // namespace barnabas::coordinator
