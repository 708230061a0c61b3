#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include "coordinator/outcome.h"
#include "coordinator/transactions/markers.h"
#include "coordinator/transactions/transaction.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_transactions.h"
#include "wire/persisted/coordinator_records.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::coordinator {

struct TransactionConfig {
    std::int32_t timeout_ms_max = 900'000;  // transaction.max.timeout.ms
    Duration id_expiration = 604'800s;      // transactional.id.expiration.ms
    Duration abort_interval = 10s;          // transaction.abort.timed.out.transaction.cleanup...
    Duration expiration_interval = 3'600s;  // transaction.remove.expired.transaction.cleanup...
    bool two_phase_commit = false;          // transaction.two.phase.commit.enable
    std::int16_t transaction_version = 2;   // the finalized feature transaction.version
    MarkerConfig markers;
};

/// What the records of an outcome do not say and this coordinator remembers while it lives. The
/// host hands it to apply() with the record.
struct TransactionMemo {
    ProducerEpoch last_epoch = no_producer_epoch;
    bool timed_out = false;
};

/// Partitions that a producer's batches are about to go into, asked for by who leads them
/// (KIP-890).
struct TransactionAdmission {
    std::string transactional_id;
    ProducerIdentity producer;
    std::vector<TopicPartition> partitions;  // at least one
    bool add = false;  // they join the producer's transaction; else they have to be in it
};

/// `why` is a sentence for people if the reply is an error or something was fenced: for the log,
/// and for responses that have room.
template <class Reply>
struct TransactionOutcome : Outcome<Reply> {
    TransactionMemo memo{};
    std::string why{};
};

/// The transaction coordinator of one partition of __transaction_state
/// (kafka.coordinator.transaction.TransactionCoordinator and TransactionStateManager, 4.x).
/// Lives with the partition's leader, on its shard.
///
/// The host: a const command decides; the records are appended as one batch; apply() takes each
/// with its offset, before the next command; the reply leaves when they are committed. committed()
/// says how far that is: markers of an end are handed out only behind it. work() says what is to be
/// done when, and next_wake() when to ask again; the host asks after every apply, committed and
/// marker's answer.
///
/// Not here: producers without a transactional id (any broker gives them an id and epoch 0), ACLs,
/// whether the partitions exist, who leads them, and taking producer ids: commands that may need
/// one get `fresh`. needs_producer_id() tells whether it is worth taking one. If one turns out to
/// be needed and there is none, the reply is concurrent_transactions and the client comes again.
class Transactions {
public:
    explicit Transactions(TransactionConfig config);
    /// The feature level and what may change while it runs.
    void configure(TransactionConfig config);

    // --- loading and what is stored

    struct Applied {
        Offset offset;
        Now now;
        TransactionMemo memo{};
    };
    /// On replay and live. A record that cannot be understood is refused and changes nothing.
    [[nodiscard]] Result<void> apply(const wire::TransactionLogKey& key,
                                     const wire::TransactionLogValue* value, const Applied& how);
    /// All records are replayed. Ends that were decided are carried on, timeouts run.
    void loaded(std::int32_t coordinator_epoch, Now now);
    /// Everything in front of `end` is committed; it never moves back while this leads.
    void committed(Offset end, Now now);
    /// Another leads now, or nobody: the state is discarded.
    void unloaded();
    [[nodiscard]] bool is_loaded() const { return coordinator_epoch_.has_value(); }

    // --- requests; client.version is the request's

    [[nodiscard]] bool needs_producer_id(const wire::InitProducerIdRequest& request) const;
    /// INVARIANT: the request has a transactional id.
    [[nodiscard]] TransactionOutcome<wire::InitProducerIdResponse> init(
        const wire::InitProducerIdRequest& request, std::optional<ProducerId> fresh,
        const Client& client, Now now) const;

    /// Versions 0 to 3 are of clients, for one transaction; later ones of brokers, for many, which
    /// add or only verify. The host has taken out what is not authorised or does not exist, and
    /// transactional ids of other coordinators.
    [[nodiscard]] TransactionOutcome<wire::AddPartitionsToTxnResponse> add_partitions(
        const wire::AddPartitionsToTxnRequest& request, const Client& client, Now now) const;
    /// `offsets`: the group's partition of __consumer_offsets.
    [[nodiscard]] TransactionOutcome<wire::AddOffsetsToTxnResponse> add_offsets(
        const wire::AddOffsetsToTxnRequest& request, PartitionId offsets, const Client& client,
        Now now) const;

    [[nodiscard]] bool needs_producer_id(const wire::EndTxnRequest& request,
                                         const Client& client) const;
    [[nodiscard]] TransactionOutcome<wire::EndTxnResponse> end(const wire::EndTxnRequest& request,
                                                               std::optional<ProducerId> fresh,
                                                               const Client& client, Now now) const;

    /// Whether the partition is in the producer's ongoing transaction, asked before a batch of it
    /// is appended (KIP-890); transaction_abortable if it was not added.
    [[nodiscard]] Result<void> verify(std::string_view transactional_id,
                                      const ProducerIdentity& producer,
                                      const TopicPartition& partition) const;
    /// One result for each partition: as verify(), or of add_partitions(), the same for all.
    [[nodiscard]] TransactionOutcome<std::vector<Result<void>>> admit(
        const TransactionAdmission& admission, Now now) const;
    /// Whether an end of this transaction is decided and not complete: whoever begins the next one
    /// may wait for it.
    [[nodiscard]] bool is_ending(std::string_view transactional_id) const;

    // --- what the coordinator does by itself

    struct Work {
        std::vector<MarkersToSend> markers;  // each partition's answer goes to on_marker()
        std::vector<std::string> complete;   // complete() each
        std::vector<std::string> abort;      // abort_timed_out() each
        bool expire = false;                 // expire()
    };
    /// What is due. If it fails (the record cannot be appended), it is due again a little later.
    [[nodiscard]] Work work(Now now);
    [[nodiscard]] Time next_wake() const;

    /// The answer of one partition; network_exception if none came. The verdict is for the log.
    MarkerVerdict on_marker(const MarkerKey& key, const TopicPartition& partition, ErrorCode code,
                            Now now);
    /// The cluster has no such partition any more: it needs no marker.
    void on_partition_gone(const MarkerKey& key, const TopicPartition& partition, Now now);

    // Their replies are sentences for the log; without records there is nothing to do.
    [[nodiscard]] TransactionOutcome<std::string> complete(std::string_view transactional_id,
                                                           Now now) const;
    [[nodiscard]] bool abort_needs_producer_id(std::string_view transactional_id) const;
    [[nodiscard]] TransactionOutcome<std::string> abort_timed_out(std::string_view transactional_id,
                                                                  std::optional<ProducerId> fresh,
                                                                  Now now) const;
    /// Tombstones of at most `max` transactional ids that were idle for too long.
    [[nodiscard]] TransactionOutcome<std::string> expire(std::size_t max, Now now) const;

    // --- administration

    using DescribedTransaction = wire::DescribeTransactionsResponse::TransactionState;
    [[nodiscard]] DescribedTransaction describe(const std::string& transactional_id) const;

    struct Filter {
        std::set<TransactionState> states;
        bool by_state = false;  // also if none of the states is known
        std::set<ProducerId> producers;
        std::int64_t duration_ms = -1;                  // only those that last longer
        std::function<bool(std::string_view)> matches;  // all, if there is none
    };
    /// Unknown states go into the response, as they do in Kafka. The pattern is the host's.
    [[nodiscard]] static Filter filter_of(const wire::ListTransactionsRequest& request,
                                          wire::ListTransactionsResponse& response);
    void list(const Filter& filter, Now now, wire::ListTransactionsResponse& to) const;

    [[nodiscard]] const Transaction* find(std::string_view transactional_id) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    /// How many transactional ids are in each state.
    [[nodiscard]] std::map<TransactionState, std::size_t> states() const;
    /// Ends whose markers are not all written, and those markers.
    [[nodiscard]] std::size_t ends_under_way() const { return markers_.size(); }
    [[nodiscard]] std::size_t markers_waiting() const { return markers_.waiting(); }

private:
    /// The producer whose transaction was aborted because it took too long.
    struct TimedOut {
        ProducerIdentity producer;
        std::int32_t timeout_ms = 0;
    };
    struct Entry {
        Transaction transaction;
        std::optional<TimedOut> timed_out;
        std::optional<Offset> prepared_at;  // the Prepare record, until it is committed
    };
    using Entries = std::map<std::string, Entry, std::less<>>;

    /// Who asks for what, in any version of a request.
    struct Asking {
        std::string_view id;
        ProducerIdentity producer;
        std::int16_t client_version = 0;  // transaction.version that the request implies
        Now now;
    };
    /// What becomes of a transaction; nothing: it is so already.
    using Decided = Result<std::optional<Transaction>>;

    [[nodiscard]] Result<void> check_loaded() const;
    /// Of a request that does not make it: invalid_producer_id_mapping if there is none.
    [[nodiscard]] Result<const Entry*> known(std::string_view id) const;
    [[nodiscard]] const Entry* entry_of(std::string_view id) const;
    /// The sentence says it if the producer's transaction took too long.
    [[nodiscard]] static Error fenced_error(const Entry& entry, const Asking& who);
    /// Whether it is the producer of the transaction, whose batches partitions take.
    [[nodiscard]] static Result<void> check_producer(const Entry& entry, const Asking& who);

    [[nodiscard]] Result<void> check_init(const wire::InitProducerIdRequest& request) const;
    [[nodiscard]] Result<Transaction> initialised(const wire::InitProducerIdRequest& request,
                                                  std::optional<ProducerId> fresh, Now now) const;
    [[nodiscard]] Result<Transaction> reinitialised(const Entry& entry,
                                                    const wire::InitProducerIdRequest& request,
                                                    std::optional<ProducerId> fresh, Now now) const;
    [[nodiscard]] Result<Transaction> kept(const Entry& entry, std::string_view id,
                                           std::optional<ProducerId> fresh, Now now) const;
    [[nodiscard]] Decided added(const Asking& who, const std::set<TopicPartition>& to) const;
    void add_batched(const wire::AddPartitionsToTxnRequest::Transaction& request, Now now,
                     std::set<std::string_view>& changed,
                     TransactionOutcome<wire::AddPartitionsToTxnResponse>& outcome) const;
    [[nodiscard]] Decided ended(const Asking& who, bool commit,
                                std::optional<ProducerId> fresh) const;
    [[nodiscard]] Decided ended_v1(const Entry& entry, const Asking& who, bool commit) const;
    [[nodiscard]] Decided ended_v2(const Entry& entry, const Asking& who, bool commit,
                                   std::optional<ProducerId> fresh) const;

    [[nodiscard]] static std::unexpected<Error> wrong_state_after_retry(const Entry& entry,
                                                                        const Asking& who,
                                                                        bool commit);
    [[nodiscard]] Record record_of(std::string_view id, const Transaction& transaction) const;
    /// Of an abort that no client asked for.
    [[nodiscard]] std::int16_t fence_version() const;
    /// Whether an Init of this transaction takes a new producer id.
    [[nodiscard]] static bool init_needs_id(const Transaction& from,
                                            std::optional<ProducerEpoch> expected);
    void put(const std::string& id, Transaction next, const Applied& how);
    void remove(const std::string& id);
    void unindex(const std::string& id, Entry& entry);
    void begin_committed_ends(Now now);

    TransactionConfig config_;
    std::optional<std::int32_t> coordinator_epoch_;  // nothing: not loaded
    Offset committed_{0};
    Entries entries_;
    std::set<std::pair<Timestamp, std::string>> deadlines_;  // of ongoing transactions
    std::map<Offset, std::string> uncommitted_ends_;         // by their Prepare records
    Markers markers_;
    Time next_abort_look_ = never;
    Time next_expiration_ = never;
};

}  // namespace barnabas::coordinator
