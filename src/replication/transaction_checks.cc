#include "replication/transaction_checks.h"

#include <limits>

namespace barnabas::replication {

std::optional<TransactionChecks::Token> TransactionChecks::begin(ProducerId id,
                                                                 ProducerEpoch epoch) {
    const auto [found, is_new] = entries_.try_emplace({id, epoch});
    Entry& entry = found->second;
    if (is_new) {
        entry.token = ++last_token_;
    }
    if (entry.confirmed) {
        return std::nullopt;
    }
    ++entry.under_way;
    return entry.token;
}

bool TransactionChecks::end(ProducerId id, ProducerEpoch epoch, Token token, bool confirmed) {
    const auto found = entries_.find({id, epoch});
    if (found == entries_.end() || found->second.token != token) {
        return false;
    }
    Entry& entry = found->second;
    --entry.under_way;
    entry.confirmed = entry.confirmed || confirmed;
    if (!entry.confirmed && entry.under_way == 0) {
        entries_.erase(found);
    }
    return true;
}

void TransactionChecks::allow(ProducerId id, ProducerEpoch epoch) {
    entries_[{id, epoch}] = {.token = ++last_token_, .under_way = 0, .confirmed = true};
}

bool TransactionChecks::is_confirmed(ProducerId id, ProducerEpoch epoch) const {
    const auto found = entries_.find({id, epoch});
    return found != entries_.end() && found->second.confirmed;
}

void TransactionChecks::forget(ProducerId id) {
    using Limits = std::numeric_limits<ProducerEpoch::Value>;
    entries_.erase(entries_.lower_bound({id, ProducerEpoch{Limits::min()}}),
                   entries_.upper_bound({id, ProducerEpoch{Limits::max()}}));
}

}  // namespace barnabas::replication
