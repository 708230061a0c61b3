#pragma once

#include "broker/coordinators/transaction_partition.h"

namespace barnabas::broker {

/// What the machine has been told of the partition: everything in front of `applied`, and that what
/// is in front of `committed` is.
struct TransactionPartition::State {
    State(coordinator::TransactionConfig config, runtime::Shard& shard)
        : machine(config), ended(shard) {}

    coordinator::Transactions machine;
    Offset applied{0};
    Offset committed{0};
    bool committing = false;  // somebody waits until `applied` is committed
    Time commit_due = never;  // when that is to be asked for again
    Time not_before{};        // what could not be done is tried again then
    bool expiring = false;    // there may be more transactional ids to forget
    runtime::Signal ended;    // a transaction is complete
};

}  // namespace barnabas::broker
