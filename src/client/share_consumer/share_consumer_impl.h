#pragma once

#include "client/loop.h"
#include "client/share_consumer/acquired_records.h"
#include "client/share_consumer/in_flight.h"
#include "client/share_consumer/share_core.h"
#include <barnabas/share_consumer.h>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace barnabas {

/// The user's side of a share consumer, on the thread that calls it: what is fetched, what is in
/// the user's hands, and the callback. All else is asked of the core, which lives on the loop.
struct ShareConsumer::Impl {
    std::shared_ptr<EventLoop> event_loop;
    client::Loop loop;
    client::ShareConsumerConfig config;
    std::unique_ptr<client::ShareCore> core;  ///< made and destroyed on the loop; none: closed
    std::mutex waking;  ///< held by wakeup(), on whatever thread, and where `core` goes
    client::ShareDrain drain;
    client::InFlight in_flight;
    CommitCallback callback;
    bool in_callback = false;
    std::optional<Error> unread;  ///< behind records that the last poll() handed out
    std::optional<Duration> lock_timeout;

    Impl(std::shared_ptr<EventLoop> event_loop, client::Loop loop,
         client::ShareConsumerConfig config)
        : event_loop(std::move(event_loop)),
          loop(std::move(loop)),
          config(std::move(config)),
          drain(this->config.check_crcs) {}

    [[nodiscard]] Time deadline_in(Duration timeout) const;
    /// invalid_request once it is closed, and in the callback.
    [[nodiscard]] Result<> open() const;

    /// Blocks until the coroutine that `make` returns has ended on the loop.
    template <class Make>
    auto block_on(Make make) const -> typename decltype(make())::value_type {
        return client::start(loop, std::move(make)).get();
    }

    Result<ConsumerRecords> poll(Duration timeout);
    /// Records that are at hand; empty: none.
    Result<ConsumerRecords> hand_out();
    Result<> acknowledge(const TopicPartition& partition, Offset offset, AcknowledgeType type);
    Result<AcknowledgeResults> commit_sync(Duration timeout);
    Result<> commit_async();
    Result<> send_marked();
    /// Gives the callback, and what was renewed, the outcomes that have come.
    void heed(const std::vector<client::AckOutcome>& outcomes);
    void take_outcomes();
    Result<> unsubscribe();
    Result<> close(Duration timeout);
};

}  // namespace barnabas
