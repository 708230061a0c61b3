#include "coordinator/transactions/requests.h"
#include "coordinator/transactions/transactions.h"

#include <algorithm>

namespace barnabas::coordinator {

Transactions::DescribedTransaction Transactions::describe(
    const std::string& transactional_id) const {
    DescribedTransaction described;
    described.transactional_id = transactional_id;
    const auto found = known(transactional_id);
    if (!found) {
        const bool is_unknown = found.error().code == ErrorCode::invalid_producer_id_mapping;
        described.error_code =
            raw(is_unknown ? ErrorCode::transactional_id_not_found : found.error().code);
        return described;
    }
    const Transaction& transaction = (*found)->transaction;
    described.transaction_state = transaction_state_name(transaction.state);
    described.transaction_timeout_ms = transaction.timeout_ms;
    described.transaction_start_time_ms = transaction.started.get();
    described.producer_id = transaction.producer.id.get();
    described.producer_epoch = transaction.producer.epoch.get();
    // While markers are under way: those that have none yet.
    const auto open = markers_.open(transactional_id);
    const auto add = [&described](const TopicPartition& partition) {
        if (described.topics.empty() || described.topics.back().topic != partition.topic) {
            described.topics.emplace_back().topic = partition.topic;
        }
        described.topics.back().partitions.push_back(partition.partition.get());
    };
    if (open) {
        std::ranges::for_each(*open, add);
    } else {
        std::ranges::for_each(transaction.partitions, add);
    }
    return described;
}

Transactions::Filter Transactions::filter_of(const wire::ListTransactionsRequest& request,
                                             wire::ListTransactionsResponse& response) {
    Filter filter;
    filter.by_state = !request.state_filters.empty();
    for (const auto& name : request.state_filters) {
        if (const auto state = transaction_state_named(name)) {
            filter.states.insert(*state);
        } else {
            response.unknown_state_filters.push_back(name);
        }
    }
    for (const auto id : request.producer_id_filters) {
        filter.producers.insert(ProducerId{id});
    }
    filter.duration_ms = request.duration_filter;
    return filter;
}

void Transactions::list(const Filter& filter, Now now, wire::ListTransactionsResponse& to) const {
    if (!is_loaded()) {
        to.error_code = raw(ErrorCode::coordinator_load_in_progress);
        return;
    }
    for (const auto& [id, entry] : entries_) {
        const Transaction& transaction = entry.transaction;
        // Kafka counts from -1 where none has begun, and so lists these for every duration.
        const bool is_short =
            filter.duration_ms >= 0 && (transaction.started == no_timestamp ||
                                        now.wall - transaction.started <= filter.duration_ms);
        if (is_short || (filter.by_state && !filter.states.contains(transaction.state)) ||
            (!filter.producers.empty() && !filter.producers.contains(transaction.producer.id)) ||
            (filter.matches && !filter.matches(id))) {
            continue;
        }
        auto& listed = to.transaction_states.emplace_back();
        listed.transactional_id = id;
        listed.producer_id = transaction.producer.id.get();
        listed.transaction_state = transaction_state_name(transaction.state);
    }
}

std::map<TransactionState, std::size_t> Transactions::states() const {
    std::map<TransactionState, std::size_t> counts;
    for (const auto& [id, entry] : entries_) {
        ++counts[entry.transaction.state];
    }
    return counts;
}

}  // namespace barnabas::coordinator
