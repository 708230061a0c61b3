#include "client/share_consumer/share_core.h"

#include "base/invariant.h"
#include "client/cluster/answer_source.h"
#include "client/cluster/coordinator_calls.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <variant>

namespace barnabas::client {

namespace {

ShareExchange::Options exchange_options(const ShareConsumerConfig& config, std::string member_id) {
    constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
    return {.group_id = config.group_id,
            .member_id = std::move(member_id),
            .wait_max = config.fetch_wait_max,
            .bytes_min = config.fetch_bytes_min,
            .bytes_max = config.fetch_bytes_max,
            .records_max = static_cast<std::int32_t>(std::min(config.poll_records_max, most)),
            .record_limit = config.record_limit,
            .retry_backoff = config.common.retry_backoff};
}

ShareMembership::Settings membership_settings(const ShareConsumerConfig& config,
                                              runtime::Random& random) {
    return {.group_id = config.group_id,
            .member_id = random.uuid().to_string(),
            .rack = config.rack.empty() ? std::nullopt : std::optional(config.rack),
            .poll_interval_max = config.poll_interval_max,
            .retry = {config.common.retry_backoff, config.common.retry_backoff_max},
            .retry_draw = random.next()};
}

/// No broker was ever there, so none knows of this member.
bool is_unheard_of(const Cluster& cluster, const ShareMembership& membership) {
    return cluster.metadata().brokers().empty() && membership.epoch() <= 0;
}

}  // namespace

ShareCore::ShareCore(Cluster::Ports ports, ShareConsumerConfig config)
    : log_(ports.log),
      config_(std::move(config)),
      cluster_(ports, {.common = config_.common, .create_topics = config_.create_topics}),
      membership_(membership_settings(config_, ports.shard.random())),
      exchange_(exchange_options(config_, membership_.member_id()), cluster_.metadata()),
      changed_(ports.shard),
      event_(ports.shard),
      progress_(ports.shard),
      tasks_(ports.shard) {}

ShareCore::~ShareCore() = default;

void ShareCore::start() {
    INVARIANT(!started_, "a share consumer starts twice");
    started_ = true;
    cluster_.start();
    tasks_.spawn(drive());
    tasks_.spawn(watch_metadata());
}

// --- the driver ----------------------------------------------------------------------------------

/// Nothing is awaited between the look at the machines and the wait: no change is missed.
awaitable<void> ShareCore::drive() {
    while (!stopping_) {
        const Time at = now();
        pass_on_polls(at);
        follow_assignment();
        start_heartbeat(at);
        start_exchanges(at);
        announce();
        const Time wake = next_wake(at);
        co_await changed_.wait_until(wake);
    }
}

awaitable<void> ShareCore::watch_metadata() {
    while (!stopping_) {
        const auto seen = cluster_.metadata().generation();
        co_await cluster_.changed_since(seen, never);
        if (cluster_.closing()) {
            break;
        }
        poke();
    }
}

/// Who waits in poll() for longer than max.poll.interval.ms does not hang.
void ShareCore::pass_on_polls(Time at) {
    const Time polled =
        std::max(polled_at_.load(std::memory_order_relaxed), waited_for_ ? at : polled_seen_);
    if (polled != polled_seen_) {
        membership_.on_poll(polled);
    }
    polled_seen_ = polled;
}

void ShareCore::follow_assignment() {
    const auto generation = cluster_.metadata().generation();
    if (membership_.changes() != seen_assignment_ || generation != seen_metadata_) {
        exchange_.assign(membership_.assignment(cluster_.metadata()));
    }
    seen_assignment_ = membership_.changes();
    seen_metadata_ = generation;
}

void ShareCore::start_heartbeat(Time at) {
    if (auto request = membership_.next_request(at)) {
        tasks_.spawn(heartbeat(std::move(*request)));
    }
}

void ShareCore::start_exchanges(Time at) {
    while (auto send = exchange_.next(at)) {
        // A share session belongs to its connection: all its requests go by one.
        CallOptions options{.versions = {send->version_min, wire::latest},
                            .lane = Lane::fetch,
                            .timeout = config_.fetch_wait_max + config_.common.request_timeout};
        if (auto* request = std::get_if<wire::ShareFetchRequest>(&send->request)) {
            tasks_.spawn(fetch(send->broker, std::move(*request), options));
        } else {
            options.timeout = config_.common.request_timeout;
            tasks_.spawn(acknowledge(
                send->broker, std::get<wire::ShareAcknowledgeRequest>(std::move(send->request)),
                options));
        }
    }
    if (exchange_.take_stale()) {
        cluster_.poke();
    }
}

awaitable<void> ShareCore::heartbeat(wire::ShareGroupHeartbeatRequest request) {
    constexpr std::int16_t first_stable = 1;
    const Duration timeout = config_.common.request_timeout;
    const CallOptions options{
        .deadline = now() + timeout, .versions = {first_stable, wire::latest}, .timeout = timeout};
    auto answer = co_await send_heartbeat(cluster_, config_.group_id, std::move(request), options);
    const bool refused = membership_.fatal().has_value();
    if (answer) {
        group_fails_ = false;
        membership_.on_response(answer->message, now());
        if (!refused && membership_.fatal()) {
            refused_by_ = timed_source_of(cluster_, *answer);
        }
    } else {
        if (!std::exchange(group_fails_, true)) {  // once for all that follow
            log_.warn("share group \"{}\": {}", config_.group_id, answer.error().message);
        }
        membership_.on_failure(answer.error(), now());
        if (!refused && membership_.fatal()) {
            refused_by_.clear();  // its sentence says it
        }
    }
    poke();
}

awaitable<void> ShareCore::fetch(BrokerId broker, wire::ShareFetchRequest request,
                                 CallOptions options) {
    auto answer = co_await cluster_.call(broker, std::move(request), options);
    if (answer) {
        auto frame = std::make_shared<const ByteBuffer>(std::move(answer->frame));
        heed(exchange_.on_fetched(broker, answer->message, std::move(frame), now()));
    } else {
        log_.debug("a ShareFetch from {} failed: {}", cluster_.name_of(broker),
                   answer.error().message);
        heed(exchange_.on_failure(broker, answer.error(), now()));
    }
}

awaitable<void> ShareCore::acknowledge(BrokerId broker, wire::ShareAcknowledgeRequest request,
                                       CallOptions options) {
    auto answer = co_await cluster_.call(broker, std::move(request), options);
    if (answer) {
        heed(exchange_.on_acknowledged(broker, answer->message, now()));
    } else {
        log_.warn("acknowledgements to {} failed: {}", cluster_.name_of(broker),
                  answer.error().message);
        heed(exchange_.on_failure(broker, answer.error(), now()));
    }
}

void ShareCore::heed(ShareExchange::Effects effects) {
    if (effects.metadata_stale) {
        cluster_.poke();
    }
    poke();
}

/// Tells the user's side what there is for it.
void ShareCore::announce() {
    if (exchange_.has_fetched() || exchange_.has_outcomes() || exchange_.has_error() ||
        membership_.fatal() || woken_.load(std::memory_order_relaxed)) {
        event_.notify_all();
    }
    progress_.notify_all();
}

Time ShareCore::next_wake(Time at) const {
    return std::min(membership_.next_wake(at), exchange_.next_wake(at));
}

std::optional<Error> ShareCore::take_error() {
    auto fatal = membership_.fatal();
    if (!fatal) {
        return exchange_.take_error();
    }
    if (!refused_by_.empty()) {
        fatal->message += fmt::format(" ({})", refused_by_);
    }
    return fatal;
}

void ShareCore::wake_up() {
    woken_.store(true);
    cluster_.shard().post([this] {
        event_.notify_all();
        progress_.notify_all();
    });
}

// --- the user ------------------------------------------------------------------------------------

void ShareCore::subscribe(std::set<std::string> topics) {
    membership_.subscribe(topics);
    cluster_.metadata().want_only({topics.begin(), topics.end()}, now());
    cluster_.poke();
    poke();
}

Time ShareCore::deadline_of_acknowledgements() const {
    return now() + config_.api_timeout;
}

awaitable<Result<ShareEvent>> ShareCore::next_event(ShareAsk ask, Time deadline) {
    exchange_.acknowledge(std::move(ask.acknowledged), deadline_of_acknowledgements());
    if (membership_.topics().empty()) {
        poke();
        co_return fail(ErrorCode::invalid_request,
                       "poll() needs something to read: subscribe() first");
    }
    membership_.on_poll(now());
    if (ask.fetch) {
        exchange_.want_records();
    }
    poke();
    while (true) {
        if (woken_.exchange(false)) {
            co_return fail(ErrorCode::operation_not_attempted, "poll() was ended by wakeup()");
        }
        if (auto error = take_error()) {
            co_return std::unexpected(std::move(*error));
        }
        if (exchange_.has_fetched() || exchange_.has_outcomes() || !ask.wait || now() >= deadline) {
            co_return ShareEvent{.fetched = exchange_.take_fetched(),
                                 .outcomes = exchange_.take_outcomes(),
                                 .lock_timeout = exchange_.lock_timeout()};
        }
        if (stopping_) {
            co_return fail(ErrorCode::invalid_request, "the share consumer is closed");
        }
        waited_for_ = true;
        co_await event_.wait_until(deadline);
        waited_for_ = false;
    }
}

awaitable<Result<CommitOutcome>> ShareCore::commit(std::vector<PartAcks> acknowledged,
                                                   Time deadline) {
    const auto number = exchange_.commit(std::move(acknowledged), deadline);
    poke();
    while (true) {
        if (auto outcome = exchange_.outcome(number)) {
            co_return std::move(*outcome);
        }
        if (woken_.exchange(false)) {
            static_cast<void>(exchange_.give_up(number));
            co_return fail(ErrorCode::operation_not_attempted,
                           "commit_sync() was ended by wakeup(); the acknowledgements go on");
        }
        if (now() >= deadline || stopping_) {
            co_return exchange_.give_up(number);
        }
        co_await progress_.wait_until(deadline);
    }
}

void ShareCore::commit_async(std::vector<PartAcks> acknowledged) {
    const auto number = exchange_.commit(std::move(acknowledged), deadline_of_acknowledgements());
    static_cast<void>(exchange_.give_up(number));  // nobody waits
    poke();
}

awaitable<void> ShareCore::leave(Time deadline) {
    membership_.leave();
    poke();
    while (!membership_.has_left() && now() < deadline) {
        co_await progress_.wait_until(deadline);
    }
}

awaitable<Result<void>> ShareCore::unsubscribe(Time deadline) {
    cluster_.metadata().want_only({}, now());
    co_await leave(deadline);
    if (!membership_.has_left()) {
        co_return fail(ErrorCode::request_timed_out,
                       "the coordinator of share group \"{}\" did not confirm in time that the "
                       "consumer leaves: its session will end by itself",
                       config_.group_id);
    }
    co_return Result<void>();
}

/// First what was acknowledged, as in Kafka: whoever is no member any more has no locks.
awaitable<Result<void>> ShareCore::close(std::vector<PartAcks> acknowledged, Time deadline) {
    Result<void> done;
    exchange_.acknowledge(std::move(acknowledged), deadline);
    exchange_.close();
    poke();
    while (!exchange_.is_closed() && now() < deadline) {
        co_await progress_.wait_until(deadline);
    }
    if (!exchange_.is_closed()) {
        done = fail(ErrorCode::request_timed_out,
                    "share sessions of group \"{}\" were not ended in time: what was acquired is "
                    "released when its locks end",
                    config_.group_id);
    }
    if (!is_unheard_of(cluster_, membership_)) {
        co_await leave(deadline);
        if (!membership_.has_left() && done) {
            done = fail(ErrorCode::request_timed_out,
                        "the coordinator of share group \"{}\" did not confirm in time that the "
                        "consumer leaves: its session will end by itself",
                        config_.group_id);
        }
    }
    stopping_ = true;
    poke();
    event_.notify_all();
    progress_.notify_all();
    co_await cluster_.close();
    co_await tasks_.join();
    co_return done;
}

}  // namespace barnabas::client
