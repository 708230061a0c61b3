#pragma once

#include "base/result.h"
#include "base/types.h"
#include "coordinator/producer_identity.h"
#include "coordinator/record.h"
#include "coordinator/transactions/transaction_state.h"
#include "wire/persisted/coordinator_records.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

/// Markers and fences may use it, producers never (TransactionMetadata.isEpochExhausted).
inline constexpr ProducerEpoch producer_epoch_max{std::numeric_limits<std::int16_t>::max()};
/// The timeout of a transaction that an outside coordinator decides on: it has none (KIP-939).
inline constexpr std::int32_t no_transaction_timeout = std::numeric_limits<std::int32_t>::max();

/// Whether transactions of that version (feature transaction.version, or what a request implies)
/// raise the producer's epoch at each end (KIP-890).
[[nodiscard]] constexpr bool bumps_epoch(std::int16_t transaction_version) {
    return transaction_version >= 2;
}

[[nodiscard]] constexpr bool is_exhausted(ProducerEpoch epoch) {
    return epoch >= producer_epoch_max - 1;
}

/// What is known of one transactional id (TransactionMetadata). All but `last_epoch` is stored.
/// Always: at rest (empty, complete) there are no partitions, and next is nobody: it is set only
/// while ongoing (a prepared transaction that outlives its producer, KIP-939) and while markers are
/// under way.
struct Transaction {
    TransactionState state = TransactionState::empty;
    ProducerIdentity producer;  // of the transaction: the one that partitions know
    /// Who the client is when this transaction has ended, where that is somebody else.
    ProducerIdentity next;
    ProducerId previous_id = no_producer;  // the producer before the last change
    /// The epoch before the last bump that the same producer asked for; its repeated request is
    /// answered with the current one. Lost with the coordinator, as Kafka's is.
    ProducerEpoch last_epoch = no_producer_epoch;
    std::int32_t timeout_ms = 0;
    std::int16_t client_version = 0;  // transaction.version that the client uses
    std::set<TopicPartition> partitions;
    Timestamp started = no_timestamp;
    Timestamp updated = no_timestamp;

    /// Whom the client takes itself for.
    [[nodiscard]] ProducerIdentity client() const;
    [[nodiscard]] bool is_two_phase() const { return timeout_ms == no_transaction_timeout; }
    /// Of an ongoing transaction: when it is aborted; nothing if it may last.
    [[nodiscard]] std::optional<Timestamp> deadline() const;

    friend bool operator==(const Transaction&, const Transaction&) = default;
};

// What each step makes of a transaction. Every one goes through transition(), which checks the
// table of states, and none changes what it is given.

/// A copy in another state. INVARIANT: may_follow.
[[nodiscard]] Transaction transition(const Transaction& from, TransactionState to);

struct Initialised {
    std::int32_t timeout_ms = 0;
    Timestamp now;
};
/// The producer gets the next epoch of its id. `expected`: the epoch that it has, if it said one.
[[nodiscard]] Result<Transaction> with_next_epoch(const Transaction& from,
                                                  std::optional<ProducerEpoch> expected,
                                                  const Initialised& how);
/// The producer gets a new id, since the epochs of the old one are used up.
[[nodiscard]] Transaction with_new_id(const Transaction& from, ProducerId fresh, bool keep_last,
                                      const Initialised& how);
/// A client takes over a prepared transaction under a new epoch or id (KIP-939).
[[nodiscard]] Transaction taken_over(const Transaction& from, std::optional<ProducerId> fresh,
                                     Timestamp now);
[[nodiscard]] Transaction with_partitions(const Transaction& from,
                                          const std::set<TopicPartition>& added,
                                          std::int16_t client_version, Timestamp now);

struct Ending {
    bool commit = false;
    std::int16_t client_version = 0;
    std::optional<ProducerId> fresh;  // where needs_new_id says so
    Timestamp now;
};
/// Whether the client needs another id when this transaction ends.
[[nodiscard]] bool needs_new_id(const Transaction& from, std::int16_t client_version);
/// PrepareCommit or PrepareAbort.
[[nodiscard]] Transaction prepared(const Transaction& from, const Ending& how);
/// PrepareAbort on the coordinator's own behalf, by way of PrepareEpochFence: whoever has the
/// transaction cannot go on with it.
[[nodiscard]] Transaction fenced(const Transaction& from, const Ending& how);
/// CompleteCommit or CompleteAbort.
[[nodiscard]] Transaction completed(const Transaction& from, Timestamp now);

/// As Kafka stores it. `transaction_version` is the cluster's; below 1 the record has no tagged
/// fields, unless the transaction cannot be carried on without them.
[[nodiscard]] Record transaction_record(std::string_view transactional_id,
                                        const Transaction& transaction,
                                        std::int16_t transaction_version);
[[nodiscard]] Record transaction_tombstone(std::string_view transactional_id);
/// Refuses states and producers that are never stored, and partitions that are missing.
[[nodiscard]] Result<Transaction> transaction_of(const wire::TransactionLogValue& value);

}  // namespace barnabas::coordinator
