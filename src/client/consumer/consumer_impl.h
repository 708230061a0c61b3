#pragma once

#include "client/consumer/consumer_core.h"
#include "client/consumer/drain.h"
#include "client/loop.h"
#include <barnabas/consumer.h>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace barnabas {

/// The user's side of a consumer: the thread that calls it, or, for poll_async(), the loop's. Holds
/// what is fetched and runs the listener; all else is asked of the core, which lives on the loop.
struct Consumer::Impl {
    Consumer* self = nullptr;  ///< where the consumer is now
    std::shared_ptr<EventLoop> event_loop;
    client::Loop loop;
    client::ConsumerConfig config;
    std::unique_ptr<client::ConsumerCore> core;  ///< made and destroyed on the loop; none: closed
    std::mutex waking;  ///< held by wakeup(), on whatever thread, and where `core` goes
    client::Drain drain;
    Listener listener;
    std::vector<std::shared_ptr<ConsumerInterceptor>> interceptors;
    bool polling = false;  ///< a poll_async() is under way
    Measured poll_interval_ms;
    std::optional<Time> polled_at;
    std::uint64_t records_read = 0;

    Impl(std::shared_ptr<EventLoop> event_loop, client::Loop loop, client::ConsumerConfig config)
        : event_loop(std::move(event_loop)),
          loop(std::move(loop)),
          config(std::move(config)),
          drain({.check_crcs = this->config.check_crcs, .isolation = this->config.isolation}) {}

    [[nodiscard]] Time deadline_in(Duration timeout) const;
    /// invalid_request once it is closed.
    [[nodiscard]] Result<> open() const;

    /// What `work` returns (not void) on the loop; nothing if the loop is over.
    template <class Work>
    auto on_loop(Work work) const -> std::optional<decltype(work())> {
        std::optional<decltype(work())> result;
        auto run = [&result, &work] { result.emplace(work()); };
        ignore(client::run_and_wait(loop, std::move(run)), "then there is no result");
        return result;
    }
    /// The same for work that returns a Result: an error if the loop is over.
    template <class Work>
    auto try_on_loop(Work work) const -> decltype(work()) {
        TRY(open());
        auto result = on_loop(std::move(work));
        if (!result) {
            return fail(ErrorCode::unknown_server_error, "the consumer's event loop has ended");
        }
        return std::move(*result);
    }
    /// Blocks until the coroutine that `make` returns has ended on the loop.
    template <class Make>
    auto block_on(Make make) const -> typename decltype(make())::value_type {
        TRY(open());
        return client::start(loop, std::move(make)).get();
    }

    Result<ConsumerRecords> poll(Duration timeout);
    client::awaitable<Result<ConsumerRecords>> poll_async_here(Duration timeout);
    client::awaitable<Result<ConsumerRecords>> poll_here(Time deadline);
    void run_step(const client::RebalanceStep& step);
    client::awaitable<void> run_step_here(client::RebalanceStep step);
    /// What poll() answers: counted, and as the interceptors want it.
    [[nodiscard]] ConsumerRecords handed_out(ConsumerRecords records);
    void measure_poll();
    [[nodiscard]] Result<ConsumerMetrics> metrics();
    /// From now on, on the loop; before the core starts.
    void tell_interceptors_of_commits();
    void tell_listener(const client::RebalanceStep& step);
    void tell_released();
    /// Hands over how far the user has come; blocks.
    void settle();
    Result<> leave_group(Time deadline);
    Result<> close(Duration timeout);

    // consumer_calls.cc
    Result<> seek_to(const Partitions& partitions, const client::ResetTarget& target);
    Result<> commit(std::optional<OffsetMap> offsets, Duration timeout);
    void commit_async(std::optional<OffsetMap> offsets, CommitCallback callback);
    Result<std::map<TopicPartition, client::OffsetAnswer>> find_offsets(
        std::map<TopicPartition, std::int64_t> timestamps);
    Result<std::map<TopicPartition, Offset>> log_offsets(const Partitions& partitions,
                                                         std::int64_t timestamp);
    Result<std::map<std::string, std::vector<PartitionInfo>>> topics(
        std::optional<std::string> only);
};

}  // namespace barnabas
