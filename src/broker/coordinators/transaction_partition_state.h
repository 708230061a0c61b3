#pragma once

#include "broker/coordinators/transaction_partition.h"

namespace barnabas::broker {

/// What the machine has been told of the partition: everything in front of `applied`, and that what
/// is in front of `committed` is.
struct TransactionPartition::State {
    explicit State(coordinator::TransactionConfig config) : machine(config) {}

    coordinator::Transactions machine;
    Offset applied{0};
    Offset committed{0};
    Time commit_due = never;  // to be asked for again: nobody waits for `applied`
};

}  // namespace barnabas::broker
