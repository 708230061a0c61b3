#pragma once

#include <barnabas/time.h>
#include <barnabas/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::admin {

/// Where a transaction is, as its coordinator has it.
enum class TransactionState : std::uint8_t {
    unknown,
    ongoing,
    prepare_abort,
    prepare_commit,
    complete_abort,
    complete_commit,
    empty,
    prepare_epoch_fence,
};

/// Kafka's word: "PrepareCommit".
[[nodiscard]] std::string_view to_text(TransactionState state);
/// The state of that name, in letters of any case; unknown where there is none.
[[nodiscard]] TransactionState parse_transaction_state(std::string_view text);

/// Of list_transactions(); empty filters let everything pass.
struct ListTransactionsOptions {
    std::optional<Duration> timeout{};
    std::set<TransactionState> states{};
    std::set<ProducerId> producer_ids{};
    std::optional<Duration> duration_min{};  ///< running for longer than that
    std::string transactional_id_pattern{};  ///< an RE2 expression; empty: all
};

/// What a coordinator tells of a transaction without being asked about it.
struct TransactionListing {
    std::string transactional_id;
    ProducerId producer_id = no_producer;
    TransactionState state = TransactionState::unknown;
};

/// The transaction of one transactional id, and who has it.
struct TransactionDescription {
    BrokerId coordinator = no_broker;
    TransactionState state = TransactionState::unknown;
    ProducerId producer_id = no_producer;
    ProducerEpoch producer_epoch = no_producer_epoch;
    Duration timeout{};
    std::optional<Timestamp> started;  ///< nothing: no transaction is going on
    std::set<TopicPartition> partitions;
};

/// Of describe_producers().
struct DescribeProducersOptions {
    std::optional<Duration> timeout{};
    std::optional<BrokerId> broker{};  ///< who is asked; nothing: each partition's leader
};

/// A producer that a partition knows, with numbers as Kafka shows them.
struct ProducerState {
    ProducerId producer_id = no_producer;
    std::int32_t producer_epoch = -1;
    std::int32_t last_sequence = -1;
    Timestamp last_timestamp = no_timestamp;
    std::optional<std::int32_t> coordinator_epoch;           ///< of its last transaction
    std::optional<Offset> current_transaction_start_offset;  ///< nothing: none is open
};

/// A transaction that hangs in one partition: what `describe_producers` says about it.
struct AbortTransactionSpec {
    TopicPartition partition;
    ProducerId producer_id = no_producer;
    ProducerEpoch producer_epoch = no_producer_epoch;
    std::int32_t coordinator_epoch = -1;
};

/// The id and epoch that the next producer of the transactional id would have continued from.
struct FencedProducer {
    ProducerId producer_id = no_producer;
    ProducerEpoch producer_epoch = no_producer_epoch;
};

}  // namespace barnabas::admin
