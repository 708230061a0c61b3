#pragma once

#include <barnabas/client_config.h>
#include <barnabas/consumer_records.h>
#include <barnabas/event_loop.h>
#include <barnabas/result.h>
#include <barnabas/time.h>
#include <barnabas/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas {

/// What becomes of a record that was delivered (KIP-932, KIP-1222). The wire's numbers.
enum class AcknowledgeType : std::int8_t {
    accept = 1,   ///< it was processed: nobody gets it again
    release = 2,  ///< somebody gets it again, unless it was delivered as often as it may be
    reject = 3,  ///< it cannot be processed: nobody gets it again; it goes to the dead letter queue
    renew = 4,   ///< it takes longer: its lock begins anew, and poll() hands it out once more
};

/// "accept", "release", "reject", "renew".
[[nodiscard]] std::string_view acknowledge_type_name(AcknowledgeType type);

/// By partition: its acknowledgements were taken, or why they were not.
using AcknowledgeResults = std::map<TopicPartition, Result<>>;

/// Reads records as a member of a share group: a queue over topics, in which several members read
/// one partition and each record is acknowledged by itself; Kafka's KafkaShareConsumer (KIP-932).
///
///     auto consumer = ShareConsumer::create({{"bootstrap.servers", "localhost:9092"},
///                                            {"group.id", "orders-workers"},
///                                            {"share.acknowledgement.mode", "explicit"}});
///     consumer->subscribe({"orders"});
///     for (auto records = consumer->poll(1s); records; records = consumer->poll(1s))
///         for (const auto& record : *records)
///             consumer->acknowledge(record, work(record) ? AcknowledgeType::accept
///                                                        : AcknowledgeType::release);
///
/// A record that was delivered is locked for this member for acquisition_lock_timeout(); not
/// acknowledged by then, it is delivered again, maybe to another. Where a group begins to read is
/// the group's own configuration (share.auto.offset.reset: latest unless it is set).
///
/// share.acknowledgement.mode:
///   implicit  the next poll(), or a commit, accepts what the last poll() handed out;
///             acknowledge() is an error
///   explicit  each record is to be acknowledged before the next poll()
///
/// Acknowledgements are sent by the next poll() or commit, to the broker that delivered. They fail
/// where its locks are gone: the lock ran out, the connection was lost, another broker leads. Such
/// records are delivered again.
///
/// Threads: one thread at a time uses a share consumer; wakeup() alone may be called from any. What
/// it does in between (heartbeats, requests) happens on its event loop; nothing here may be called
/// on that loop's own thread. After close() every call fails with invalid_request.
class ShareConsumer {
public:
    /// Called by poll(), the commits and close(), on the thread that calls them, once for each
    /// partition of an answer: offsets rise and are of records, not of gaps. It must not call the
    /// consumer: that is invalid_request.
    using CommitCallback =
        std::function<void(const TopicPartition&, const std::vector<Offset>&, const Result<>&)>;

    /// invalid_config, also for what share groups leave to the broker (auto.offset.reset,
    /// isolation.level, enable.auto.commit, ...); invalid_group_id without group.id.
    static Result<ShareConsumer> create(ClientConfig config,
                                        std::shared_ptr<EventLoop> loop = nullptr);

    ShareConsumer(ShareConsumer&& other) noexcept;
    ShareConsumer& operator=(ShareConsumer&& other) noexcept;
    ~ShareConsumer();  ///< as close()

    /// In place of what was subscribed to before; no topics: unsubscribe().
    Result<> subscribe(std::vector<std::string> topics);
    /// Leaves the group. Records that poll() did not hand out yet are released; those that it did
    /// may still be acknowledged.
    Result<> unsubscribe();
    [[nodiscard]] std::set<std::string> subscription() const;

    /// Records that are there, at most max.poll.records; waits up to `timeout` for the first.
    /// Nothing in time: empty. While locks are being renewed nothing new comes: what was renewed is
    /// handed out again. invalid_request in explicit mode while records wait for acknowledge();
    /// wakeup(): operation_not_attempted. What cannot be read (CORRUPT_MESSAGE and the like) is an
    /// error once, and is rejected.
    Result<ConsumerRecords> poll(Duration timeout);

    /// Explicit mode only. invalid_request: not handed out by the last poll(), or already sent.
    /// Again before it is sent: in place of the first.
    Result<> acknowledge(const ConsumerRecord& record,
                         AcknowledgeType type = AcknowledgeType::accept);
    Result<> acknowledge(const TopicPartition& partition, Offset offset, AcknowledgeType type);

    /// Sends what is acknowledged and waits for the answers, at most default.api.timeout.ms. Errors
    /// of single partitions are in the results; operation_not_attempted: wakeup().
    Result<AcknowledgeResults> commit_sync();
    Result<AcknowledgeResults> commit_sync(Duration timeout);
    /// Sends it; the callback tells what came of it.
    Result<> commit_async();
    /// In place of an earlier one; nullptr: none.
    Result<> set_commit_callback(CommitCallback callback);

    /// How long records are locked for this member; nothing before any came.
    [[nodiscard]] std::optional<Duration> acquisition_lock_timeout() const;

    /// Ends the poll() or commit_sync() that is under way, or the next one. From any thread.
    void wakeup();

    /// Sends what is acknowledged, gives back what is not and leaves the group, within `timeout`
    /// (30 seconds unless said). Also in implicit mode nothing is accepted that was not yet.
    Result<> close();
    Result<> close(Duration timeout);

private:
    struct Impl;
    explicit ShareConsumer(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace barnabas
