#pragma once

#include "base/logger.h"
#include "client/cluster/cluster.h"
#include "client/config/producer_config.h"
#include "client/loop.h"
#include "client/producer/accumulator.h"
#include "client/producer/kept_records.h"
#include "client/producer/sender.h"
#include "client/producer/transaction_manager.h"
#include <barnabas/producer.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::client {

/// A producer's inside: threads that send meet the loop here. The machines decide (Accumulator,
/// Sender, TransactionManager), the Cluster carries; this feeds the ones and runs the others.
///
/// send(), flush() and what else says so are for any thread; all other members belong to the loop.
/// start() and shut_down() once each, on the loop; it is destroyed after shut_down() has ended.
class ProducerCore {
public:
    struct Ports {
        Loop loop;
        Logger log;
        std::shared_ptr<Partitioner> partitioner;  ///< nullptr: the default one
        std::vector<std::shared_ptr<ProducerInterceptor>> interceptors;
    };

    ProducerCore(Ports ports, ProducerConfig config);
    ProducerCore(const ProducerCore&) = delete;
    ProducerCore& operator=(const ProducerCore&) = delete;
    ~ProducerCore();

    void start();
    /// See Producer::close().
    awaitable<Result<void>> shut_down(Duration timeout);

    // --- any thread ------------------------------------------------------------------------------

    void send(const ProducerRecordView& record, DeliveryCallback callback);
    [[nodiscard]] Future<void> flush();
    [[nodiscard]] Future<std::vector<barnabas::PartitionInfo>> partitions_for(std::string topic);
    [[nodiscard]] Future<ProducerMetrics> metrics();
    [[nodiscard]] Future<void> init_transactions();
    [[nodiscard]] Result<> begin_transaction();
    [[nodiscard]] Future<void> send_offsets(OffsetMap offsets, ConsumerGroupMetadata group);
    [[nodiscard]] Future<void> end_transaction(bool commit);

    [[nodiscard]] const Loop& loop() const { return ports_.loop; }

private:
    using OperationId = TransactionManager::OperationId;
    struct Operation {
        Promise<void> promise;
        Time deadline;
    };
    struct Flush {
        Promise<void> promise;
        std::uint64_t kept = 0;  ///< records kept aside up to here go first
        std::optional<std::uint64_t> epoch{};
    };

    // producer_sending.cc: the threads that send
    struct Attempt {
        enum class Kind : std::uint8_t { done, no_topic, no_partition, no_memory, failed };
        Kind kind = Kind::done;
        std::size_t bytes = 0;  ///< of memory that is missing
        Error error{};
    };
    void pass_on(const ProducerRecordView& record, DeliveryCallback callback);
    Attempt attempt(const ProducerRecordView& record, DeliveryCallback& callback);
    Attempt append(TopicEntry& topic, std::int32_t partition, const ProducerRecordView& record,
                   DeliveryCallback& callback);
    Result<std::int32_t> choose_partition(TopicEntry& topic, const ProducerRecordView& record,
                                          std::int32_t count);
    /// False: the time is over, or the producer is closed.
    bool wait_for(const Attempt& attempt, std::string_view topic, Time deadline);
    bool wait_for_topic(std::string_view topic, bool other_partitions, Time deadline);
    [[nodiscard]] std::string ask_loop(std::move_only_function<std::string()> look);
    [[nodiscard]] Error timed_out(const Attempt& attempt, const ProducerRecordView& record);
    Result<> may_send();
    Result<> check_size(const wire::BatchBuilder::Record& record) const;
    void ask_for_topic(std::string topic, bool refresh);
    void wake();
    DeliveryCallback with_interceptors(TopicPartition where, DeliveryCallback callback);

    // producer_core.cc
    void turn();
    void carry_out(Sender::Decisions& decisions);
    void take_topics();
    void take_topic(TopicEntry& topic, const TopicInfo& info);
    [[nodiscard]] bool is_near(BrokerId leader) const;
    void renew_topics();
    void try_kept();
    void settle_flushes();
    void set_alarm();
    awaitable<void> produce(Sender::Request request);
    void learn_leaders(const wire::ProduceResponse& response);
    awaitable<void> watch_metadata();
    awaitable<Result<std::vector<barnabas::PartitionInfo>>> find_partitions(std::string topic);
    awaitable<Result<ProducerMetrics>> tell_metrics();
    [[nodiscard]] Time now() const { return ports_.loop.shard->clock().now(); }
    [[nodiscard]] bool idle() const;

    // producer_transactions.cc
    void next_transaction_request();
    awaitable<void> transact(TransactionManager::Call call);
    template <class Request>
    awaitable<void> transact_as(Target target, Request request, wire::Versions versions);
    awaitable<void> learn_features();
    awaitable<Result<void>> init_with_features();
    Future<void> operation(std::move_only_function<Result<OperationId>()> begin);
    void add_operation(Result<OperationId> id, Promise<void> promise);
    void settle_operations();
    void update_gate();

    const Ports ports_;
    const ProducerConfig config_;
    Accumulator accumulator_;
    TransactionManager transactions_;
    Sender sender_;
    std::unique_ptr<Cluster> cluster_;
    std::optional<runtime::TaskGroup> tasks_;
    std::optional<runtime::Signal> settled_;

    std::atomic<bool> wake_pending_ = false;
    std::atomic<bool> gate_open_ = false;
    std::atomic<std::uint64_t> partitioner_random_ = 0;
    std::mutex mutex_;
    std::condition_variable topics_changed_;
    std::uint64_t topics_generation_ = 0;  // under mutex_, as are:
    Error gate_error_;
    bool ended_ = false;

    // The loop's.
    Sender::Decisions decisions_;
    Sender::ReachableAt reachable_at_;
    std::uint64_t generation_ = 0;
    KeptRecords kept_;
    std::vector<Flush> flushes_;
    std::map<OperationId, Operation> operations_;
    std::string transaction_trouble_;  // why the coordinator's answer keeps being waited for
    runtime::TimerId alarm_;
    Time alarm_at_ = never;
    Time renewed_at_{};
    Time features_at_{};
    bool turning_ = false;
    bool turn_again_ = false;
    bool closing_ = false;
    bool closed_ = false;
    bool fatal_told_ = false;
};

}  // namespace barnabas::client
