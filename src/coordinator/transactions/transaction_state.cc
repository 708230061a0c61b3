#include "coordinator/transactions/transaction_state.h"

#include "base/invariant.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>

namespace barnabas::coordinator {

namespace {

struct Row {
    std::string_view name;
    std::uint8_t after = 0;  // a bit for each state that it may follow
    bool expires = false;
};

constexpr std::uint8_t any_of(std::initializer_list<TransactionState> states) {
    std::uint8_t bits = 0;
    for (const auto state : states) {
        bits = static_cast<std::uint8_t>(bits | (1U << static_cast<unsigned>(state)));
    }
    return bits;
}

// In the order of the numbers (TransactionState.validPreviousStates). An end may come without a
// transaction, and then it aborts: a client that does not know where it stands asks for one
// (KIP-890).
constexpr std::array<Row, all_transaction_states.size()> rows = [] {
    using enum TransactionState;
    constexpr auto at_rest = any_of({empty, complete_commit, complete_abort});
    return std::array<Row, all_transaction_states.size()>{{
        {.name = "Empty", .after = at_rest, .expires = true},
        {.name = "Ongoing", .after = at_rest | any_of({ongoing})},
        {.name = "PrepareCommit", .after = any_of({ongoing})},
        {.name = "PrepareAbort", .after = at_rest | any_of({ongoing, prepare_epoch_fence})},
        {.name = "CompleteCommit", .after = any_of({prepare_commit}), .expires = true},
        {.name = "CompleteAbort", .after = any_of({prepare_abort}), .expires = true},
        {.name = "Dead", .after = at_rest},
        {.name = "PrepareEpochFence", .after = any_of({ongoing})},
    }};
}();

const Row& row_of(TransactionState state) {
    const auto index = static_cast<std::size_t>(state);
    INVARIANT(index < rows.size(), "{} is no state of a transaction", index);
    return rows[index];
}

}  // namespace

std::string_view transaction_state_name(TransactionState state) {
    return row_of(state).name;
}

std::optional<TransactionState> transaction_state_named(std::string_view name) {
    const auto* const found = std::ranges::find(rows, name, &Row::name);
    if (found == rows.end()) {
        return std::nullopt;
    }
    return static_cast<TransactionState>(found - rows.begin());
}

std::optional<TransactionState> transaction_state_of(std::int8_t id) {
    if (id < 0 || static_cast<std::size_t>(id) >= rows.size()) {
        return std::nullopt;
    }
    return static_cast<TransactionState>(id);
}

bool may_follow(TransactionState from, TransactionState to) {
    return (row_of(to).after & any_of({from})) != 0;
}

bool is_prepared(TransactionState state) {
    return state == TransactionState::prepare_commit || state == TransactionState::prepare_abort;
}

bool may_expire(TransactionState state) {
    return row_of(state).expires;
}

}  // namespace barnabas::coordinator
