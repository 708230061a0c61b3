#include "client/consumer/consumer_core.h"

#include "base/invariant.h"
#include "client/consumer/classic_membership.h"
#include "client/consumer/consumer_membership.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

namespace barnabas::client {

namespace {

Fetcher::Options fetch_options(const ConsumerConfig& config) {
    return {.wait_max = config.fetch_wait_max,
            .bytes_min = config.fetch_bytes_min,
            .bytes_max = config.fetch_bytes_max,
            .partition_bytes_max = config.partition_bytes_max,
            .isolation = config.isolation,
            .rack = config.rack,
            .retry_backoff = config.common.retry_backoff,
            .preferred_replica_for = config.common.metadata_age_max};
}

std::unique_ptr<Membership> make_membership(const ConsumerConfig& config, AssignorSet assignors,
                                            runtime::Random& random) {
    if (!config.group_id) {
        return nullptr;
    }
    MembershipSettings settings{
        .group_id = *config.group_id,
        .group_instance_id = config.group_instance_id,
        .rack = config.rack.empty() ? std::nullopt : std::optional(config.rack),
        .session_timeout = config.session_timeout,
        .heartbeat_interval = config.heartbeat_interval,
        .poll_interval_max = config.poll_interval_max,
        .request_timeout = config.common.request_timeout,
        .retry_backoff = config.common.retry_backoff,
        .remote_assignor = config.remote_assignor,
        .retry_backoff_max = config.common.retry_backoff_max,
        .retry_draw = random.next()};
    if (config.group_protocol == GroupProtocol::consumer) {
        return std::make_unique<ConsumerMembership>(std::move(settings), random.uuid().to_string());
    }
    return std::make_unique<ClassicMembership>(std::move(settings), std::move(assignors));
}

}  // namespace

ConsumerCore::ConsumerCore(Cluster::Ports ports, ConsumerConfig config, AssignorSet assignors)
    : log_(ports.log),
      config_(std::move(config)),
      cluster_(ports, {.common = config_.common, .create_topics = config_.create_topics}),
      subscription_(config_.reset),
      fetcher_(fetch_options(config_), subscription_, cluster_.metadata()),
      membership_(make_membership(config_, std::move(assignors), ports.shard.random())),
      changed_(ports.shard),
      event_(ports.shard),
      progress_(ports.shard),
      tasks_(ports.shard) {}

ConsumerCore::~ConsumerCore() = default;

void ConsumerCore::start() {
    INVARIANT(!started_, "a consumer starts twice");
    started_ = true;
    cluster_.start();
    tasks_.spawn(drive());
    tasks_.spawn(watch_metadata());
}

awaitable<Result<void>> ConsumerCore::close(Time deadline) {
    while (committing_ && now() < deadline) {
        co_await progress_.wait_until(deadline);
    }
    co_await end_sessions(deadline);
    stopping_ = true;
    poke();
    event_.notify_all();
    progress_.notify_all();
    co_await cluster_.close();
    co_await tasks_.join();
    co_return Result<void>();
}

// --- the driver --------------------------------------------------------------------------------

/// Nothing is awaited between the look at the machines and the wait: no change is missed.
awaitable<void> ConsumerCore::drive() {
    while (!stopping_) {
        const Time at = now();
        pass_on_polls(at);
        follow_metadata();
        start_group_requests(at);
        start_positions(at);
        start_fetches(at);
        announce();
        const Time wake = next_wake(at);
        co_await changed_.wait_until(wake);
    }
}

/// Who waits in poll() for longer than max.poll.interval.ms does not hang.
void ConsumerCore::pass_on_polls(Time at) {
    const Time polled =
        std::max(polled_at_.load(std::memory_order_relaxed), waited_for_ ? at : polled_seen_);
    if (polled != polled_seen_ && membership_) {
        membership_->on_poll(polled);
    }
    polled_seen_ = polled;
}

awaitable<void> ConsumerCore::watch_metadata() {
    while (!stopping_) {
        const auto seen = cluster_.metadata().generation();
        co_await cluster_.changed_since(seen, never);
        if (cluster_.closing()) {
            break;
        }
        poke();
    }
}

Time ConsumerCore::next_wake(Time at) const {
    Time wake = std::min(subscription_.next_retry(at), fetcher_.next_wake(at));
    if (membership_) {
        wake = std::min(wake, membership_->next_wake(at));
    }
    if (auto_commit_at_ > at) {
        wake = std::min(wake, auto_commit_at_);
    }
    return wake;
}

void ConsumerCore::follow_metadata() {
    const auto generation = cluster_.metadata().generation();
    if (pattern_here_ && generation != seen_metadata_) {
        match_pattern();
    }
    if (generation != seen_metadata_) {
        fetcher_.on_metadata();
    }
    seen_metadata_ = generation;
    if (membership_) {
        membership_->on_metadata(cluster_.metadata(), now());
    }
    want_topics();
}

/// Of the classic protocol the member itself looks which topics there are.
void ConsumerCore::match_pattern() {
    const re2::RE2 pattern(subscription_.pattern(), re2::RE2::Quiet);
    std::set<std::string> matching;
    for (const auto& [name, topic] : cluster_.metadata().topics()) {
        const bool hidden = topic.internal && config_.exclude_internal_topics;
        if (topic.error == ErrorCode::none && !hidden && re2::RE2::FullMatch(name, pattern)) {
            matching.insert(name);
        }
    }
    if (subscription_.matched(std::move(matching)) || seen_metadata_ == 0) {
        membership_->subscribe(subscription_.topics());
    }
}

void ConsumerCore::want_topics() {
    auto others = membership_ ? membership_->topics_of_interest() : std::set<std::string>();
    if (subscription_.changes() == wanted_by_ && others == wanted_by_group_) {
        return;
    }
    wanted_by_ = subscription_.changes();
    std::set<std::string, std::less<>> wanted(others.begin(), others.end());
    wanted_by_group_ = std::move(others);
    wanted.insert(subscription_.topics().begin(), subscription_.topics().end());
    for (const auto& [partition, state] : subscription_.partitions()) {
        wanted.insert(partition.topic);
    }
    cluster_.metadata().want_only(wanted, now());
    cluster_.poke();
}

bool ConsumerCore::user_is_wanted(Time at) const {
    return !errors_.empty() || fetcher_.has_error() || woken_.load(std::memory_order_relaxed) ||
           auto_commit_at_ <= at ||
           (membership_ && (membership_->wants_user() || membership_->fatal()));
}

/// Tells the user's side what there is for it.
void ConsumerCore::announce() {
    const bool wanted = user_is_wanted(now());
    attention_.store(wanted, std::memory_order_relaxed);
    if (wanted || fetcher_.has_records()) {
        event_.notify_all();
    }
    progress_.notify_all();
}

void ConsumerCore::report_error(Error error) {
    if (errors_.size() < errors_max && std::ranges::find(errors_, error) == errors_.end()) {
        errors_.push_back(std::move(error));
    }
}

std::optional<Error> ConsumerCore::take_error() {
    if (membership_ && membership_->fatal() && subscription_.in_group() &&
        !membership_->wants_user()) {
        Error error = *membership_->fatal();
        if (!refused_by_.empty()) {
            error.message += fmt::format(" ({})", refused_by_);
        }
        return error;
    }
    if (!errors_.empty()) {
        Error error = std::move(errors_.front());
        errors_.pop_front();
        return error;
    }
    return fetcher_.take_error();
}

void ConsumerCore::wake_up() {
    woken_.store(true);
    attention_.store(true);
    cluster_.shard().post([this] { event_.notify_all(); });
}

// --- polling -----------------------------------------------------------------------------------

void ConsumerCore::report(const std::vector<Consumed>& consumed) {
    bool room = false;
    for (const Consumed& done : consumed) {
        subscription_.consumed(done.partition, done.stamp, done.next);
        if (done.released > 0) {
            fetcher_.released(done.partition, done.stamp, done.released);
            room = true;
        }
    }
    if (room) {
        poke();
    }
}

awaitable<Result<PollEvent>> ConsumerCore::next_event(bool wait, Time deadline) {
    if (subscription_.kind() == Subscription::Kind::none) {
        co_return fail(ErrorCode::invalid_request,
                       "poll() needs something to read: subscribe() or assign() first");
    }
    if (subscription_.in_group() && membership_) {
        membership_->on_poll(now());
    }
    poke();
    while (true) {
        if (woken_.exchange(false)) {
            co_return fail(ErrorCode::operation_not_attempted, "poll() was ended by wakeup()");
        }
        PollEvent event{.step = next_step()};
        if (event.step) {
            co_return event;
        }
        if (auto error = take_error()) {
            announce();
            co_return std::unexpected(std::move(*error));
        }
        auto_commit(now());
        event.fetched = fetcher_.take();
        announce();
        if (!event.fetched.empty() || !wait || now() >= deadline) {
            co_return event;
        }
        if (stopping_) {
            co_return fail(ErrorCode::invalid_request, "the consumer is closed");
        }
        waited_for_ = true;
        co_await event_.wait_until(deadline);
        waited_for_ = false;
    }
}

std::optional<RebalanceStep> ConsumerCore::next_step() {
    return membership_ ? membership_->next_step(now()) : std::nullopt;
}

awaitable<Result<void>> ConsumerCore::begin_step(RebalanceStep step) {
    Result<void> done;
    if (step.kind == RebalanceStep::Kind::assign) {
        auto all = subscription_.assignment();
        all.insert(all.end(), step.partitions.begin(), step.partitions.end());
        subscription_.set_assignment(all);
        if (config_.auto_commit && auto_commit_at_ == never) {
            auto_commit_at_ = now() + config_.auto_commit_interval;
        }
        poke();
        co_return done;
    }
    for (const TopicPartition& partition : step.partitions) {
        if (PartitionState* state = subscription_.find(partition)) {
            state->revoking = true;
        }
    }
    if (step.kind == RebalanceStep::Kind::revoke && step.commit_first && config_.auto_commit) {
        done = co_await commit(std::nullopt, now() + config_.common.request_timeout);
        if (!done) {
            log_.warn(
                "positions are not committed before a rebalance: {}; the group may read "
                "some records twice",
                done.error().message);
        }
    }
    co_return done;
}

void ConsumerCore::end_step(const RebalanceStep& step) {
    if (step.kind == RebalanceStep::Kind::assign) {
        ++metrics_.assignments;
    } else {
        subscription_.remove(step.partitions);
    }
    if (step.kind == RebalanceStep::Kind::lose) {
        metrics_.partitions_lost += step.partitions.size();
    }
    membership_->step_done(now());
    poke();
}

ConsumerMetrics ConsumerCore::metrics() const {
    ConsumerMetrics told = metrics_;
    told.queued_bytes = fetcher_.queued_bytes();
    for (const auto& [partition, state] : subscription_.partitions()) {
        if (const auto records = subscription_.lag(partition, config_.isolation)) {
            told.lag.emplace(partition, *records);
        }
    }
    return told;
}

// --- what is read ------------------------------------------------------------------------------

Result<> ConsumerCore::subscribe(std::set<std::string> topics) {
    TRY(need_group("subscribe()"));
    TRY(subscription_.subscribe(std::move(topics)));
    pattern_here_ = false;
    cluster_.metadata().want_all(false);
    membership_->subscribe(subscription_.topics());
    poke();
    return {};
}

Result<> ConsumerCore::subscribe_pattern(std::string pattern) {
    TRY(need_group("subscribe_pattern()"));
    const re2::RE2 parsed(pattern, re2::RE2::Quiet);
    if (!parsed.ok()) {
        return fail(ErrorCode::invalid_regular_expression,
                    "\"{}\" is no regular expression of RE2: {}", pattern, parsed.error());
    }
    TRY(subscription_.subscribe_pattern(std::move(pattern)));
    pattern_here_ = !membership_->has_broker_patterns();
    seen_metadata_ = 0;
    if (!pattern_here_) {
        membership_->subscribe_pattern(subscription_.pattern());
    }
    // Of the broker's matches only ids come: their names have to be known.
    cluster_.metadata().want_all(true);
    cluster_.metadata().request_update();
    cluster_.poke();
    poke();
    return {};
}

Result<> ConsumerCore::assign(const std::vector<TopicPartition>& partitions) {
    if (subscription_.kind() == Subscription::Kind::by_hand && config_.auto_commit) {
        auto_commit_at_ = std::min(auto_commit_at_, now());
        auto_commit(now());  // of what is left behind
    }
    TRY(subscription_.assign_by_hand(partitions));
    if (config_.auto_commit && auto_commit_at_ == never) {
        auto_commit_at_ = now() + config_.auto_commit_interval;
    }
    poke();
    return {};
}

void ConsumerCore::leave(bool for_good) {
    if (membership_ && subscription_.in_group()) {
        membership_->leave(for_good);
    }
    poke();
}

bool ConsumerCore::is_unheard_of() const {
    return cluster_.metadata().brokers().empty() &&
           (!membership_ || membership_->identity().generation_id < 0);
}

awaitable<Result<void>> ConsumerCore::left(Time deadline) {
    const Time began = now();
    poke();
    while (membership_ && subscription_.in_group() && !membership_->has_left()) {
        if (now() >= deadline) {
            co_return fail(ErrorCode::request_timed_out,
                           "the coordinator of group \"{}\" did not confirm within {} ms that the "
                           "consumer leaves: its session will end by itself",
                           *config_.group_id, (now() - began) / 1ms);
        }
        co_await progress_.wait_until(deadline);
    }
    co_return Result<void>();
}

void ConsumerCore::unsubscribed() {
    subscription_.clear();
    pattern_here_ = false;
    auto_commit_at_ = never;
    cluster_.metadata().want_all(false);
    poke();
}

Result<> ConsumerCore::seek(const TopicPartition& partition, const OffsetAndMetadata& position) {
    if (position.offset.get() < 0) {
        return fail(ErrorCode::invalid_request, "{} has no offset {}: they count from 0", partition,
                    position.offset);
    }
    TRY_ASSIGN(PartitionState* const state, subscription_.assigned(partition));
    subscription_.seek(*state, position);
    poke();
    return {};
}

Result<> ConsumerCore::seek_to(const std::vector<TopicPartition>& partitions,
                               const ResetTarget& target) {
    for (const TopicPartition& partition : partitions) {
        TRY(subscription_.assigned(partition));
    }
    for (const TopicPartition& partition :
         partitions.empty() ? subscription_.assignment() : partitions) {
        subscription_.request_reset(*subscription_.find(partition), target);
    }
    poke();
    return {};
}

Result<> ConsumerCore::set_paused(const std::vector<TopicPartition>& partitions, bool paused) {
    for (const TopicPartition& partition : partitions) {
        TRY(subscription_.assigned(partition));
    }
    for (const TopicPartition& partition : partitions) {
        subscription_.find(partition)->paused = paused;
    }
    poke();
    return {};
}

awaitable<Result<Offset>> ConsumerCore::position(TopicPartition partition, Time deadline) {
    const Time began = now();
    position_trouble_.clear();
    while (true) {
        auto state = subscription_.assigned(partition);
        if (!state) {
            co_return fail(std::move(state));
        }
        if ((*state)->has_position()) {
            co_return (*state)->position.offset;
        }
        if (auto error = take_error()) {
            co_return std::unexpected(std::move(*error));
        }
        if (now() >= deadline || stopping_) {
            const std::string why = (*state)->leaderless ? "it has no leader" : position_trouble_;
            co_return fail(ErrorCode::request_timed_out,
                           "the position of {} is not known after {} ms{}{}", partition,
                           (now() - began) / 1ms, why.empty() ? "" : "; ", why);
        }
        co_await progress_.wait_until(deadline);
    }
}

ConsumerGroupMetadata ConsumerCore::identity() const {
    return membership_ && subscription_.in_group()
               ? membership_->identity()
               : ConsumerGroupMetadata{.group_id = config_.group_id.value_or("")};
}

Result<> ConsumerCore::rejoin(std::string reason) {
    TRY(need_group("enforce_rebalance()"));
    TRY(membership_->rejoin(std::move(reason)));
    poke();
    return {};
}

}  // namespace barnabas::client
