// The requests of a TransactionManager, and what each error code of an answer does to it: Kafka's
// TxnRequestHandlers.
#include "base/invariant.h"
#include "client/cluster/stale_knowledge.h"
#include "client/producer/partition_queue.h"
#include "client/producer/transaction_manager.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace barnabas::client {
namespace {

/// While the one before is still being ended, which does not take long, as in Kafka.
constexpr Duration first_partition_backoff = 20ms;

std::int32_t in_milliseconds(Duration duration) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    return static_cast<std::int32_t>(
        std::min<std::int64_t>(ms, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

void TransactionManager::enqueue(Pending pending) {
    const auto behind = std::ranges::upper_bound(pending_, pending.kind, {}, &Pending::kind);
    pending_.insert(behind, std::move(pending));
}

void TransactionManager::retry(Pending pending, Time now, Duration backoff) {
    not_before_ = now + backoff;
    // In front of its equals: offsets of one group are committed in the order of the calls.
    const auto before = std::ranges::lower_bound(pending_, pending.kind, {}, &Pending::kind);
    pending_.insert(before, std::move(pending));
}

bool TransactionManager::terminate_with_error(const Pending& pending) {
    if (!has_error()) {
        return false;
    }
    finish(pending.operation, fail(error_.code, "{}", error_.message));
    return true;
}

std::optional<TransactionManager::Call> TransactionManager::next_request(bool batches_out,
                                                                         Time now) {
    if (out_ || now < not_before_) {
        return std::nullopt;
    }
    if (!new_partitions_.empty() && !has_error()) {
        adding_.merge(new_partitions_);
        new_partitions_.clear();
        if (std::ranges::find(pending_, Kind::add_partitions, &Pending::kind) == pending_.end()) {
            enqueue({.kind = Kind::add_partitions});
        }
    }
    while (!pending_.empty()) {
        const bool ends = pending_.front().kind == Kind::end_transaction;
        if (ends && batches_out && !has_error()) {
            return std::nullopt;
        }
        Pending pending = std::move(pending_.front());
        pending_.erase(pending_.begin());
        if (terminate_with_error(pending)) {
            continue;
        }
        if (ends && !started_) {  // nobody knows of it: nothing to end
            complete_transaction();
            finish(pending.operation, {});
            continue;
        }
        out_ = std::move(pending);
        return call_of(*out_);
    }
    return std::nullopt;
}

TransactionManager::Call TransactionManager::call_of(const Pending& pending) const {
    const auto id = options_.transactional_id.value_or("");
    const Target coordinator =
        is_transactional() ? Target::transaction_coordinator(id) : Target::any();
    switch (pending.kind) {
        case Kind::init_producer_id:
        case Kind::bump_epoch: {
            wire::InitProducerIdRequest request;
            request.transactional_id = options_.transactional_id;
            request.transaction_timeout_ms = is_transactional()
                                                 ? in_milliseconds(options_.transaction_timeout)
                                                 : std::numeric_limits<std::int32_t>::max();
            if (pending.kind == Kind::bump_epoch) {
                request.producer_id = identity_.id.get();
                request.producer_epoch = identity_.epoch.get();
            }
            return {coordinator, std::move(request), {0, 5}};
        }
        case Kind::add_partitions:
            return {coordinator, add_partitions_request(), {0, 3}};  // from 4 on: brokers'
        case Kind::add_offsets: {
            wire::AddOffsetsToTxnRequest request;
            request.transactional_id = id;
            request.producer_id = identity_.id.get();
            request.producer_epoch = identity_.epoch.get();
            request.group_id = pending.group.group_id;
            return {coordinator, std::move(request), {0, 4}};
        }
        case Kind::commit_offsets: {
            const auto& group = pending.group;
            // Before 3 there is no room for what fences a member that is gone.
            const bool member = !group.member_id.empty() || group.generation_id >= 0 ||
                                group.group_instance_id.has_value();
            const auto least = static_cast<std::int16_t>(pending.version_2 ? 5 : member ? 3 : 0);
            const auto most = static_cast<std::int16_t>(pending.version_2 ? 5 : 4);
            return {
                Target::group_coordinator(group.group_id), commit_request(pending), {least, most}};
        }
        case Kind::end_transaction: {
            wire::EndTxnRequest request;
            request.transactional_id = id;
            request.producer_id = identity_.id.get();
            request.producer_epoch = identity_.epoch.get();
            request.committed = pending.commit;
            const auto least = static_cast<std::int16_t>(pending.version_2 ? 5 : 0);
            const auto most = static_cast<std::int16_t>(pending.version_2 ? 5 : 4);
            return {coordinator, std::move(request), {least, most}};
        }
    }
    std::unreachable();
}

wire::AddPartitionsToTxnRequest TransactionManager::add_partitions_request() const {
    wire::AddPartitionsToTxnRequest request;
    request.v3_and_below_transactional_id = options_.transactional_id.value_or("");
    request.v3_and_below_producer_id = identity_.id.get();
    request.v3_and_below_producer_epoch = identity_.epoch.get();
    for (const auto& [topic, partition] : adding_) {  // sorted by topic
        auto& topics = request.v3_and_below_topics;
        if (topics.empty() || topics.back().name != topic) {
            topics.emplace_back().name = topic;
        }
        topics.back().partitions.push_back(partition.get());
    }
    return request;
}

wire::TxnOffsetCommitRequest TransactionManager::commit_request(const Pending& pending) const {
    wire::TxnOffsetCommitRequest request;
    request.transactional_id = options_.transactional_id.value_or("");
    request.group_id = pending.group.group_id;
    request.producer_id = identity_.id.get();
    request.producer_epoch = identity_.epoch.get();
    request.generation_id_or_member_epoch = pending.group.generation_id;
    request.member_id = pending.group.member_id;
    request.group_instance_id = pending.group.group_instance_id;
    for (const auto& [partition, offset] : pending.offsets) {  // sorted by topic
        if (request.topics.empty() || request.topics.back().name != partition.topic) {
            request.topics.emplace_back().name = partition.topic;
        }
        auto& committed = request.topics.back().partitions.emplace_back();
        committed.partition_index = partition.partition.get();
        committed.committed_offset = offset.offset.get();
        committed.committed_leader_epoch = offset.leader_epoch.value_or(no_epoch).get();
        committed.committed_metadata = offset.metadata;
    }
    return request;
}

void TransactionManager::complete_transaction() {
    if (state_ != State::fatal_error) {
        set_state(epoch_bump_required_ ? State::initializing : State::ready);
    }
    epoch_bump_required_ = false;
    started_ = false;
    new_partitions_.clear();
    adding_.clear();
    partitions_.clear();
}

void TransactionManager::on_answer(const AnyResponse& response, Time now, std::string source) {
    INVARIANT(out_.has_value(), "an answer to no request");
    Pending pending = std::move(*out_);
    out_.reset();
    source_ = std::move(source);
    std::visit([&](const auto& message) { answered(std::move(pending), message, now); }, response);
    source_.clear();
}

void TransactionManager::on_failure(const Error& why, Time now) {
    INVARIANT(out_.has_value(), "a failure of no request");
    Pending pending = std::move(*out_);
    out_.reset();
    if (worth_another_try(why.code)) {
        retry(std::move(pending), now, options_.retry_backoff);
    } else if (why.code == ErrorCode::group_authorization_failed) {
        fail_abortable(pending, why);
    } else {
        fail_fatal(pending, why);
    }
}

bool TransactionManager::handle_common(Pending& pending, ErrorCode code, Time now,
                                       std::string_view api) {
    switch (code) {
        case ErrorCode::coordinator_not_available:
        case ErrorCode::not_coordinator:
        case ErrorCode::coordinator_load_in_progress:
        case ErrorCode::concurrent_transactions:
            retry(std::move(pending), now, options_.retry_backoff);
            return true;
        case ErrorCode::invalid_producer_epoch:
        case ErrorCode::producer_fenced:
            fail_fatal(pending,
                       {ErrorCode::producer_fenced,
                        fmt::format("transactional.id '{}' belongs to a newer producer, or its "
                                    "transaction took longer than transaction.timeout.ms ({} has "
                                    "epoch {}, which is not the current one)",
                                    options_.transactional_id.value_or(""), api, identity_.epoch)});
            return true;
        case ErrorCode::transactional_id_authorization_failed:
        case ErrorCode::invalid_txn_state:
            fail_fatal(pending, {code, fmt::format("{} was refused: {}", api, code)});
            return true;
        case ErrorCode::transaction_abortable:
            if (state_ == State::aborting) {  // there is nothing gentler than that
                fail_fatal(pending, {code, fmt::format("{} was refused: {}", api, code)});
                return true;
            }
            fail_abortable(pending, {code, fmt::format("{} was refused: {}", api, code)});
            return true;
        default:
            return false;
    }
}

void TransactionManager::answered(Pending pending, const wire::InitProducerIdResponse& response,
                                  Time now) {
    const auto code = static_cast<ErrorCode>(response.error_code);
    if (code == ErrorCode::none) {
        identity_ = {ProducerId{response.producer_id}, ProducerEpoch{response.producer_epoch}};
        set_state(State::ready);
        if (pending.kind == Kind::bump_epoch) {
            sequences_.forget_all();
            unresolved_.clear();
        }
        finish(pending.operation, {});
    } else if (!handle_common(pending, code, now, "InitProducerId")) {
        fail_fatal(pending, {code, fmt::format("InitProducerId was refused: {}", code)});
    }
}

void TransactionManager::answered(Pending pending, const wire::AddPartitionsToTxnResponse& response,
                                  Time now) {
    std::set<TopicPartition> answered;
    std::optional<Error> refused;
    for (const auto& topic : response.results_by_topic_v3_and_below) {
        for (const auto& partition : topic.results_by_partition) {
            answered.insert({topic.name, PartitionId{partition.partition_index}});
            const auto code = static_cast<ErrorCode>(partition.partition_error_code);
            const auto where = fmt::format("{}-{}", topic.name, partition.partition_index);
            if (code == ErrorCode::none) {
                continue;
            }
            if (code == ErrorCode::concurrent_transactions && partitions_.empty()) {
                retry(std::move(pending), now,
                      std::min(options_.retry_backoff, first_partition_backoff));
                return;
            }
            if (code == ErrorCode::unknown_topic_or_partition) {
                retry(std::move(pending), now, options_.retry_backoff);
                return;
            }
            if (code == ErrorCode::unknown_producer_id ||
                code == ErrorCode::invalid_producer_id_mapping) {
                fail_abortable_if_possible(
                    pending, {code, fmt::format("{} was not added: {}", where, code)});
                return;
            }
            if (handle_common(pending, code, now, "AddPartitionsToTxn")) {
                return;
            }
            // OPERATION_NOT_ATTEMPTED is only what another partition's error led to.
            if (!refused || refused->code == ErrorCode::operation_not_attempted) {
                refused = Error{
                    code, fmt::format("{} was not added to the transaction: {}", where, code)};
            }
        }
    }
    for (const auto& partition : answered) {
        adding_.erase(partition);
    }
    if (refused) {
        fail_abortable(pending, std::move(*refused));
        return;
    }
    partitions_.merge(answered);
    started_ = true;
    if (!adding_.empty()) {
        enqueue({.kind = Kind::add_partitions});  // those that came meanwhile
    }
}

void TransactionManager::answered(Pending pending, const wire::AddOffsetsToTxnResponse& response,
                                  Time now) {
    const auto code = static_cast<ErrorCode>(response.error_code);
    if (code == ErrorCode::none) {
        started_ = true;
        pending.kind = Kind::commit_offsets;  // which ends the operation
        enqueue(std::move(pending));
    } else if (code == ErrorCode::unknown_producer_id ||
               code == ErrorCode::invalid_producer_id_mapping) {
        fail_abortable_if_possible(pending,
                                   {code, fmt::format("AddOffsetsToTxn was refused: {}", code)});
    } else if (code == ErrorCode::group_authorization_failed) {
        fail_abortable(pending, {code, fmt::format("not allowed to commit offsets of group '{}'",
                                                   pending.group.group_id)});
    } else if (!handle_common(pending, code, now, "AddOffsetsToTxn")) {
        fail_fatal(pending, {code, fmt::format("AddOffsetsToTxn was refused: {}", code)});
    }
}

void TransactionManager::answered(Pending pending, const wire::TxnOffsetCommitResponse& response,
                                  Time now) {
    for (const auto& topic : response.topics) {
        for (const auto& partition : topic.partitions) {
            const auto code = static_cast<ErrorCode>(partition.error_code);
            const auto sentence = [&] {
                return fmt::format("the offset of {}-{} was not committed for group '{}': {}",
                                   topic.name, partition.partition_index, pending.group.group_id,
                                   code);
            };
            switch (code) {
                case ErrorCode::none:
                    pending.offsets.erase({topic.name, PartitionId{partition.partition_index}});
                    break;
                case ErrorCode::coordinator_not_available:
                case ErrorCode::not_coordinator:
                case ErrorCode::request_timed_out:
                case ErrorCode::unknown_topic_or_partition:
                case ErrorCode::coordinator_load_in_progress:
                case ErrorCode::concurrent_transactions:
                    break;  // stays, and is sent again
                case ErrorCode::group_authorization_failed:
                case ErrorCode::fenced_instance_id:
                case ErrorCode::unknown_member_id:
                case ErrorCode::illegal_generation:
                case ErrorCode::stale_member_epoch:
                case ErrorCode::transaction_abortable:
                    fail_abortable(pending, {code, sentence()});
                    return;
                case ErrorCode::unknown_producer_id:
                case ErrorCode::invalid_producer_id_mapping:
                    fail_abortable_if_possible(pending, {code, sentence()});
                    return;
                default:
                    fail_fatal(pending, {code == ErrorCode::invalid_producer_epoch
                                             ? ErrorCode::producer_fenced
                                             : code,
                                         sentence()});
                    return;
            }
        }
    }
    if (pending.offsets.empty()) {
        finish(pending.operation, {});
    } else {
        retry(std::move(pending), now, options_.retry_backoff);
    }
}

void TransactionManager::answered(Pending pending, const wire::EndTxnResponse& response, Time now) {
    const auto code = static_cast<ErrorCode>(response.error_code);
    if (code == ErrorCode::none) {
        if (response.producer_id >= 0) {  // version 2: the next transaction's
            identity_ = {ProducerId{response.producer_id}, ProducerEpoch{response.producer_epoch}};
            sequences_.forget_all();
            unresolved_.clear();
        }
        complete_transaction();
        finish(pending.operation, {});
    } else if (code == ErrorCode::unknown_producer_id ||
               code == ErrorCode::invalid_producer_id_mapping) {
        if (state_ == State::aborting) {  // forgotten, and with it what was written
            epoch_bump_required_ = true;
            complete_transaction();
            enqueue({.kind = Kind::bump_epoch, .operation = pending.operation});
            return;
        }
        fail_abortable_if_possible(pending, {code, fmt::format("EndTxn was refused: {}", code)});
    } else if (!handle_common(pending, code, now, "EndTxn")) {
        fail_fatal(pending, {code, fmt::format("EndTxn was refused: {}", code)});
    }
}

}  // namespace barnabas::client
