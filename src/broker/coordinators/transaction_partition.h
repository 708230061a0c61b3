#pragma once

#include "broker/coordinators/coordinator_partition.h"
#include "coordinator/outcome.h"
#include "coordinator/transactions/transactions.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_transactions.h"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace barnabas::broker {

/// The transaction coordinator of one partition of __transaction_state. Every request is answered,
/// with an error of Kafka's where it cannot be carried out; what requests refer to lives until
/// then. The handlers have looked up topics before.
class TransactionPartition final : public CoordinatorPartition {
public:
    TransactionPartition(Services& services, StatePartition::Where where);
    ~TransactionPartition() override;

    awaitable<wire::InitProducerIdResponse> init(const wire::InitProducerIdRequest& request,
                                                 coordinator::Client client);
    awaitable<wire::AddPartitionsToTxnResponse> add_partitions(
        const wire::AddPartitionsToTxnRequest& request, coordinator::Client client);
    awaitable<wire::AddOffsetsToTxnResponse> add_offsets(
        const wire::AddOffsetsToTxnRequest& request, PartitionId offsets,
        coordinator::Client client);
    awaitable<wire::EndTxnResponse> end(const wire::EndTxnRequest& request,
                                        coordinator::Client client);

    [[nodiscard]] coordinator::Transactions::DescribedTransaction describe(
        const std::string& id) const;
    void list(const coordinator::Transactions::Filter& filter,
              wire::ListTransactionsResponse& to) const;

private:
    struct State;

    Result<void> replay(const StateBatch& batch) override;
    void on_loaded(Now now) override;
    void on_given_up() override;
    [[nodiscard]] Time next_wake() const override;
    awaitable<void> wake(Now now) override;

    std::unique_ptr<State> transactions_;
};

}  // namespace barnabas::broker
