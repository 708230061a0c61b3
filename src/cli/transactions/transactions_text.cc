#include "cli/transactions/transactions_command.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <vector>

namespace barnabas::cli {

std::vector<std::string> producer_row(const admin::ProducerState& producer) {
    return {fmt::format("{}", producer.producer_id),
            std::to_string(producer.producer_epoch),
            std::to_string(producer.coordinator_epoch.value_or(-1)),
            std::to_string(producer.last_sequence),
            fmt::format("{}", producer.last_timestamp),
            producer.current_transaction_start_offset
                ? fmt::format("{}", *producer.current_transaction_start_offset)
                : "None"};
}

std::vector<std::string> transaction_row(const std::string& id,
                                         const admin::TransactionDescription& transaction,
                                         Timestamp now) {
    const auto timeout =
        std::chrono::duration_cast<std::chrono::milliseconds>(transaction.timeout).count();
    return {fmt::format("{}", transaction.coordinator),
            id,
            fmt::format("{}", transaction.producer_id),
            fmt::format("{}", transaction.producer_epoch),
            std::string(admin::to_text(transaction.state)),
            std::to_string(timeout),
            transaction.started ? fmt::format("{}", *transaction.started) : "None",
            transaction.started ? std::to_string(now - *transaction.started) : "None",
            fmt::format("{}", fmt::join(transaction.partitions, ","))};
}

std::vector<std::string> open_transaction_row(const OpenTransaction& open, Timestamp now) {
    const auto& producer = open.producer;
    const std::chrono::milliseconds lasts(now - producer.last_timestamp);
    return {open.partition.topic,
            fmt::format("{}", open.partition.partition),
            fmt::format("{}", producer.producer_id),
            std::to_string(producer.producer_epoch),
            std::to_string(producer.coordinator_epoch.value_or(-1)),
            fmt::format("{}", producer.current_transaction_start_offset.value_or(no_offset)),
            fmt::format("{}", producer.last_timestamp),
            std::to_string(std::chrono::duration_cast<std::chrono::minutes>(lasts).count())};
}

std::vector<OpenTransaction> hanging_of(
    const std::vector<OpenTransaction>& open, const std::map<ProducerId, std::string>& ids,
    const std::map<std::string, admin::TransactionDescription>& transactions) {
    std::vector<OpenTransaction> hanging;
    for (const auto& one : open) {
        const auto id = ids.find(one.producer.producer_id);
        const auto known = id == ids.end() ? transactions.end() : transactions.find(id->second);
        if (known == transactions.end() || !known->second.partitions.contains(one.partition)) {
            hanging.push_back(one);
        }
    }
    return hanging;
}

}  // namespace barnabas::cli
