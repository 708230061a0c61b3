#pragma once

#include "broker/handlers/call.h"
#include "coordinator/producer_identity.h"
#include "replication/transaction_checks.h"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::broker {

// Before a batch may begin its producer's transaction in a partition, the coordinator is asked
// whether it is to be there (KIP-890; Kafka's AddPartitionsToTxnManager).

/// What the request's version says of the client.
enum class TransactionSupport : std::uint8_t {
    basic,             // knows INVALID_TXN_STATE alone
    abortable_errors,  // knows TRANSACTION_ABORTABLE
    adds_partitions,   // leaves it to the broker to add partitions: transactions v2
};
[[nodiscard]] TransactionSupport support_of_produce(std::int16_t version);
[[nodiscard]] TransactionSupport support_of_offset_commit(std::int16_t version);

/// Whose transaction it is.
struct TransactionOf {
    std::string transactional_id;
    coordinator::ProducerIdentity producer;
    TransactionSupport support = TransactionSupport::basic;
};

/// On the shard that owns the partition: what is to be ended there when the coordinator has
/// answered; nothing if its transaction is open there, or need not be asked for.
[[nodiscard]] std::optional<replication::TransactionChecks::Token> begin_check(
    replication::Partition& partition, const TransactionOf& of, const BrokerShard& owner);

/// An answer that a marker made void (TransactionChecks::end) is asked for again: the end of the
/// transaction before may come while the coordinator is asked about the next one. More often than
/// this it is another marker each time, and the client comes again.
inline constexpr int asks_max = 4;

/// Asks the coordinator of `of` about partitions, at least one, and answers for each.
/// PRODUCER_FENCED is INVALID_PRODUCER_EPOCH, as producers expect it here, and
/// TRANSACTION_ABORTABLE what the client knows for it. `of` stays until then.
awaitable<std::vector<Result<void>>> ask_coordinator(Call& call, const TransactionOf& of,
                                                     std::vector<TopicPartition> partitions);

/// For Produce: a code that makes the client send its batch again, where that is the answer
/// (ReplicaManager.handleProduceAppend).
[[nodiscard]] ErrorCode produce_error(ErrorCode code, TransactionSupport support);

/// For TxnOffsetCommit, before the group's partition of __consumer_offsets is appended to: all of
/// it. The error is what the client is to be told.
awaitable<Result<void>> check_offsets_transaction(Call& call, TransactionOf of, std::string group);

}  // namespace barnabas::broker
