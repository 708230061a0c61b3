#pragma once

#include "base/logger.h"
#include "client/cluster/cluster.h"
#include "client/config/consumer_config.h"
#include "client/consumer/assignor_set.h"
#include "client/consumer/commit_queue.h"
#include "client/consumer/fetcher.h"
#include "client/consumer/membership.h"
#include "client/consumer/offset_requests.h"
#include "client/consumer/subscription.h"
#include "runtime/tasks.h"
#include <barnabas/consumer_metrics.h>
#include <barnabas/partition_info.h>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace barnabas::client {

/// How far the user has come in what was handed to him.
struct Consumed {
    TopicPartition partition;
    std::uint64_t stamp = 0;
    OffsetAndMetadata next;
    std::size_t released = 0;  ///< bytes that he is done with
};

/// Why the thread that polls is woken; several at once are possible, nothing is a timeout.
struct PollEvent {
    std::optional<RebalanceStep> step;  ///< to be carried out, between begin_step() and end_step()
    std::vector<FetchedPartition> fetched;
};

/// The part of a consumer that lives on its event loop: owns the machines (subscription, fetcher,
/// membership, commits), sends what they want sent and feeds them the answers. One driver coroutine
/// looks at them all whenever something has changed, and starts one coroutine per request.
///
/// Everything is called on the loop's shard, but for what is said to be for any thread. The user's
/// side (Consumer) is one thread at a time, which calls in turn.
class ConsumerCore {
public:
    ConsumerCore(Cluster::Ports ports, ConsumerConfig config, AssignorSet assignors);
    ConsumerCore(const ConsumerCore&) = delete;
    ConsumerCore& operator=(const ConsumerCore&) = delete;
    ~ConsumerCore();

    void start();
    /// Waits for commits, ends fetch sessions as far as `deadline` allows; then closes connections.
    /// A member has left its group before: leave(), left(). Once.
    awaitable<Result<void>> close(Time deadline);

    // --- for any thread ------------------------------------------------------------------------

    [[nodiscard]] Time now() const { return cluster_.now(); }
    /// The user polled.
    void note_poll() { polled_at_.store(now(), std::memory_order_relaxed); }
    /// There is something to do for next_event(), besides handing out records.
    [[nodiscard]] bool attention() const { return attention_.load(std::memory_order_relaxed); }
    void wake_up();

    // --- polling -------------------------------------------------------------------------------

    void report(const std::vector<Consumed>& consumed);
    /// The next thing that happens, or nothing at `deadline`; at once, with nothing, where `wait`
    /// is false and there is nothing.
    awaitable<Result<PollEvent>> next_event(bool wait, Time deadline);
    /// Before the listener is called; commits first where the step says so.
    awaitable<Result<void>> begin_step(RebalanceStep step);
    /// After it.
    void end_step(const RebalanceStep& step);
    /// A step that is left to do, whoever asks: for leaving.
    [[nodiscard]] std::optional<RebalanceStep> next_step();
    [[nodiscard]] bool auto_commits() const { return config_.auto_commit; }
    /// All but what the user's side measures: polls, and the records that were handed out.
    [[nodiscard]] ConsumerMetrics metrics() const;

    // --- what is read --------------------------------------------------------------------------

    Result<> subscribe(std::set<std::string> topics);
    Result<> subscribe_pattern(std::string pattern);
    Result<> assign(const std::vector<TopicPartition>& partitions);
    /// The membership begins to end: its last step, if any, is next_step()'s; then left().
    void leave(bool for_good);
    awaitable<Result<void>> left(Time deadline);
    /// No broker was ever there, so none knows of a member: one that ends has nothing to leave.
    [[nodiscard]] bool is_unheard_of() const;
    /// Nothing is read any more; after left(), whatever came of it.
    void unsubscribed();
    [[nodiscard]] Subscription& subscription() { return subscription_; }
    [[nodiscard]] const ConsumerConfig& config() const { return config_; }

    Result<> seek(const TopicPartition& partition, const OffsetAndMetadata& position);
    Result<> seek_to(const std::vector<TopicPartition>& partitions, const ResetTarget& target);
    Result<> set_paused(const std::vector<TopicPartition>& partitions, bool paused);
    awaitable<Result<Offset>> position(TopicPartition partition, Time deadline);

    // --- offsets -------------------------------------------------------------------------------

    /// Nothing named: all that was consumed. Ends when the commit has.
    awaitable<Result<void>> commit(std::optional<OffsetMap> offsets, Time deadline);
    void commit_async(std::optional<OffsetMap> offsets,
                      std::move_only_function<void(const Result<>&, const OffsetMap&)> callback);
    /// `tell` hears of what the coordinator has taken, before the commit's caller does. Before
    /// start().
    void on_committed(std::move_only_function<void(const OffsetMap&)> tell) {
        committed_ = std::move(tell);
    }
    awaitable<Result<OffsetMap>> committed(std::vector<TopicPartition> partitions, Time deadline);
    /// Timestamps as ListOffsets has them.
    awaitable<Result<std::map<TopicPartition, OffsetAnswer>>> find_offsets(
        std::map<TopicPartition, std::int64_t> timestamps, Time deadline);
    awaitable<Result<std::map<std::string, std::vector<barnabas::PartitionInfo>>>> topics(
        std::optional<std::string> only, Time deadline);

    // --- the group -----------------------------------------------------------------------------

    [[nodiscard]] ConsumerGroupMetadata identity() const;
    Result<> rejoin(std::string reason);

private:
    // consumer_core.cc: the driver
    awaitable<void> drive();
    awaitable<void> watch_metadata();
    void poke() { changed_.notify_all(); }
    void pass_on_polls(Time at);
    void follow_metadata();
    void match_pattern();
    void want_topics();
    void announce();
    [[nodiscard]] bool user_is_wanted(Time now) const;
    [[nodiscard]] Time next_wake(Time now) const;
    void report_error(Error error);
    std::optional<Error> take_error();

    // core_fetching.cc
    void start_fetches(Time now);
    awaitable<void> fetch(Fetcher::Fetch fetch);
    awaitable<void> end_sessions(Time deadline);

    // core_positions.cc
    void start_positions(Time now);
    std::map<BrokerId, std::vector<TopicPartition>> by_leader(
        const std::vector<TopicPartition>& partitions, Time now);
    awaitable<void> initialize(std::vector<TopicPartition> partitions);
    void initialized(const std::vector<TopicPartition>& partitions, const OffsetMap& committed);
    awaitable<void> reset(BrokerId leader, std::vector<TopicPartition> partitions);
    awaitable<void> validate(BrokerId leader, std::vector<TopicPartition> partitions);
    void retry_later(const std::vector<TopicPartition>& partitions, PartitionState::Phase phase);

    // core_group.cc
    void start_group_requests(Time now);
    awaitable<void> call_coordinator(GroupCall call);
    template <class Request>
    awaitable<void> send_to_coordinator(Request request, Duration timeout,
                                        std::vector<std::shared_ptr<const ByteBuffer>> bytes);
    template <class Request>
    awaitable<Result<Answer<typename Request::Response>>> ask_group(Request request,
                                                                    CallOptions options);
    awaitable<Result<Answer<wire::LeaveGroupResponse>>> leave_past_join(
        wire::LeaveGroupRequest request, CallOptions options);

    // core_offsets.cc
    void auto_commit(Time now);
    void queue_commit(OffsetMap offsets, Time deadline, CommitQueue::Done done);
    awaitable<void> run_commits();
    awaitable<void> send_commit();
    void tell_committed(const CommitOutcome& outcome);
    [[nodiscard]] Result<> need_group(std::string_view what) const;
    [[nodiscard]] Result<> may_commit() const;
    struct OffsetSearch {
        std::map<TopicPartition, std::int64_t> open;  ///< timestamps that are looked for
        std::map<TopicPartition, OffsetAnswer> found{};
        std::string trouble{};  ///< why something is still open, as last heard
    };
    awaitable<Result<bool>> ask_leaders(OffsetSearch* search, Time deadline);
    static std::unexpected<Error> not_found(const OffsetSearch& search, ErrorCode code,
                                            Duration took);

    Logger log_;
    ConsumerConfig config_;
    Cluster cluster_;
    Subscription subscription_;
    Fetcher fetcher_;
    std::unique_ptr<Membership> membership_;  ///< with a group.id
    CommitQueue commits_;
    std::move_only_function<void(const OffsetMap&)> committed_;  ///< nothing: nobody listens
    ConsumerMetrics metrics_;                                    ///< but for how things stand now
    std::deque<Error> errors_;
    std::string refused_by_;  ///< who answered what that makes membership impossible; empty: none
    std::string position_trouble_;  ///< why a position is not known yet, as last heard
    std::uint64_t wanted_by_ = 0;   ///< Subscription::changes() as of want_topics()
    std::set<std::string> wanted_by_group_;
    std::uint64_t seen_metadata_ = 0;
    bool pattern_here_ = false;  ///< this consumer matches, not the broker
    Time auto_commit_at_ = never;
    bool started_ = false;
    bool stopping_ = false;
    bool group_fails_ = false;  ///< the last request to the coordinator had no answer
    bool waited_for_ = false;   ///< somebody waits in next_event()
    bool committing_ = false;   ///< run_commits() runs

    std::atomic<Time> polled_at_{Time{}};
    std::atomic<bool> attention_ = false;
    std::atomic<bool> woken_ = false;
    Time polled_seen_{};

    runtime::Signal changed_;   ///< for the driver
    runtime::Signal event_;     ///< for next_event(): something for the user
    runtime::Signal progress_;  ///< after each round of the driver: positions, the group
    runtime::TaskGroup tasks_;

    static constexpr std::size_t errors_max = 100;
};

}  // namespace barnabas::client
