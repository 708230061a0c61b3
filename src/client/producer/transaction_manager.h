#pragma once

#include "base/result.h"
#include "base/time.h"
#include "client/cluster/target.h"
#include "client/producer/sequences.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/txn_offset_commit.h"
#include <barnabas/consumer_group_metadata.h>
#include <barnabas/offsets.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace barnabas::client {

/// What an idempotent producer is, and where a transactional one stands: who writes (id, epoch),
/// the sequences, the transaction and the requests that move it. Kafka's TransactionManager, with
/// its table of states:
///
///   uninitialized -> initializing -> ready -> in_transaction -> committing | aborting -> ready
///   in_transaction, committing -> abortable_error -> aborting       (abort, and go on)
///   aborting -> initializing (a new epoch is fetched) -> ready
///   anything -> fatal_error                                         (close, that is all)
///
/// One request is out at a time: next_request(), then on_answer() or on_failure(). A plain object
/// on the loop's thread. Two ways of transactions: version 1 adds partitions and offsets to the
/// transaction before they are written to; version 2 (KIP-890: transaction.version 2 is finalized)
/// leaves that to the brokers and gets a new epoch from each EndTxn.
class TransactionManager {
public:
    struct Options {
        /// None: only idempotent.
        std::optional<std::string> transactional_id;
        Duration transaction_timeout{60s};
        Duration retry_backoff{100ms};
    };
    enum class State : std::uint8_t {
        uninitialized,
        initializing,
        ready,
        in_transaction,
        committing,
        aborting,
        abortable_error,
        fatal_error,
    };
    /// Names an operation of the user's until finished() tells of it.
    using OperationId = std::uint64_t;
    struct Finished {
        OperationId operation;
        Result<> outcome;
    };

    using AnyRequest = std::variant<wire::InitProducerIdRequest, wire::AddPartitionsToTxnRequest,
                                    wire::AddOffsetsToTxnRequest, wire::TxnOffsetCommitRequest,
                                    wire::EndTxnRequest>;
    using AnyResponse = std::variant<wire::InitProducerIdResponse, wire::AddPartitionsToTxnResponse,
                                     wire::AddOffsetsToTxnResponse, wire::TxnOffsetCommitResponse,
                                     wire::EndTxnResponse>;
    struct Call {
        Target target;
        AnyRequest request;
        wire::Versions versions;
    };

    explicit TransactionManager(Options options) : options_(std::move(options)) {}

    [[nodiscard]] bool is_transactional() const { return options_.transactional_id.has_value(); }
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] ProducerIdentity identity() const { return identity_; }
    [[nodiscard]] const std::optional<std::string>& transactional_id() const {
        return options_.transactional_id;
    }
    /// Of transaction.version; 2 or more: version 2 from the next transaction on.
    void set_feature_level(std::int16_t level) { feature_level_ = level; }
    [[nodiscard]] bool is_version_2() const { return version_2_; }

    // --- the user --------------------------------------------------------------------------------

    /// An operation that is under way already is answered by its own id. INVALID_TXN_STATE where
    /// the state does not allow it, or the error that the producer is in.
    Result<OperationId> begin_init();
    Result<> begin_transaction();
    Result<OperationId> send_offsets(OffsetMap offsets, ConsumerGroupMetadata group);
    Result<OperationId> begin_commit();
    Result<OperationId> begin_abort();
    /// Why a record may not be sent now.
    [[nodiscard]] Result<> may_send() const;
    /// What has come to its end since the last call.
    [[nodiscard]] std::vector<Finished> take_finished();
    /// The user does not wait for this operation any longer: if it changes the state, its outcome
    /// is kept for when he asks for the same again.
    void abandon(OperationId operation);
    /// Fails all that is under way.
    void close(const Error& why);

    // --- the sender ------------------------------------------------------------------------------

    [[nodiscard]] bool has_fatal_error() const { return state_ == State::fatal_error; }
    [[nodiscard]] bool has_error() const {
        return state_ == State::abortable_error || state_ == State::fatal_error;
    }
    [[nodiscard]] const Error& error() const { return error_; }
    [[nodiscard]] bool is_completing() const {
        return state_ == State::committing || state_ == State::aborting;
    }
    [[nodiscard]] bool is_aborting() const { return state_ == State::aborting; }

    /// Records of this partition wait: it has to be in the transaction.
    void want_partition(const TopicPartition& partition);
    /// Whether batches of the partition may be sent.
    [[nodiscard]] bool may_send_to(const TopicPartition& partition) const;

    [[nodiscard]] Sequences& sequences() { return sequences_; }
    void assign(ProducerBatch& batch) { sequences_.assign(batch, identity_, is_transactional()); }
    /// Whether the next of a partition's batches, `first`, has to wait for others.
    [[nodiscard]] bool must_wait(const PartitionQueue& partition, const ProducerBatch* first) const;

    void on_stored(const ProducerBatch& batch, Offset base_offset);
    /// `definite`: the broker refused it for good, so that its sequences are free again.
    void on_failed(ProducerBatch& batch, const Error& why, bool definite);
    /// Whether a batch that was answered `code` may be sent again. May order a new epoch.
    [[nodiscard]] bool may_retry(ProducerBatch& batch, ErrorCode code, Offset log_start);
    /// The client gave up a batch that had been sent: whether it is stored is not known.
    void mark_unresolved(const ProducerBatch& batch);

    /// Once in a while, before requests: settles unresolved sequences, takes a new epoch, asks for
    /// a producer id. `records_wait`: an idempotent producer needs an id only then. True: batches
    /// that had to wait for new numbers have them.
    bool prepare(bool records_wait);

    /// What to send next; nothing while one is out, before `not_before()`, or while `batches_out`
    /// keep a transaction from its end.
    [[nodiscard]] std::optional<Call> next_request(bool batches_out, Time now);
    [[nodiscard]] Time not_before() const { return not_before_; }
    [[nodiscard]] bool request_out() const { return out_.has_value(); }
    /// `source`: who answered what, for sentences about errors ("EndTxn v5 to broker 1 (...)").
    void on_answer(const AnyResponse& response, Time now, std::string source = {});
    /// It could not be sent, or nobody answered.
    void on_failure(const Error& why, Time now);

private:
    // By urgency.
    enum class Kind : std::uint8_t {
        init_producer_id,
        add_partitions,
        add_offsets,
        commit_offsets,
        end_transaction,
        bump_epoch,
    };
    struct Pending {
        Kind kind;
        OperationId operation = 0;  // 0: nobody waits for it
        bool commit = false;
        bool version_2 = false;
        OffsetMap offsets{};
        ConsumerGroupMetadata group{};
    };

    /// A change of state that the user asks for, from its start to its being told of.
    struct Transition {
        State to = State::uninitialized;
        OperationId operation = 0;
        bool abandoned = false;
        std::optional<Result<>> outcome{};
    };

    Result<OperationId> begin_end(bool commit);
    std::optional<OperationId> resume(State to);
    Result<> fail_if_under_way(std::string_view what) const;
    Result<> require_transactional(std::string_view what) const;
    Result<> fail_if_in_error() const;
    Result<> go(State target);
    void set_state(State target);
    void enqueue(Pending pending);
    void retry(Pending pending, Time now, Duration backoff);
    [[nodiscard]] Call call_of(const Pending& pending) const;
    [[nodiscard]] wire::AddPartitionsToTxnRequest add_partitions_request() const;
    [[nodiscard]] wire::TxnOffsetCommitRequest commit_request(const Pending& pending) const;
    [[nodiscard]] bool terminate_with_error(const Pending& pending);
    [[nodiscard]] Error told_by_source(Error why) const;

    // transaction_answers.cc
    void answered(Pending pending, const wire::InitProducerIdResponse& response, Time now);
    void answered(Pending pending, const wire::AddPartitionsToTxnResponse& response, Time now);
    void answered(Pending pending, const wire::AddOffsetsToTxnResponse& response, Time now);
    void answered(Pending pending, const wire::TxnOffsetCommitResponse& response, Time now);
    void answered(Pending pending, const wire::EndTxnResponse& response, Time now);
    /// What most answers have alike; false: the code is another one.
    bool handle_common(Pending& pending, ErrorCode code, Time now, std::string_view api);

    void complete_transaction();
    void finish(OperationId operation, Result<> outcome);
    void to_abortable(Error why);
    void to_fatal(Error why);
    void fail_abortable(const Pending& pending, Error why);
    void fail_abortable_if_possible(const Pending& pending, Error why);
    void fail_fatal(const Pending& pending, Error why);
    [[nodiscard]] bool bumps_epoch_itself() const { return is_transactional() && !version_2_; }
    void request_epoch_bump(const PartitionQueue& partition);
    void bump_idempotent_epoch();
    bool rewrite_sequences();
    void resolve_sequences();
    [[nodiscard]] bool unresolved(const PartitionQueue& partition) const {
        return unresolved_.contains(&partition);
    }

    const Options options_;
    State state_ = State::uninitialized;
    Error error_;
    std::string source_;  // of the answer that is being looked at; empty: none
    ProducerIdentity identity_;
    Sequences sequences_;
    std::int16_t feature_level_ = 0;
    bool version_2_ = false;

    std::vector<Pending> pending_;  // the most urgent first
    std::optional<Pending> out_;
    Time not_before_{};
    OperationId last_operation_ = 0;
    std::optional<Transition> transition_;
    std::vector<Finished> finished_;

    bool started_ = false;  // the coordinator, or a broker, knows of this transaction
    bool epoch_bump_required_ = false;
    std::set<TopicPartition> new_partitions_;
    std::set<TopicPartition> adding_;
    std::set<TopicPartition> partitions_;
    /// Whose batches get numbers of the new epoch as soon as none is on the wire: a broker that
    /// takes one under its old numbers has not seen the new epoch begin.
    std::set<const PartitionQueue*> to_rewrite_;
    /// By partition: the sequence behind the last batch that was given up.
    std::unordered_map<const PartitionQueue*, std::int32_t> unresolved_;
};

[[nodiscard]] std::string_view state_name(TransactionManager::State state);

}  // namespace barnabas::client
