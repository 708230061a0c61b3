#include "client/cluster/cluster.h"

#include "base/invariant.h"
#include "client/cluster/stale_knowledge.h"
#include "wire/api.h"
#include "wire/messages/find_coordinator.h"

#include <algorithm>
#include <chrono>
#include <compare>

namespace barnabas::client {

/// Counts a call while it runs; close() waits for the last one.
class Cluster::CallCounter {
public:
    explicit CallCounter(Cluster& cluster) : cluster_(cluster) { ++cluster_.calls_; }
    CallCounter(const CallCounter&) = delete;
    CallCounter& operator=(const CallCounter&) = delete;
    ~CallCounter() {
        if (--cluster_.calls_ == 0 && cluster_.closing_) {
            cluster_.changed_.notify_all();
        }
    }

private:
    Cluster& cluster_;
};

namespace {

std::int64_t in_ms(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

std::string_view name_of_api(std::int16_t api_key) {
    const auto* api = wire::find_api(api_key);
    INVARIANT(api != nullptr, "no API {}", api_key);
    return api->name;
}

}  // namespace

Cluster::Cluster(Ports ports, Options options)
    : ports_(std::move(ports)),
      options_(std::move(options)),
      metadata_({.age_max = options_.common.metadata_age_max,
                 .backoff = {.first = options_.common.retry_backoff,
                             .most = options_.common.retry_backoff_max},
                 .topic_idle_max = options_.topic_idle_max,
                 .create_topics = options_.create_topics}),
      tasks_(ports_.shard),
      changed_(ports_.shard),
      reached_(ports_.shard.clock().now()) {
    INVARIANT(!options_.common.bootstrap.empty(), "a cluster without bootstrap servers");
}

Cluster::~Cluster() {
    INVARIANT(!started_ || closing_ || ports_.shard.stopped(), "a cluster dies without close()");
    INVARIANT(calls_ == 0 || ports_.shard.stopped(), "{} calls outlive their cluster", calls_);
}

void Cluster::start() {
    INVARIANT(!started_, "a cluster starts twice");
    started_ = true;
    tasks_.spawn(keep_up());
}

awaitable<void> Cluster::close() {
    closing_ = true;
    for (auto& [id, link] : links_) {
        abandon(link, closed());
    }
    changed_.notify_all();
    while (calls_ > 0) {
        co_await changed_.wait_until(never);
    }
    co_await tasks_.join();
}

Error Cluster::closed() {
    return {ErrorCode::unknown_server_error, "the client is being closed"};
}

// --- metadata -----------------------------------------------------------------------------------

void Cluster::poke() {
    changed_.notify_all();
}

awaitable<Result<void>> Cluster::refresh(std::vector<std::string> topics, Time deadline) {
    const CallCounter counter(*this);
    const Time began = now();
    for (const std::string& topic : topics) {
        metadata_.want(topic, began);
    }
    // The first answer is on its way already, and nobody knows anything older: a second request
    // would have to wait for the backoff.
    const bool first = topics.empty() && metadata_.generation() == 0;
    const std::uint64_t wanted = first ? 0 : metadata_.request_update();
    poke();
    while (first ? metadata_.generation() == 0 : metadata_.completed() < wanted) {
        if (closing_) {
            co_return std::unexpected(closed());
        }
        if (now() >= deadline) {
            const auto& failure = metadata_.failure();
            co_return fail(ErrorCode::request_timed_out,
                           "no metadata of the cluster within {} ms; {}", in_ms(now() - began),
                           failure ? failure->message : "no broker has answered yet");
        }
        co_await changed_.wait_until(deadline);
    }
    co_return Result<void>();
}

awaitable<bool> Cluster::changed_since(std::uint64_t seen, Time deadline) {
    const CallCounter counter(*this);
    while (metadata_.generation() <= seen && !closing_ && now() < deadline) {
        co_await changed_.wait_until(deadline);
    }
    co_return metadata_.generation() > seen;
}

awaitable<void> Cluster::keep_up() {
    while (!closing_) {
        const Time idle = close_idle();
        const Time refresh = metadata_.next_refresh();
        if (refresh <= now()) {
            co_await refresh_once();
        } else {
            co_await changed_.wait_until(std::min(idle, refresh));
        }
    }
}

awaitable<void> Cluster::refresh_once() {
    wire::MetadataRequest request = metadata_.begin(now());
    const BrokerId broker = pick_any();
    // Before version 4 a request cannot say that it creates nothing.
    const std::int16_t version_min = options_.create_topics ? 1 : 4;
    const CallOptions options{.versions = {version_min, wire::latest}};
    auto answer = co_await call(broker, std::move(request), options);
    if (answer) {
        metadata_.update(answer->message, now());
        if (!metadata_.failure()) {
            reached_ = now();
            drop_stale_links();
        }
    } else {
        metadata_.failed(std::move(answer.error()), now(), ports_.shard.random().next());
    }
    if (metadata_.failure() && !closing_) {
        const Error why = *metadata_.failure();
        ports_.log.warn("no metadata from {}: {}", name_of(broker), why.message);
        consider_rebootstrap(broker, why);
    }
    changed_.notify_all();
}

/// KIP-899, KIP-1102, KIP-1242: when no known broker can be reached, or one says so, or there was
/// no metadata for too long, the bootstrap servers are asked again.
void Cluster::consider_rebootstrap(BrokerId broker, const Error& why) {
    const bool looking = metadata_.brokers().empty();  // among the bootstrap servers
    if (!options_.common.rebootstrap || (looking && broker >= BrokerId{0})) {
        return;
    }
    if (why.code == ErrorCode::rebootstrap_required) {
        rebootstrap(why.message);
        return;
    }
    if (looking) {
        return;
    }
    const bool none_left = std::ranges::all_of(metadata_.brokers(), [this](const auto& node) {
        const auto link = links_.find({node.id, Lane::main});
        return link != links_.end() && !link->second.ready() && link->second.failures > 0 &&
               link->second.not_before > reached_;  // not long ago
    });
    if (none_left) {
        rebootstrap("none of its brokers can be reached");
    } else if (now() - reached_ >= options_.common.rebootstrap_trigger) {
        rebootstrap("there was no metadata for metadata.recovery.rebootstrap.trigger.ms");
    }
}

/// The links stay until new metadata drop them: whoever could not be connected to is not tried at
/// once because somebody forgot about it.
void Cluster::rebootstrap(std::string_view why) {
    // A bootstrap server that says so itself is left for another.
    const bool bootstrap_too = metadata_.brokers().empty();
    if (!bootstrap_too) {
        ports_.log.warn(
            "forgetting the cluster's {} brokers, and asking bootstrap.servers again: {}",
            metadata_.brokers().size(), why);
    }
    const Error reason{ErrorCode::network_exception,
                       fmt::format("the cluster is being looked for anew: {}", why)};
    for (auto& [id, link] : links_) {
        if (bootstrap_too || id.broker >= BrokerId{0}) {
            abandon(link, reason);
        }
    }
    coordinators_.clear();
    if (!bootstrap_too) {
        metadata_.forget_brokers();
    }
    reached_ = now();
    changed_.notify_all();
}

/// Brokers that left, or that are somewhere else now.
void Cluster::drop_stale_links() {
    for (auto it = links_.begin(); it != links_.end();) {
        const BrokerId broker = it->first.broker;
        const auto address = address_of(broker);
        if (address && *address == it->second.address) {
            ++it;
            continue;
        }
        abandon(it->second, {ErrorCode::network_exception,
                             fmt::format("{} is not at {}:{} any more", name_of(broker),
                                         it->second.address.host, it->second.address.port)});
        coordinators_.forget_broker(broker);
        it = links_.erase(it);
    }
}

/// When to look again.
Time Cluster::close_idle() {
    const Duration idle_max = options_.common.connections_max_idle;
    Time next = never;
    if (idle_max == Duration::max()) {
        return next;
    }
    for (auto& [id, link] : links_) {
        if (!link.ready()) {
            continue;
        }
        const bool idle = link.connection->requests() == 0;
        const Time until = (idle ? link.connection->last_activity() : now()) + idle_max;
        if (until <= now()) {
            // No failure: the code says so to serve().
            link.connection->close(
                {ErrorCode::none, "nothing happened for connections.max.idle.ms"});
            link.connection.reset();
        } else {
            next = std::min(next, until);
        }
    }
    return next;
}

// --- single requests ----------------------------------------------------------------------------

awaitable<Result<Cluster::Attempt>> Cluster::exchange(BrokerId broker, AnyRequest request,
                                                      CallOptions options) {
    const CallCounter counter(*this);
    const LinkId link{broker, options.lane};
    auto connection = co_await connection_to(link, options.deadline);
    if (!connection) {
        co_return fail(std::move(connection));
    }
    const wire::Versions wanted{std::max(request.versions.first, options.versions.first),
                                std::min(request.versions.last, options.versions.last)};
    const auto version = (*connection)->choose_version(request.api_key, wanted);
    if (!version) {
        co_return std::unexpected(version.error());
    }
    const Time begun = now();
    if (begun >= options.deadline) {
        co_return fail(ErrorCode::request_timed_out, "{}: no time is left to send {} v{}",
                       name_of(broker), name_of_api(request.api_key), *version);
    }
    const Duration at_most =
        options.timeout > Duration{0} ? options.timeout : options_.common.request_timeout;
    const rpc::OutgoingRequest outgoing{
        .api_key = request.api_key,
        .layout = {.version = *version, .flexible = *version >= request.flexible_since},
        .schema = request.schema,
        .message = request.message,
        .sources = options.sources,
        .timeout = std::min(at_most, options.deadline - begun),
        .answered = request.answered};
    auto response = co_await (*connection)->exchange(outgoing);
    if (!response) {
        co_return fail(std::move(response));
    }
    co_return Attempt{.response = std::move(*response), .connection = std::move(*connection)};
}

awaitable<Result<void>> Cluster::call_any(BrokerId broker, AnyRequest request, CallOptions options,
                                          ReadBody read) {
    auto attempt = co_await exchange(broker, request, options);
    if (!attempt) {
        co_return fail(std::move(attempt));
    }
    const std::int16_t version = attempt->response.version;
    const auto throttled = read(attempt->response.body(), version);
    if (!throttled) {
        co_return std::unexpected(
            attempt->connection->refuse(request.api_key, version, throttled.error()));
    }
    throttle(broker, *throttled);
    co_return Result<void>();
}

// --- routed requests ----------------------------------------------------------------------------

awaitable<Result<void>> Cluster::exchange_routed(Target target, AnyRequest request,
                                                 CallOptions options, Read read) {
    const CallCounter counter(*this);
    options.lane = target.lane();
    const Backoff backoff{options_.common.retry_backoff, options_.common.retry_backoff_max};
    const Time began = now();
    std::optional<Error> last;
    for (std::uint32_t tries = 1;; ++tries) {
        const auto tried = co_await try_once(target, request, options, &read);
        if (tried && !is_retriable(tried->code)) {
            co_return Result<void>();
        }
        if (closing_) {
            co_return std::unexpected(closed());
        }
        const std::string_view api = name_of_api(request.api_key);
        Error why = tried ? Error{tried->code, fmt::format("{}: {}: {}", name_of(tried->broker),
                                                           api, tried->code)}
                          : tried.error();
        if (!tried && last && now() >= options.deadline) {
            why = *last;  // what the last try had no time for says less than this
        }
        last = why;
        if (!worth_another_try(why.code)) {
            co_return std::unexpected(why);
        }
        const Time next = now() + backoff.after(tries, ports_.shard.random().next());
        if (next >= options.deadline) {
            co_return fail(why.code, "{} ({} for {}, given up after {} {} in {} ms)", why.message,
                           api, target.text(), tries, tries == 1 ? "try" : "tries",
                           in_ms(now() - began));
        }
        while (!closing_ && now() < next) {
            co_await changed_.wait_until(next);
        }
    }
}

awaitable<Result<Cluster::Verdict>> Cluster::try_once(Target target, AnyRequest request,
                                                      CallOptions options, const Read* read) {
    auto broker = co_await resolve(target, options.deadline);
    if (!broker) {
        co_return fail(std::move(broker));
    }
    auto attempt = co_await exchange(*broker, request, options);
    if (!attempt) {
        heed(target, *broker, attempt.error().code);
        co_return fail(std::move(attempt));
    }
    auto code = (*read)(std::move(*attempt), *broker);
    if (!code) {
        heed(target, *broker, code.error().code);
        co_return fail(std::move(code));
    }
    heed(target, *broker, *code);
    co_return Verdict{.code = *code, .broker = *broker};
}

awaitable<Result<BrokerId>> Cluster::resolve(Target target, Time deadline) {
    switch (target.kind()) {
        case Target::Kind::any:
            co_return pick_any();
        case Target::Kind::coordinator:
            co_return co_await find_coordinator(target.coordinator_type(), target.key(), deadline);
        case Target::Kind::broker:
        case Target::Kind::controller:
            break;
    }
    const bool controller = target.kind() == Target::Kind::controller;
    const auto known = [&] { return controller ? metadata_.controller() : target.broker_id(); };
    if (metadata_.broker(known()) == nullptr) {
        auto refreshed = co_await refresh({}, deadline);
        if (!refreshed) {
            co_return fail(std::move(refreshed));
        }
    }
    if (metadata_.broker(known()) != nullptr) {
        co_return known();
    }
    if (controller) {
        co_return fail(ErrorCode::broker_not_available, "the cluster has no controller now");
    }
    co_return std::unexpected(unknown_broker(target.broker_id()));
}

void Cluster::heed(const Target& target, BrokerId broker, ErrorCode code) {
    const Stale stale = stale_after(code);
    if (stale.coordinator && target.kind() == Target::Kind::coordinator) {
        coordinators_.forget(target.coordinator_type(), target.key(), broker);
    }
    if (stale.metadata) {
        metadata_.request_update();
        poke();
    }
}

std::vector<BrokerId> Cluster::candidates() const {
    std::vector<BrokerId> brokers;
    for (const BrokerNode& node : metadata_.brokers()) {
        brokers.push_back(node.id);
    }
    if (brokers.empty()) {
        for (std::size_t i = 0; i < options_.common.bootstrap.size(); ++i) {
            brokers.emplace_back(-1 - static_cast<std::int32_t>(i));
        }
    }
    return brokers;
}

/// Kafka's least loaded node: connected, with the fewest requests; else one that connects or may,
/// drawn by lot; else the one whose backoff ends first.
BrokerId Cluster::pick_any() {
    struct Rank {
        int order = 0;
        std::int64_t amount = 0;
        auto operator<=>(const Rank&) const = default;
    };
    const auto rank = [this](BrokerId broker) -> Rank {
        const auto found = links_.find({broker, Lane::main});
        if (found == links_.end()) {
            return {.order = 2};
        }
        const BrokerLink& link = found->second;
        const Time from = std::max(link.throttled_until, link.not_before);
        if (link.ready() && link.throttled_until <= now()) {
            return {.order = 0, .amount = static_cast<std::int64_t>(link.connection->requests())};
        }
        if (from > now()) {
            return {.order = 3, .amount = from.time_since_epoch().count()};
        }
        return {.order = link.dialing ? 1 : 2, .amount = link.failures};
    };
    const auto brokers = candidates();
    const auto first = ports_.shard.random().below(brokers.size());
    BrokerId best = brokers[first];
    for (std::size_t i = 1; i < brokers.size(); ++i) {
        const BrokerId other = brokers[(first + i) % brokers.size()];
        if (rank(other) < rank(best)) {
            best = other;
        }
    }
    return best;
}

// --- coordinators -------------------------------------------------------------------------------

awaitable<Result<BrokerId>> Cluster::find_coordinator(CoordinatorType type, std::string key,
                                                      Time deadline) {
    if (const auto known = coordinators_.find(type, key);
        known && metadata_.broker(*known) != nullptr) {
        co_return *known;
    }
    co_return co_await ask_for_coordinator(type, std::move(key), deadline);
}

void Cluster::forget_coordinator(CoordinatorType type, std::string_view key, BrokerId broker) {
    coordinators_.forget(type, key, broker);
}

namespace {

/// What an answer says of the one key that was asked for, in whichever version.
wire::FindCoordinatorResponse::Coordinator coordinator_in(
    const wire::FindCoordinatorResponse& response, std::string_view key) {
    for (const auto& coordinator : response.coordinators) {
        if (coordinator.key == key) {
            return coordinator;
        }
    }
    wire::FindCoordinatorResponse::Coordinator coordinator{.key = std::string(key),
                                                           .node_id = response.node_id,
                                                           .host = response.host,
                                                           .port = response.port,
                                                           .error_code = response.error_code,
                                                           .error_message = response.error_message,
                                                           .unknown_tags = {}};
    if (coordinator.error_code == 0 && (coordinator.host.empty() || coordinator.node_id < 0)) {
        coordinator.error_code = static_cast<std::int16_t>(ErrorCode::coordinator_not_available);
    }
    return coordinator;
}

/// Which versions of FindCoordinator know the type: transactions since 1, share groups since 6.
wire::Versions versions_for(CoordinatorType type) {
    switch (type) {
        case CoordinatorType::group:
            return {0, wire::latest};
        case CoordinatorType::transaction:
            return {1, wire::latest};
        case CoordinatorType::share:
            return {6, wire::latest};
    }
    INVARIANT(false, "coordinator type {}", static_cast<int>(type));
}

}  // namespace

awaitable<Result<BrokerId>> Cluster::ask_for_coordinator(CoordinatorType type, std::string key,
                                                         Time deadline) {
    // Each version takes what it has of these.
    wire::FindCoordinatorRequest request{.key = key,
                                         .key_type = static_cast<std::int8_t>(type),
                                         .coordinator_keys = {key},
                                         .unknown_tags = {}};
    const CallOptions options{.deadline = deadline, .versions = versions_for(type)};
    const auto judge = [&key](const wire::FindCoordinatorResponse& response) {
        return static_cast<ErrorCode>(coordinator_in(response, key).error_code);
    };
    auto answer = co_await call(Target::any(), std::move(request), options, judge);
    if (!answer) {
        co_return fail(std::move(answer));
    }
    const auto found = coordinator_in(answer->message, key);
    const auto code = static_cast<ErrorCode>(found.error_code);
    if (code != ErrorCode::none) {
        co_return fail(code, "{} knows no coordinator of {} '{}': {}{}{}", name_of(answer->broker),
                       coordinator_type_name(type), key, code,
                       found.error_message.value_or("").empty() ? "" : ", ",
                       found.error_message.value_or(""));
    }
    const BrokerId broker{found.node_id};
    const bool port_fits = found.port > 0 && found.port <= 65'535;
    if (broker < BrokerId{0} || found.host.empty() || !port_fits) {
        co_return fail(ErrorCode::coordinator_not_available,
                       "{} named broker {} at '{}:{}' as coordinator of {} '{}'",
                       name_of(answer->broker), found.node_id, found.host, found.port,
                       coordinator_type_name(type), key);
    }
    metadata_.learn_broker({.id = broker,
                            .host = found.host,
                            .port = static_cast<std::uint16_t>(found.port),
                            .rack = std::nullopt});
    coordinators_.learn(type, std::move(key), broker);
    co_return broker;
}

}  // namespace barnabas::client
