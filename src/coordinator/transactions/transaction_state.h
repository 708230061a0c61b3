#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace barnabas::coordinator {

/// Where a transaction stands; the numbers are those of the stored records
/// (org.apache.kafka.coordinator.transaction.TransactionState).
enum class TransactionState : std::int8_t {
    empty = 0,                // none was begun since the producer came
    ongoing = 1,              // partitions are in it
    prepare_commit = 2,       // decided; its markers are being written
    prepare_abort = 3,        // decided; its markers are being written
    complete_commit = 4,      // every partition has its marker
    complete_abort = 5,       // every partition has its marker
    dead = 6,                 // the transactional id has expired; never stored
    prepare_epoch_fence = 7,  // the producer is being fenced; never stored
};

inline constexpr std::array all_transaction_states = {
    TransactionState::empty,
    TransactionState::ongoing,
    TransactionState::prepare_commit,
    TransactionState::prepare_abort,
    TransactionState::complete_commit,
    TransactionState::complete_abort,
    TransactionState::dead,
    TransactionState::prepare_epoch_fence,
};

/// "Ongoing", "PrepareCommit", ..., as DescribeTransactions and ListTransactions have it.
[[nodiscard]] std::string_view transaction_state_name(TransactionState state);
[[nodiscard]] std::optional<TransactionState> transaction_state_named(std::string_view name);
/// Of a stored record; nothing if Kafka has no such state.
[[nodiscard]] std::optional<TransactionState> transaction_state_of(std::int8_t id);

/// The one table of who may follow whom.
[[nodiscard]] bool may_follow(TransactionState from, TransactionState to);

/// Whether markers are under way.
[[nodiscard]] bool is_prepared(TransactionState state);
/// Whether a transactional id may be forgotten in that state.
[[nodiscard]] bool may_expire(TransactionState state);

}  // namespace barnabas::coordinator
