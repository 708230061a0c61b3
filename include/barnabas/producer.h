#pragma once

#include <barnabas/client_config.h>
#include <barnabas/consumer_group_metadata.h>
#include <barnabas/event_loop.h>
#include <barnabas/future.h>
#include <barnabas/offsets.h>
#include <barnabas/partition_info.h>
#include <barnabas/partitioner.h>
#include <barnabas/producer_metrics.h>
#include <barnabas/records.h>
#include <barnabas/result.h>
#include <barnabas/time.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace barnabas {

/// A record as somebody else's bytes: send() copies them, once, into the batch that goes out. What
/// programs use that send many records; the others use ProducerRecord, which owns its bytes.
struct ProducerRecordView {
    std::string_view topic;
    std::optional<PartitionId> partition = std::nullopt;  ///< none: the partitioner's choice
    std::optional<Timestamp> timestamp = std::nullopt;    ///< none: the time of send()
    std::optional<ByteView> key = std::nullopt;
    std::optional<ByteView> value = std::nullopt;
    std::span<const HeaderView> headers = {};
};

/// Called once for each record, on the event loop's thread, or inside send() where the record is
/// refused at once. It must be short and must not block (no get(), no close()); it may send.
using DeliveryCallback = std::move_only_function<void(const Result<RecordMetadata>&)>;

/// Sees all records of the producers that it is given to.
class ProducerInterceptor {
public:
    virtual ~ProducerInterceptor() = default;

    /// On the thread that sends, before a partition is chosen; what it returns is sent.
    [[nodiscard]] virtual ProducerRecord on_send(ProducerRecord record) { return record; }

    /// As a DeliveryCallback is called, just before it. The partition is -1 where none was chosen.
    virtual void on_acknowledgement(const TopicPartition& /*where*/,
                                    const Result<RecordMetadata>& /*outcome*/) {}
};

/// What no configuration file can hold.
struct ProducerOptions {
    /// nullptr: a loop of the producer's own.
    std::shared_ptr<EventLoop> loop{};
    /// Goes before `partitioner.class`.
    std::shared_ptr<Partitioner> partitioner{};
    /// In the order in which they see a record.
    std::vector<std::shared_ptr<ProducerInterceptor>> interceptors{};
};

/// Sends records to topics: Kafka's producer, with its configuration names and its guarantees. By
/// default it is idempotent and waits for all in-sync replicas: within a partition, records are
/// stored once and in the order in which one thread sent them.
///
/// Safe on every thread; one producer for a whole program is the fastest. Records wait in batches,
/// one open batch for each partition, and go out when a batch is full or `linger.ms` is over; they
/// take up at most `buffer.memory`. Errors carry Kafka's code and a sentence.
///
/// Move-only. The destructor delivers what was sent, as close() without a limit does; on the event
/// loop's thread, where it may not wait, it drops it instead (its callbacks hear so).
class Producer {
public:
    /// Does not connect yet: that is for the first send(). INVALID_CONFIG with a sentence for a
    /// name that is not known, a value that is not good, or values that contradict each other.
    [[nodiscard]] static Result<Producer> create(const ClientConfig& config,
                                                 ProducerOptions options);
    [[nodiscard]] static Result<Producer> create(const ClientConfig& config,
                                                 std::shared_ptr<EventLoop> loop = nullptr) {
        return create(config, ProducerOptions{.loop = std::move(loop)});
    }

    Producer(Producer&&) noexcept;
    Producer& operator=(Producer&&) noexcept;
    ~Producer();

    /// Puts a record into its partition's batch. Waits up to `max.block.ms` where the topic is not
    /// known yet or `buffer.memory` is used up (on the event loop's thread it does not wait: the
    /// record is kept aside for that time). The future tells where the record is stored once `acks`
    /// is fulfilled (offset -1 with acks=0), or why it is not within `delivery.timeout.ms`.
    [[nodiscard]] Future<RecordMetadata> send(const ProducerRecord& record);
    [[nodiscard]] Future<RecordMetadata> send(const ProducerRecordView& record);

    /// The same, told by a callback; an empty one asks for no news.
    void send(const ProducerRecord& record, DeliveryCallback callback);
    void send(const ProducerRecordView& record, DeliveryCallback callback);

    /// A send that has failed with `why` before it began: for wrappers.
    [[nodiscard]] Future<RecordMetadata> refuse(Error why);

    /// Sends at once what was sent before the call, and is done when all of that is delivered or
    /// has failed: whether it failed is told by each record's own future or callback.
    [[nodiscard]] Future<void> flush();

    /// A topic's partitions; asks the cluster where they are not known, up to `max.block.ms`.
    [[nodiscard]] Future<std::vector<PartitionInfo>> partitions_for(std::string_view topic);

    /// What was measured so far; after close() too.
    [[nodiscard]] Future<ProducerMetrics> metrics();

    // --- transactions; INVALID_TXN_STATE without `transactional.id`, or in another order ---------

    /// Once, before all else: ends what an earlier producer of this `transactional.id` left open,
    /// and fences it. Within `max.block.ms`; after REQUEST_TIMED_OUT it may be called again.
    [[nodiscard]] Future<void> init_transactions();

    /// Every record that is sent from here to the end of the transaction belongs to it.
    [[nodiscard]] Result<> begin_transaction();

    /// Commits offsets of a consumer group in this transaction: they count if it is committed.
    [[nodiscard]] Future<void> send_offsets_to_transaction(OffsetMap offsets,
                                                           ConsumerGroupMetadata group);

    /// Delivers what was sent, then commits. If a record failed, the transaction can only be
    /// aborted, and the error says so. After REQUEST_TIMED_OUT call it again.
    [[nodiscard]] Future<void> commit_transaction();

    /// Drops what was not sent yet (those records fail with TRANSACTION_ABORTABLE), then aborts.
    [[nodiscard]] Future<void> abort_transaction();

    /// Takes no more records, delivers what was sent and ends; after `timeout` what is left fails.
    /// An open transaction is aborted. Blocks; not for the event loop's thread. REQUEST_TIMED_OUT
    /// if records were left. Calling it again does nothing.
    Result<> close(Duration timeout = Duration::max());

private:
    class Impl;
    explicit Producer(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace barnabas
