#pragma once

#include "cli/framework/command.h"
#include <barnabas/admin.h>

#include <map>
#include <string>
#include <vector>

namespace barnabas::cli {

/// `transactions`: kafka-transactions.
extern const Syntax transactions_syntax;
int run_transactions(const ParsedOptions& options, Console& console);

/// A transaction that a partition holds open.
struct OpenTransaction {
    TopicPartition partition;
    admin::ProducerState producer;
};

/// Rows of the command's tables.
[[nodiscard]] std::vector<std::string> producer_row(const admin::ProducerState& producer);
[[nodiscard]] std::vector<std::string> transaction_row(
    const std::string& id, const admin::TransactionDescription& transaction, Timestamp now);
[[nodiscard]] std::vector<std::string> open_transaction_row(const OpenTransaction& open,
                                                            Timestamp now);

/// Which of the transactions hang: nobody coordinates them, or whoever does will not write their
/// markers, because the partition is not in the transaction (KIP-664).
[[nodiscard]] std::vector<OpenTransaction> hanging_of(
    const std::vector<OpenTransaction>& open, const std::map<ProducerId, std::string>& ids,
    const std::map<std::string, admin::TransactionDescription>& transactions);

}  // namespace barnabas::cli
