#pragma once

#include "broker/coordinators/transaction_partition.h"
#include "coordinator/transactions/transaction_schedule.h"

namespace barnabas::broker {

struct TransactionPartition::State {
    State(coordinator::TransactionConfig config, runtime::Shard& shard)
        : machine(config), ended(shard) {}

    coordinator::Transactions machine;
    coordinator::TransactionSchedule schedule;
    runtime::Signal ended;  // a transaction is complete
};

}  // namespace barnabas::broker
