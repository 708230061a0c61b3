#pragma once

#include "base/logger.h"
#include "client/cluster/cluster.h"
#include "client/config/share_consumer_config.h"
#include "client/share_consumer/share_exchange.h"
#include "client/share_consumer/share_membership.h"
#include "runtime/tasks.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace barnabas::client {

/// What the thread that polls asks for.
struct ShareAsk {
    std::vector<PartAcks> acknowledged{};  ///< to be sent on the way
    bool fetch = true;                     ///< records are wanted
    bool wait = true;                      ///< for something to happen
};

/// Why it is woken; several at once are possible, nothing is a timeout.
struct ShareEvent {
    std::vector<FetchedShare> fetched{};
    std::vector<AckOutcome> outcomes{};
    std::optional<Duration> lock_timeout{};
};

/// The part of a share consumer that lives on its event loop: owns the machines (membership,
/// exchange), sends what they want sent and feeds them the answers. One driver coroutine looks at
/// them whenever something has changed, and starts one coroutine per request.
///
/// Everything is called on the loop's shard, but for what is said to be for any thread. The user's
/// side (ShareConsumer) is one thread at a time, which calls in turn.
class ShareCore {
public:
    ShareCore(Cluster::Ports ports, ShareConsumerConfig config);
    ShareCore(const ShareCore&) = delete;
    ShareCore& operator=(const ShareCore&) = delete;
    ~ShareCore();

    void start();
    /// Sends what is acknowledged, ends the share sessions and leaves the group, as far as
    /// `deadline` allows; then closes connections. What came of it all is in take_outcomes(). Once.
    awaitable<Result<void>> close(std::vector<PartAcks> acknowledged, Time deadline);

    // --- for any thread ------------------------------------------------------------------------

    [[nodiscard]] Time now() const { return cluster_.now(); }
    /// The user polled.
    void note_poll() { polled_at_.store(now(), std::memory_order_relaxed); }
    void wake_up();

    // --- the user ------------------------------------------------------------------------------

    void subscribe(std::set<std::string> topics);
    /// See ShareExchange.
    [[nodiscard]] std::vector<FetchedShare> stop_reading() { return exchange_.stop_reading(); }
    /// Leaves the group and reads nothing any more.
    awaitable<Result<void>> unsubscribe(Time deadline);
    [[nodiscard]] std::set<std::string> subscription() const { return membership_.topics(); }

    /// The next thing that happens, or nothing at `deadline`.
    awaitable<Result<ShareEvent>> next_event(ShareAsk ask, Time deadline);
    /// Until each partition's broker has answered. operation_not_attempted: wake_up(); the
    /// acknowledgements go on.
    awaitable<Result<CommitOutcome>> commit(std::vector<PartAcks> acknowledged, Time deadline);
    void commit_async(std::vector<PartAcks> acknowledged);
    void set_listening(bool listening) { exchange_.set_listening(listening); }
    [[nodiscard]] std::vector<AckOutcome> take_outcomes() { return exchange_.take_outcomes(); }
    [[nodiscard]] std::optional<Duration> lock_timeout() const { return exchange_.lock_timeout(); }

private:
    awaitable<void> drive();
    awaitable<void> watch_metadata();
    void poke() { changed_.notify_all(); }
    void pass_on_polls(Time at);
    void follow_assignment();
    void start_heartbeat(Time at);
    void start_exchanges(Time at);
    awaitable<void> heartbeat(wire::ShareGroupHeartbeatRequest request);
    awaitable<void> fetch(BrokerId broker, wire::ShareFetchRequest request, CallOptions options);
    awaitable<void> acknowledge(BrokerId broker, wire::ShareAcknowledgeRequest request,
                                CallOptions options);
    void heed(ShareExchange::Effects effects);
    [[nodiscard]] Time deadline_of_acknowledgements() const;
    void announce();
    [[nodiscard]] Time next_wake(Time at) const;
    std::optional<Error> take_error();
    awaitable<void> leave(Time deadline);

    Logger log_;
    ShareConsumerConfig config_;
    Cluster cluster_;
    ShareMembership membership_;
    ShareExchange exchange_;
    std::uint64_t seen_assignment_ = 0;
    std::uint64_t seen_metadata_ = 0;
    bool started_ = false;
    bool stopping_ = false;
    bool group_fails_ = false;  ///< the last heartbeat had no answer
    bool waited_for_ = false;   ///< somebody waits in next_event()
    std::string refused_by_;    ///< who answered what that makes membership impossible; empty: none

    std::atomic<Time> polled_at_{Time{}};
    std::atomic<bool> woken_ = false;
    Time polled_seen_{};

    runtime::Signal changed_;   ///< for the driver
    runtime::Signal event_;     ///< for next_event(): something for the user
    runtime::Signal progress_;  ///< after each round of the driver
    runtime::TaskGroup tasks_;
};

}  // namespace barnabas::client
