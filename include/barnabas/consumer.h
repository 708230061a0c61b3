#pragma once

#include <barnabas/client_config.h>
#include <barnabas/consumer_group_metadata.h>
#include <barnabas/consumer_interceptor.h>
#include <barnabas/consumer_metrics.h>
#include <barnabas/event_loop.h>
#include <barnabas/future.h>
#include <barnabas/offsets.h>
#include <barnabas/partition_assignor.h>
#include <barnabas/partition_info.h>
#include <barnabas/rebalance_listener.h>
#include <barnabas/records.h>
#include <barnabas/result.h>
#include <barnabas/time.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas {

/// What no configuration file can hold.
struct ConsumerOptions {
    /// nullptr: a loop of the consumer's own.
    std::shared_ptr<EventLoop> loop{};
    /// What `partition.assignment.strategy` may name besides Kafka's own.
    std::vector<std::shared_ptr<PartitionAssignor>> assignors{};
    /// In the order in which they see records.
    std::vector<std::shared_ptr<ConsumerInterceptor>> interceptors{};
};

/// Reads records, alone (assign) or as a member of a group (subscribe); Kafka's KafkaConsumer.
///
///     auto consumer = Consumer::create({{"bootstrap.servers", "localhost:9092"},
///                                       {"group.id", "billing"}});
///     consumer->subscribe({"orders"});
///     for (auto records = consumer->poll(1s); records; records = consumer->poll(1s))
///         for (const auto& record : *records) { ... record.value_text() ... }
///
/// Threads: one thread at a time uses a consumer; wakeup() alone may be called from any. What it
/// does in between (heartbeats, fetching ahead) happens on its event loop. Nothing that blocks may
/// be called on that loop's own thread; poll_async() and commit_async() may.
///
/// Errors are values: code and sentence. Those of poll() leave the consumer usable unless they say
/// that it is not: a record that cannot be read is met again until somebody seeks beyond it.
/// After close() every call fails with invalid_request.
class Consumer {
public:
    using Listener = std::shared_ptr<RebalanceListener>;
    using Partitions = std::vector<TopicPartition>;
    /// Called on the event loop's thread, once, with what was to be committed.
    using CommitCallback = std::move_only_function<void(const Result<>&, const OffsetMap&)>;

    /// Does not connect yet. INVALID_CONFIG with a sentence for a name that is not known, a value
    /// that is not good, or values that contradict each other.
    static Result<Consumer> create(ClientConfig config, ConsumerOptions options);
    static Result<Consumer> create(ClientConfig config, std::shared_ptr<EventLoop> loop = nullptr,
                                   std::vector<std::shared_ptr<PartitionAssignor>> assignors = {}) {
        return create(std::move(config),
                      ConsumerOptions{.loop = std::move(loop), .assignors = std::move(assignors)});
    }

    Consumer(Consumer&& other) noexcept;
    Consumer& operator=(Consumer&& other) noexcept;
    ~Consumer();  ///< as close()

    // --- what is read ----------------------------------------------------------------------

    /// In place of what was subscribed to before; no topics: unsubscribe(). Takes effect with the
    /// next poll(). With partitions assigned by hand: invalid_request.
    Result<> subscribe(std::vector<std::string> topics, Listener listener = nullptr);
    /// The topics that exist and match as a whole, as they come and go. With
    /// group.protocol=consumer the broker matches (RE2), else this consumer does (also RE2).
    Result<> subscribe_pattern(std::string regex, Listener listener = nullptr);
    /// Leaves the group; what was assigned is revoked first.
    Result<> unsubscribe();
    /// These and no others, outside of any group's assignment; none: unsubscribe(). Each begins
    /// where the group has committed (with a group.id), else where auto.offset.reset says. While
    /// topics are subscribed to: invalid_request.
    Result<> assign(Partitions partitions);
    /// Blocks for the event loop's answer; empty after close().
    [[nodiscard]] std::set<std::string> subscription() const;
    [[nodiscard]] Partitions assignment() const;

    // --- reading ---------------------------------------------------------------------------

    /// Records that are there, at most max.poll.records; waits up to `timeout` for the first.
    /// Nothing in time: empty. Rebalance listeners run in here. wakeup():
    /// operation_not_attempted.
    Result<ConsumerRecords> poll(Duration timeout);
    /// The same without blocking: for coroutines and callbacks on the event loop. One at a time.
    Future<ConsumerRecords> poll_async(Duration timeout);
    /// Ends the poll() that is under way, or the next one. From any thread.
    void wakeup();

    /// Nothing is handed out of these until resume(); what was fetched is kept, and counts for
    /// fetch.max.bytes. invalid_request where one of them is not assigned: then none is paused.
    Result<> pause(const Partitions& partitions);
    Result<> resume(const Partitions& partitions);
    [[nodiscard]] Partitions paused() const;

    // --- positions -------------------------------------------------------------------------

    /// The next poll() begins there; nothing is asked of a broker now. invalid_request: it is not
    /// assigned, or the offset is negative. One that the log does not have is for
    /// auto.offset.reset.
    Result<> seek(const TopicPartition& partition, Offset offset);
    Result<> seek(const TopicPartition& partition, const OffsetAndMetadata& position);
    /// Looked up when next needed. None named: all that are assigned.
    Result<> seek_to_beginning(const Partitions& partitions = {});
    Result<> seek_to_end(const Partitions& partitions = {});
    /// Each to its first record with this timestamp or a later one, or to the end.
    Result<> seek_to_time(const Partitions& partitions, Timestamp timestamp);
    /// The offset of the next record that poll() hands out; waits until it is known, at most
    /// `timeout` (default.api.timeout.ms): request_timed_out with what it waits for.
    Result<Offset> position(const TopicPartition& partition);
    Result<Offset> position(const TopicPartition& partition, Duration timeout);
    /// Records between the position and the end (the last stable offset for read_committed), as
    /// far as fetching has told; nothing before.
    [[nodiscard]] std::optional<std::int64_t> current_lag(const TopicPartition& partition) const;
    /// What was measured so far, and how the consumer stands. Asks nobody outside.
    [[nodiscard]] Result<ConsumerMetrics> metrics() const;

    // --- committed offsets -----------------------------------------------------------------

    // Errors of all commits: invalid_group_id without group.id; unknown_member_id while the
    // consumer is subscribed and no member (thrown out: then somebody else may have read on), and
    // what the coordinator answers: illegal_generation, rebalance_in_progress, fenced_instance_id;
    // request_timed_out after `timeout` (default.api.timeout.ms) with what went wrong until then.

    /// Positions of all assigned partitions. Retries what can be retried.
    Result<> commit_sync();
    Result<> commit_sync(Duration timeout);
    Result<> commit_sync(OffsetMap offsets);
    Result<> commit_sync(OffsetMap offsets, Duration timeout);
    /// Commits leave in the order of the calls, one after the other; those that wait for their turn
    /// go together. As hard-working as commit_sync(), within default.api.timeout.ms.
    void commit_async(CommitCallback callback = nullptr);
    void commit_async(OffsetMap offsets, CommitCallback callback = nullptr);
    /// Partitions without a committed offset are not in the answer.
    Result<OffsetMap> committed(const Partitions& partitions);
    Result<OffsetMap> committed(const Partitions& partitions, Duration timeout);

    // --- what the cluster has --------------------------------------------------------------

    // These ask the brokers and block, at most default.api.timeout.ms: then request_timed_out with
    // who did not answer what. Offsets of a topic that is not there are waited for as long.

    Result<std::map<TopicPartition, Offset>> beginning_offsets(const Partitions& partitions);
    /// Of read_committed consumers: the last stable offset.
    Result<std::map<TopicPartition, Offset>> end_offsets(const Partitions& partitions);
    /// Nothing for a partition where no record is that late.
    Result<std::map<TopicPartition, std::optional<OffsetAndTimestamp>>> offsets_for_times(
        const std::map<TopicPartition, Timestamp>& timestamps);
    Result<std::vector<PartitionInfo>> partitions_for(const std::string& topic);
    Result<std::map<std::string, std::vector<PartitionInfo>>> list_topics();

    // --- the group -------------------------------------------------------------------------

    [[nodiscard]] ConsumerGroupMetadata group_metadata() const;
    /// Joins again with the next poll(). Classic groups only: else unsupported_version.
    Result<> enforce_rebalance(std::string reason = {});

    /// Commits (with enable.auto.commit), gives the partitions back and leaves the group, within
    /// `timeout`. Static members (group.instance.id) leave in such a way that they may come back.
    Result<> close();
    Result<> close(Duration timeout);

private:
    struct Impl;
    explicit Consumer(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace barnabas
