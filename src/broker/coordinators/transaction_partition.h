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

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::broker {

struct MarkerWrite;

using coordinator::TransactionAdmission;

/// The transaction coordinator of one partition of __transaction_state. Every request is answered,
/// with an error of Kafka's where it cannot be carried out; what requests refer to lives until
/// then. The handlers have looked up topics before.
///
/// A request decides, appends and applies without a wait in between, and is answered when that is
/// committed. Markers leave when the decision on an end is committed: each transaction's in a task
/// of its own, so that a disk that hangs holds up no other. Who begins the next transaction while
/// the markers of the last one are under way is kept waiting for a moment, which is shorter than
/// the pause after which it would come again.
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

    /// One result for each partition: transaction_abortable if it should be in the transaction and
    /// is not, else as AddPartitionsToTxn.
    awaitable<std::vector<Result<void>>> admit(const TransactionAdmission& admission);

    [[nodiscard]] coordinator::Transactions::DescribedTransaction describe(
        const std::string& id) const;
    void list(const coordinator::Transactions::Filter& filter,
              wire::ListTransactionsResponse& to) const;

    /// Partitions' answers to markers since it is served here, for the metrics.
    struct Counters {
        std::array<std::uint64_t, 5> answers{};  // by MarkerVerdict
        std::uint64_t gone = 0;                  // partitions that are not there any more
    };
    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] const coordinator::Transactions& machine() const;

private:
    struct State;

    Result<void> replay(const StateBatch& batch) override;
    void on_loaded(Now now) override;
    void on_given_up() override;
    [[nodiscard]] Time next_wake() const override;
    awaitable<void> wake(Now now) override;

    /// `decide(Now)` gives a TransactionOutcome, `refuse(ErrorCode)` the reply if it cannot be
    /// carried out.
    template <class Reply, class Decide, class Refuse>
    awaitable<Reply> carry_out(Decide decide, Refuse refuse);
    template <class Reply>
    Result<void> store(const coordinator::TransactionOutcome<Reply>& outcome);
    Result<void> apply(const StateRecord& record, const coordinator::TransactionMemo& memo);
    awaitable<Result<void>> commit(Offset end, Time until);
    awaitable<void> wait_for_end(std::string id);
    void committed(Offset end);
    awaitable<std::optional<ProducerId>> take_producer_id(Time until);
    void follow_config();

    // What it does by itself (transaction_work.cc)
    awaitable<void> send_markers(coordinator::MarkersToSend markers);
    void on_marker(const coordinator::MarkerKey& key, const MarkerWrite& marker);
    awaitable<void> do_due();
    awaitable<void> commit_own();
    void complete(const std::vector<std::string>& ids);
    awaitable<void> abort(std::vector<std::string> ids);
    void expire();
    bool store_own(const coordinator::TransactionOutcome<std::string>& outcome);

    std::unique_ptr<State> transactions_;
    Counters counters_;
};

}  // namespace barnabas::broker
