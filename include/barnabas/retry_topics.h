#pragma once

#include <barnabas/client_config.h>
#include <barnabas/consumer.h>
#include <barnabas/event_loop.h>
#include <barnabas/records.h>
#include <barnabas/result.h>
#include <barnabas/time.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas {

/// How a RetryingConsumer deals with records that could not be handled.
struct RetryOptions {
    /// One retry topic for each, and how long a record waits there at least, by the clocks of the
    /// members that put it there and take it out. None: a record that fails once is dead.
    std::vector<Duration> delays{std::chrono::seconds(1), std::chrono::seconds(10),
                                 std::chrono::minutes(1)};
    /// Behind a topic's name; the number of the retry follows: "orders-billing-retry-1".
    /// Nothing: "-<group.id>-retry-", so that groups that read the same topic do not get each
    /// other's failures.
    std::optional<std::string> retry_suffix{};
    /// Behind a topic's name. Nothing: "-<group.id>-dlt".
    std::optional<std::string> dead_letter_suffix{};
    /// In front of the headers' names. The standard is that of Kafka's own dead letter queues
    /// (KIP-1191, share groups); Kafka Connect's is "__connect.errors.".
    std::string header_prefix = "__dlq.errors.";
    /// Whether another try may help; where not, the record is dead at once. Nothing: for every
    /// error but INVALID_RECORD, with which serdes say that bytes are no such value.
    std::function<bool(const Error&)> worth_retrying{};
    /// For the producer that forwards failed records, on top of what it has in common with the
    /// consumer (bootstrap.servers, security, connections). acks=0 is refused.
    ClientConfig producer{};
    /// nullptr: a loop of its own.
    std::shared_ptr<EventLoop> loop{};
};

/// What one RetryingConsumer::poll() did.
struct RetryCounts {
    std::size_t handled = 0;  ///< by the handler, without an error
    std::size_t retried = 0;  ///< failed, and in a retry topic now
    std::size_t dead = 0;     ///< failed, and in a dead-letter topic now

    friend bool operator==(const RetryCounts&, const RetryCounts&) = default;
};

/// A consumer of a group whose failed records do not stop it: a record that the handler fails goes
/// to a retry topic, where it waits, and is handled again; after the last retry it goes to a
/// dead-letter topic. (What Spring Kafka calls non-blocking retries.)
///
///     auto consumer = RetryingConsumer::create(
///         {{"bootstrap.servers", "localhost:9092"}, {"group.id", "billing"}}, {"orders"});
///     while (running) { auto done = consumer->poll(1s, bill); ... }  // Result<> bill(record)
///
/// It reads the topics and their retry topics as one group, so any member may get any retry. Retry
/// and dead-letter topics are made by the broker when they are first used, if it makes topics by
/// itself; else by create_topics().
///
/// Headers of a forwarded record tell why, as text, behind RetryOptions::header_prefix; the
/// record's own come first, its key, value and other headers are as they were, its timestamp is
/// that of forwarding. `topic`, `partition`, `offset`, `timestamp` (ms): where it stood at first;
/// `group`; `delivery.count`: how often it was handled; `error`: Kafka's name of the code;
/// `message`: the sentence, its first 1000 bytes; `failed.at` (ms): when it failed last;
/// `retry.at` (ms, in retry topics): when it is due. Headers of the last failure replace those of
/// the one before.
///
/// What is guaranteed: at least once. Offsets are committed at the end of each poll(), after every
/// record of it was handled, or is stored in its next topic with the acknowledgements that were
/// asked for. After a crash, a rebalance or an error of poll() records are handled, and forwarded,
/// again. Exactly once is not claimed: handlers must stand a record twice.
///
/// Order: records of a partition are handled one after the other; one that fails leaves that order
/// for good: those behind it, of the same key too, do not wait for it. Within a retry topic records
/// keep their order, and one that is not due holds up those behind it, which are due later.
///
/// Delays: a partition whose next record is not due is paused, and resumed by the poll() that is
/// called when it is; nobody sleeps, and other partitions are read meanwhile. A record is late by
/// as long as nobody polls.
///
/// Threads: one at a time; wakeup() from any. The handler runs inside poll(), on its thread; it
/// must be done within max.poll.interval.ms for max.poll.records of them.
class RetryingConsumer {
public:
    /// Handles a record, or says why it cannot. One that throws has failed, too, with
    /// UNKNOWN_SERVER_ERROR and what() as the sentence.
    using Handler = std::function<Result<>(const ConsumerRecord&)>;

    /// `config`: the consumer's, with a group.id. Commits are its own business: where
    /// enable.auto.commit is set it must be false. Retry topics are always read from their
    /// beginning, whatever auto.offset.reset says of the others. invalid_config for that, for what
    /// the clients refuse, and for retry topics whose names cannot be (a group.id with characters
    /// that topics do not have: set the suffixes).
    [[nodiscard]] static Result<RetryingConsumer> create(ClientConfig config,
                                                         std::vector<std::string> topics,
                                                         RetryOptions options = {});

    /// The other one may only be destroyed and assigned to.
    RetryingConsumer(RetryingConsumer&& other) noexcept;
    RetryingConsumer& operator=(RetryingConsumer&& other) noexcept;
    ~RetryingConsumer();  ///< as close()

    /// Makes the retry and dead-letter topics that are not there, each with as many partitions as
    /// the topic that it belongs to, which must be there. Before the first poll(), with which a
    /// broker that makes topics by itself makes them, too. Blocks. `replication_factor`: the
    /// broker's choice unless given.
    Result<> create_topics(std::optional<std::int16_t> replication_factor = std::nullopt);

    /// Waits up to `timeout` for records that are due, hands them to `handle` one by one, forwards
    /// what failed, and commits. Nothing in time: all counts are 0. An error: what could not be
    /// forwarded is read again by the next poll(), as is what comes behind it in its partition;
    /// what was done before it is committed. Those of Consumer::poll() and commit_sync() come
    /// through here.
    Result<RetryCounts> poll(Duration timeout, const Handler& handle);
    /// Ends the wait of poll(), or of the next one, with operation_not_attempted. From any thread.
    void wakeup();

    /// Where a record of `topic` goes when it fails for the `number`-th time (from 1).
    [[nodiscard]] std::string retry_topic(std::string_view topic, std::size_t number) const;
    [[nodiscard]] std::string dead_letter_topic(std::string_view topic) const;

    /// The consumer under it, for everything else (assignment, lag, list_topics). What it reads,
    /// pauses and commits is not to be changed.
    [[nodiscard]] Consumer& plain();

    /// Leaves the group and ends both clients. The first error, if any.
    Result<> close();

private:
    class Impl;
    explicit RetryingConsumer(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace barnabas
