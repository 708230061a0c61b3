#include "coordinator/transactions/transaction_state.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace barnabas::coordinator {
namespace {

using enum TransactionState;

// TransactionState.validPreviousStates of Kafka 4.x, state by state.
TEST(TransactionState, FollowsThoseThatKafkaAllows) {
    const std::map<TransactionState, std::set<TransactionState>> rows = {
        {empty, {empty, complete_commit, complete_abort}},
        {ongoing, {ongoing, empty, complete_commit, complete_abort}},
        {prepare_commit, {ongoing}},
        {prepare_abort, {ongoing, prepare_epoch_fence, empty, complete_commit, complete_abort}},
        {complete_commit, {prepare_commit}},
        {complete_abort, {prepare_abort}},
        {dead, {empty, complete_commit, complete_abort}},
        {prepare_epoch_fence, {ongoing}},
    };
    ASSERT_EQ(rows.size(), all_transaction_states.size());
    for (const auto& [to, allowed] : rows) {
        for (const auto from : all_transaction_states) {
            EXPECT_EQ(may_follow(from, to), allowed.contains(from))
                << transaction_state_name(from) << " to " << transaction_state_name(to);
        }
    }
}

TEST(TransactionState, HasKafkasNamesAndNumbers) {
    const std::map<int, std::string_view> rows = {
        {0, "Empty"},          {1, "Ongoing"},       {2, "PrepareCommit"}, {3, "PrepareAbort"},
        {4, "CompleteCommit"}, {5, "CompleteAbort"}, {6, "Dead"},          {7, "PrepareEpochFence"},
    };
    for (const auto& [number, name] : rows) {
        const auto state = transaction_state_of(static_cast<std::int8_t>(number));
        ASSERT_TRUE(state) << number;
        EXPECT_EQ(transaction_state_name(*state), name);
        EXPECT_EQ(transaction_state_named(name), state);
    }
    EXPECT_FALSE(transaction_state_of(-1));
    EXPECT_FALSE(transaction_state_of(8));
    EXPECT_FALSE(transaction_state_named("ongoing"));
    EXPECT_FALSE(transaction_state_named(""));
}

TEST(TransactionState, OnlyThoseAtRestExpire) {
    for (const auto state : all_transaction_states) {
        const bool at_rest = state == empty || state == complete_commit || state == complete_abort;
        EXPECT_EQ(may_expire(state), at_rest) << transaction_state_name(state);
    }
}

}  // namespace
}  // namespace barnabas::coordinator
