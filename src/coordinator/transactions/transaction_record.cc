#include "base/invariant.h"
#include "coordinator/transactions/transaction.h"

#include <string>
#include <vector>

namespace barnabas::coordinator {

namespace {

using Stored = wire::TransactionLogValue;

std::vector<Stored::TransactionPartition> by_topic(const std::set<TopicPartition>& partitions) {
    std::vector<Stored::TransactionPartition> topics;
    for (const auto& partition : partitions) {
        if (topics.empty() || topics.back().topic != partition.topic) {
            topics.emplace_back().topic = partition.topic;
        }
        topics.back().partition_ids.push_back(partition.partition.get());
    }
    return topics;
}

/// Version 0 has no tagged fields. A transaction that cannot be carried on without them, since its
/// client uses transactions v2 or has got a new producer id, is stored with them all the same: at
/// a lower transaction.version Kafka forgets these when the coordinator moves.
std::int16_t record_version(const Transaction& transaction, std::int16_t transaction_version) {
    const bool needs_tags = transaction.client_version > 0 || transaction.next.id != no_producer;
    return transaction_version >= 1 || needs_tags ? 1 : 0;
}

/// While markers are under way a new id implies epoch 0: Kafka 4.0 to 4.3 store no epoch then.
ProducerEpoch stored_next_epoch(const Transaction& transaction) {
    const bool implied = is_prepared(transaction.state) && transaction.next.epoch.get() == 0;
    return implied ? no_producer_epoch : transaction.next.epoch;
}

}  // namespace

Record transaction_record(std::string_view transactional_id, const Transaction& transaction,
                          std::int16_t transaction_version) {
    const bool is_empty = transaction.state == TransactionState::empty;
    INVARIANT(transaction.state != TransactionState::dead &&
                  transaction.state != TransactionState::prepare_epoch_fence,
              "{} is never stored", transaction_state_name(transaction.state));
    INVARIANT(!is_empty || transaction.partitions.empty(), "Empty with {} partitions",
              transaction.partitions.size());
    INVARIANT(transaction.producer.id.get() >= 0, "producer {} is stored", transaction.producer.id);
    INVARIANT(transaction.producer.epoch.get() >= 0, "epoch {} is stored",
              transaction.producer.epoch);
    Stored value;
    value.producer_id = transaction.producer.id.get();
    value.producer_epoch = transaction.producer.epoch.get();
    value.previous_producer_id = transaction.previous_id.get();
    value.next_producer_id = transaction.next.id.get();
    value.next_producer_epoch = stored_next_epoch(transaction).get();
    value.transaction_timeout_ms = transaction.timeout_ms;
    value.transaction_status = static_cast<std::int8_t>(transaction.state);
    value.transaction_last_update_timestamp_ms = transaction.updated.get();
    value.transaction_start_timestamp_ms = transaction.started.get();
    value.client_transaction_version = transaction.client_version;
    if (is_empty) {
        value.transaction_partitions.reset();
    } else {
        value.transaction_partitions = by_topic(transaction.partitions);
    }
    return make_record(wire::TransactionLogKey{.transactional_id = std::string(transactional_id)},
                       value, record_version(transaction, transaction_version));
}

Record transaction_tombstone(std::string_view transactional_id) {
    return make_tombstone(
        wire::TransactionLogKey{.transactional_id = std::string(transactional_id)});
}

Result<Transaction> transaction_of(const Stored& value) {
    const auto state = transaction_state_of(value.transaction_status);
    if (!state || *state == TransactionState::dead ||
        *state == TransactionState::prepare_epoch_fence) {
        return fail(ErrorCode::corrupt_message,
                    "transactionStatus {} is none that is stored: 0 to 5 are",
                    value.transaction_status);
    }
    const bool is_empty = *state == TransactionState::empty;
    if (!is_empty && !value.transaction_partitions) {
        return fail(ErrorCode::corrupt_message, "transactionPartitions is null in state {}",
                    transaction_state_name(*state));
    }
    if (value.producer_id < 0 || value.producer_epoch < 0) {
        return fail(ErrorCode::corrupt_message,
                    "producer id {} with epoch {}: both are at least 0 where they are stored",
                    value.producer_id, value.producer_epoch);
    }
    Transaction transaction;
    transaction.state = *state;
    transaction.producer = {.id = ProducerId{value.producer_id},
                            .epoch = ProducerEpoch{value.producer_epoch}};
    transaction.previous_id = ProducerId{value.previous_producer_id};
    if (value.next_producer_id != no_producer.get() && !may_expire(*state)) {
        const auto epoch = ProducerEpoch{value.next_producer_epoch};
        transaction.next = {.id = ProducerId{value.next_producer_id},
                            .epoch = epoch == no_producer_epoch ? ProducerEpoch{0} : epoch};
    }
    transaction.timeout_ms = value.transaction_timeout_ms;
    transaction.client_version = value.client_transaction_version;
    transaction.started = Timestamp{value.transaction_start_timestamp_ms};
    transaction.updated = Timestamp{value.transaction_last_update_timestamp_ms};
    if (may_expire(*state)) {
        return transaction;  // at rest: what it may say of partitions is over
    }
    for (const auto& topic : *value.transaction_partitions) {
        for (const auto partition : topic.partition_ids) {
            transaction.partitions.insert(
                {.topic = topic.topic, .partition = PartitionId{partition}});
        }
    }
    return transaction;
}

}  // namespace barnabas::coordinator
