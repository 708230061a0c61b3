#include "broker/coordinators/transaction_partition.h"

#include "base/invariant.h"
#include "broker/coordinators/transaction_partition_state.h"
#include "broker/coordinators/transaction_refusals.h"
#include "broker/producer_ids.h"
#include "coordinator/append_error.h"
#include "wire/persisted/coordinator_records.h"
#include "wire/persisted/framing.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

using coordinator::error_of_append;

/// So long a request waits for its record to be committed (Kafka's request.timeout.ms).
constexpr Duration commit_wait = 30s;

}  // namespace

TransactionPartition::TransactionPartition(Services& services, StatePartition::Where where)
    : CoordinatorPartition(services, where),
      transactions_(std::make_unique<State>(where.shard.settings->config.transactions.coordinator,
                                            where.shard.shard)) {}

TransactionPartition::~TransactionPartition() = default;

// --- what is stored

Result<void> TransactionPartition::apply(const StateRecord& record,
                                         const coordinator::TransactionMemo& memo) {
    if (!record.key) {
        return fail(ErrorCode::corrupt_message, "the record at offset {} has no key",
                    record.offset);
    }
    TRY_ASSIGN(const auto stored_key, wire::read_coordinator_key(*record.key));
    if (stored_key.id != wire::TransactionLogKey::record_id) {
        // A later version's; what is not known is left alone, as Kafka does.
        log().warn("{}: the record at offset {} is of kind {}, which this version does not know",
                   state().partition_name(), record.offset, stored_key.id);
        return {};
    }
    TRY_ASSIGN(const auto key, wire::decode_stored<wire::TransactionLogKey>(stored_key));
    const coordinator::Transactions::Applied how{
        .offset = record.offset, .now = now(), .memo = memo};
    if (!record.value) {
        return transactions_->machine.apply(key, nullptr, how);
    }
    TRY_ASSIGN(const auto stored_value, wire::read_versioned(*record.value, stored_key.id));
    TRY_ASSIGN(const auto value, wire::decode_stored<wire::TransactionLogValue>(stored_value));
    return transactions_->machine.apply(key, &value, how);
}

Result<void> TransactionPartition::replay(const StateBatch& batch) {
    for (const auto& record : batch.records) {
        TRY(apply(record, {}));
    }
    transactions_->schedule.on_applied(batch.end);
    return {};
}

void TransactionPartition::on_loaded(Now now) {
    follow_config();
    transactions_->machine.loaded(state().leader_epoch().get(), now);
    auto& schedule = transactions_->schedule;
    schedule.on_applied(std::max(schedule.applied(), state().end()));
    committed(schedule.applied());
}

void TransactionPartition::on_given_up() {
    transactions_->machine.unloaded();
    transactions_->schedule.reset();
    transactions_->ended.notify_all();
}

template <class Reply>
Result<void> TransactionPartition::store(const coordinator::TransactionOutcome<Reply>& outcome) {
    const auto first = state().append(outcome.records, now());
    if (!first) {
        return fail(error_of_append(first.error().code), "{}", first.error().message);
    }
    Offset offset = *first;
    for (const auto& record : outcome.records) {
        const auto applied =
            apply({.offset = offset,
                   .key = record.key.view(),
                   .value = record.value ? wire::NullableBytes(record.value->view())
                                         : wire::NullableBytes()},
                  outcome.memo);
        INVARIANT(applied, "what was decided cannot be applied: {}", applied.error().message);
        ++offset;
    }
    transactions_->schedule.on_applied(offset);
    reschedule();
    return {};
}

void TransactionPartition::committed(Offset end) {
    if (is_active() && transactions_->schedule.on_committed(end)) {
        transactions_->machine.committed(end, now());
        reschedule();
    }
}

awaitable<Result<void>> TransactionPartition::commit(Offset end, Time until) {
    Result<void> done;
    if (!state().is_committed(end)) {
        done = co_await state().committed(end, until);
        if (auto serves = check(); !serves) {
            co_return serves;
        }
    }
    if (done) {
        committed(end);
        co_return done;
    }
    transactions_->schedule.on_commit_failed(now().steady);
    reschedule();
    co_return fail(error_of_append(done.error().code), "{}", done.error().message);
}

const coordinator::Transactions& TransactionPartition::machine() const {
    return transactions_->machine;
}

// --- requests

void TransactionPartition::follow_config() {
    auto config = shard().settings->config.transactions.coordinator;
    config.transaction_version = shard().image->features.level(transaction_version);
    transactions_->machine.configure(config);
}

awaitable<std::optional<ProducerId>> TransactionPartition::take_producer_id(Time until) {
    auto& ids = *services().producer_ids;
    auto next = [&ids, until] { return ids.next(until); };
    auto& first = services().shards.front()->shard;
    const auto id = co_await runtime::await_on(shard().shard, first, next);
    if (!id) {
        log().warn("no producer id can be taken for a transaction: {}", id.error().message);
        co_return std::nullopt;
    }
    co_return *id;
}

awaitable<void> TransactionPartition::wait_for_end(std::string id) {
    const Time until = now().steady + shard().settings->config.transactions.add_retry_max;
    while (is_active() && transactions_->machine.is_ending(id) &&
           co_await transactions_->ended.wait_until(until)) {
    }
}

template <class Reply, class Decide, class Refuse>
awaitable<Reply> TransactionPartition::carry_out(Decide decide, Refuse refuse) {
    const Time until = now().steady + commit_wait;
    if (const auto may = co_await may_decide(until); !may) {
        co_return refuse(error_of_append(may.error().code));
    }
    follow_config();
    coordinator::TransactionOutcome<Reply> outcome = decide(now());
    if (!outcome.records.empty()) {
        if (const auto stored = store(outcome); !stored) {
            log().warn("{}: a transaction cannot be stored: {}", state().partition_name(),
                       stored.error().message);
            co_return refuse(stored.error().code);
        }
    }
    if (!outcome.why.empty()) {
        log().debug("{}: {}", state().partition_name(), outcome.why);
    }
    // Without records too: the reply may tell of what was decided before.
    if (const auto done = co_await commit(transactions_->schedule.applied(), until); !done) {
        co_return refuse(done.error().code);
    }
    co_return std::move(outcome.reply);
}

awaitable<wire::InitProducerIdResponse> TransactionPartition::init(
    const wire::InitProducerIdRequest& request, coordinator::Client client) {
    co_await wait_for_end(*request.transactional_id);
    follow_config();
    std::optional<ProducerId> fresh;
    if (transactions_->machine.needs_producer_id(request)) {
        fresh = co_await take_producer_id(now().steady + commit_wait);
    }
    auto decide = [&](Now now) { return transactions_->machine.init(request, fresh, client, now); };
    co_return co_await carry_out<wire::InitProducerIdResponse>(decide, refused_init);
}

awaitable<wire::AddPartitionsToTxnResponse> TransactionPartition::add_partitions(
    const wire::AddPartitionsToTxnRequest& request, coordinator::Client client) {
    co_await wait_for_end(request.v3_and_below_transactional_id);
    auto decide = [&](Now now) {
        return transactions_->machine.add_partitions(request, client, now);
    };
    auto refuse = [&](ErrorCode code) {
        return refused_add_partitions(request, client.version, code);
    };
    co_return co_await carry_out<wire::AddPartitionsToTxnResponse>(decide, refuse);
}

awaitable<wire::AddOffsetsToTxnResponse> TransactionPartition::add_offsets(
    const wire::AddOffsetsToTxnRequest& request, PartitionId offsets, coordinator::Client client) {
    co_await wait_for_end(request.transactional_id);
    auto decide = [&](Now now) {
        return transactions_->machine.add_offsets(request, offsets, client, now);
    };
    co_return co_await carry_out<wire::AddOffsetsToTxnResponse>(decide, refused_add_offsets);
}

awaitable<wire::EndTxnResponse> TransactionPartition::end(const wire::EndTxnRequest& request,
                                                          coordinator::Client client) {
    follow_config();
    std::optional<ProducerId> fresh;
    if (transactions_->machine.needs_producer_id(request, client)) {
        fresh = co_await take_producer_id(now().steady + commit_wait);
    }
    auto decide = [&](Now now) { return transactions_->machine.end(request, fresh, client, now); };
    co_return co_await carry_out<wire::EndTxnResponse>(decide, refused_end);
}

awaitable<std::vector<Result<void>>> TransactionPartition::admit(
    const TransactionAdmission& admission) {
    using Results = std::vector<Result<void>>;
    co_await wait_for_end(admission.transactional_id);
    auto decide = [&](Now now) { return transactions_->machine.admit(admission, now); };
    auto refuse = [&](ErrorCode code) {
        const Result<void> result =
            fail(code, "the coordinator of transactional id '{}' cannot answer now",
                 admission.transactional_id);
        return Results(admission.partitions.size(), result);
    };
    co_return co_await carry_out<Results>(decide, refuse);
}

coordinator::Transactions::DescribedTransaction TransactionPartition::describe(
    const std::string& id) const {
    return transactions_->machine.describe(id);
}

void TransactionPartition::list(const coordinator::Transactions::Filter& filter,
                                wire::ListTransactionsResponse& to) const {
    transactions_->machine.list(filter, now(), to);
}

Time TransactionPartition::next_wake() const {
    return transactions_->schedule.next_wake(transactions_->machine.next_wake());
}

awaitable<void> TransactionPartition::wake(Now /*now*/) {
    co_await do_due();
}

bool TransactionPartition::store_own(const coordinator::TransactionOutcome<std::string>& outcome) {
    if (outcome.records.empty()) {
        return false;
    }
    if (const auto stored = store(outcome); !stored) {
        log().warn("{}: {}, but that cannot be stored yet: {}", state().partition_name(),
                   outcome.reply, stored.error().message);
        return false;
    }
    return true;
}

}  // namespace barnabas::broker
