#include "coordinator/transactions/transaction_schedule.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::coordinator {

void TransactionSchedule::on_applied(Offset end) {
    INVARIANT(end >= applied_, "applied up to {}, and then to {}", applied_, end);
    applied_ = end;
}

bool TransactionSchedule::on_committed(Offset end) {
    INVARIANT(end <= applied_, "{} is committed, and {} applied", end, applied_);
    if (end <= committed_) {
        return false;
    }
    committed_ = end;
    return true;
}

void TransactionSchedule::on_commit_failed(Time now) {
    commit_due_ = std::min(commit_due_, now + retry_pause);
}

Time TransactionSchedule::next_wake(Time machine) const {
    const Time next = expiring_ ? Time{} : std::min(machine, commit_due_);
    return std::max(next, not_before_);
}

void TransactionSchedule::begin_round(Time now) {
    if (commit_due_ <= now) {
        commit_due_ = never;
    }
}

bool TransactionSchedule::take_expiry(bool due) {
    return std::exchange(expiring_, false) || due;
}

void TransactionSchedule::on_store_failed(bool expires, Time now) {
    expiring_ = expires;
    not_before_ = now + retry_pause;
}

bool TransactionSchedule::begin_commit() {
    return has_uncommitted() && !std::exchange(committing_, true);
}

}  // namespace barnabas::coordinator
