#include "cli/transactions/transactions_command.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

const TopicPartition orders0{.topic = "orders", .partition = PartitionId(0)};

TEST(Transactions, RowsShowWhatIsKnown) {
    admin::ProducerState producer{.producer_id = ProducerId(7),
                                  .producer_epoch = 2,
                                  .last_sequence = 9,
                                  .last_timestamp = Timestamp(1000),
                                  .coordinator_epoch = {},
                                  .current_transaction_start_offset = {}};
    EXPECT_EQ(producer_row(producer),
              (std::vector<std::string>{"7", "2", "-1", "9", "1000", "None"}));
    producer.current_transaction_start_offset = Offset(4);
    EXPECT_EQ(open_transaction_row({.partition = orders0, .producer = producer},
                                   Timestamp(1000 + 150'000)),
              (std::vector<std::string>{"orders", "0", "7", "2", "-1", "4", "1000", "2"}));
    admin::TransactionDescription transaction{.coordinator = BrokerId(1),
                                              .state = admin::TransactionState::ongoing,
                                              .producer_id = ProducerId(7),
                                              .producer_epoch = ProducerEpoch(2),
                                              .timeout = std::chrono::seconds(60),
                                              .started = Timestamp(500),
                                              .partitions = {orders0}};
    EXPECT_EQ(transaction_row("id", transaction, Timestamp(1500)),
              (std::vector<std::string>{"1", "id", "7", "2", "Ongoing", "60000", "500", "1000",
                                        "orders-0"}));
    transaction.started.reset();
    EXPECT_EQ(transaction_row("id", transaction, Timestamp(1500))[6], "None");
    EXPECT_EQ(transaction_row("id", transaction, Timestamp(1500))[7], "None");
}

TEST(Transactions, HangsWhatNobodyWillEnd) {
    const OpenTransaction open{.partition = orders0,
                               .producer = {.producer_id = ProducerId(7),
                                            .coordinator_epoch = {},
                                            .current_transaction_start_offset = Offset(1)}};
    admin::TransactionDescription with{.timeout = {}, .started = {}, .partitions = {orders0}};
    admin::TransactionDescription without{.timeout = {}, .started = {}, .partitions = {}};
    EXPECT_EQ(hanging_of({open}, {}, {}).size(), 1U);
    EXPECT_EQ(hanging_of({open}, {{ProducerId(7), "id"}}, {}).size(), 1U);
    EXPECT_EQ(hanging_of({open}, {{ProducerId(7), "id"}}, {{"id", without}}).size(), 1U);
    EXPECT_EQ(hanging_of({open}, {{ProducerId(7), "id"}}, {{"id", with}}).size(), 0U);
}

}  // namespace
}  // namespace barnabas::cli
