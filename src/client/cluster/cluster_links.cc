// The connections of a cluster: who connects to whom, when, and what an end of one means.
#include "base/invariant.h"
#include "client/cluster/broker_text.h"
#include "client/cluster/cluster.h"
#include "rpc/api_versions_exchange.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {

namespace {

/// Whom we believe to speak to (KIP-1242). Whoever would not look for the cluster anew does not ask
/// to be told, as in Kafka's clients. The cluster and the broker, or neither: a coordinator may be
/// found before the cluster's id is known, and Kafka refuses half of it.
rpc::Introduction introduction_to(BrokerId broker, const CommonConfig& config,
                                  const std::optional<std::string>& cluster_id) {
    rpc::Introduction introduction;
    if (config.check_cluster && config.rebootstrap && broker >= BrokerId{0} && cluster_id) {
        introduction.cluster_id = cluster_id;
        introduction.node_id = broker.get();
    }
    return introduction;
}

/// Lets those run who have been woken by now.
awaitable<void> step_behind(runtime::Shard& shard) {
    auto wake_soon = [](runtime::Wakeup wakeup) { wakeup.post(); };
    co_await runtime::suspend(shard, std::move(wake_soon));
}

awaitable<void> wait_for(runtime::Shard& shard, std::shared_ptr<Dialing> dialing, Time deadline) {
    ++dialing->waiting;
    if (dialing->ready) {
        co_await step_behind(shard);
    } else {
        co_await dialing->settled.wait_until(deadline);
    }
    --dialing->waiting;
}

/// The connection is there: until all who wait for it have it, and all who came meanwhile.
awaitable<void> let_go(runtime::Shard& shard, std::shared_ptr<Dialing> dialing) {
    dialing->ready = true;
    dialing->settled.notify_all();
    while (dialing->waiting > 0) {
        co_await step_behind(shard);
    }
}

/// What the link has, or will have as soon as those who waited for it have gone on, of whom the
/// caller is one; nullptr: nothing that can be sent through.
std::shared_ptr<rpc::ClientConnection> usable(const BrokerLink& link, const Dialing* dialing) {
    if (link.ready()) {
        return link.connection;
    }
    const bool open = dialing != nullptr && dialing->ready && dialing->connection != nullptr &&
                      dialing->connection->open();
    return open ? dialing->connection : nullptr;
}

}  // namespace

std::optional<runtime::Endpoint> Cluster::address_of(BrokerId broker) const {
    if (broker < BrokerId{0}) {
        const auto index = static_cast<std::size_t>(-1 - broker.get());
        return index < options_.common.bootstrap.size()
                   ? std::optional(options_.common.bootstrap[index])
                   : std::nullopt;
    }
    const BrokerNode* node = metadata_.broker(broker);
    return node != nullptr ? std::optional(runtime::Endpoint{node->host, node->port})
                           : std::nullopt;
}

std::string Cluster::name_of(BrokerId broker) const {
    const auto address = broker < BrokerId{0} ? address_of(broker) : std::nullopt;
    return address ? fmt::format("bootstrap server {}:{}", address->host, address->port)
                   : broker_text(metadata_, broker);
}

Error Cluster::unknown_broker(BrokerId broker) const {
    std::string known;
    for (const BrokerNode& node : metadata_.brokers()) {
        known += fmt::format("{}{}", known.empty() ? "" : ", ", node.id);
    }
    if (known.empty()) {
        const auto& failure = metadata_.failure();
        known = fmt::format("none that is known{}{}", failure ? ": " : "",
                            failure ? failure->message : "");
    }
    // While none is known the cluster is being looked for: that may pass.
    return {metadata_.brokers().empty() ? ErrorCode::network_exception
                                        : ErrorCode::broker_not_available,
            fmt::format("the cluster has no broker {} now; it has {}", broker, known)};
}

/// nullptr if there is no such broker. A link to where the broker was before ends here.
BrokerLink* Cluster::link_to(LinkId id) {
    const auto address = address_of(id.broker);
    if (!address) {
        return nullptr;
    }
    const auto [at, is_new] = links_.try_emplace(id);
    BrokerLink& link = at->second;
    if (!is_new && link.address != *address) {
        abandon(link,
                {ErrorCode::network_exception,
                 fmt::format("broker {} has moved from {}:{} to {}:{}", id.broker,
                             link.address.host, link.address.port, address->host, address->port)});
        link = {};
    }
    link.address = *address;
    return &link;
}

void Cluster::abandon(BrokerLink& link, const Error& why) {
    if (const auto dialing = std::exchange(link.dialing, nullptr)) {
        dialing->abandoned = why;
        if (dialing->connection) {
            dialing->connection->close(why);
        }
        dialing->changed.notify_all();
    }
    if (const auto connection = std::exchange(link.connection, nullptr)) {
        connection->close(why);
    }
}

void Cluster::disconnect(BrokerId broker, Error why) {
    for (auto& [id, link] : links_) {
        if (id.broker == broker) {
            abandon(link, why);
        }
    }
}

std::size_t Cluster::connections() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(links_, [](const auto& entry) { return entry.second.ready(); }));
}

Time Cluster::reachable_at(BrokerId broker) const {
    const auto found = links_.find({broker, Lane::main});
    if (found == links_.end()) {
        return now();
    }
    const BrokerLink& link = found->second;
    const Time from = link.ready() ? Time{} : link.not_before;
    return std::max({now(), from, link.throttled_until});
}

void Cluster::throttle(BrokerId broker, std::int32_t throttle_time_ms) {
    if (throttle_time_ms <= 0) {
        return;
    }
    for (auto& [id, link] : links_) {
        if (id.broker == broker) {
            link.throttled_until = now() + std::chrono::milliseconds(throttle_time_ms);
        }
    }
}

// --- connecting ---------------------------------------------------------------------------------

awaitable<Result<Cluster::ConnectionPtr>> Cluster::connection_to(LinkId id, Time deadline) {
    const Time began = now();
    std::shared_ptr<Dialing> dialing;  // that we wait for
    for (;;) {
        if (closing_) {
            co_return std::unexpected(closed());
        }
        if (dialing && dialing->failure) {  // also of a broker that nobody knows any more
            co_return std::unexpected(*dialing->failure);
        }
        BrokerLink* link = link_to(id);
        if (link == nullptr) {
            co_return std::unexpected(unknown_broker(id.broker));
        }
        const ConnectionPtr connection = usable(*link, dialing.get());
        if (connection && link->throttled_until <= now()) {
            co_return connection;
        }
        if (dialing && dialing->ready && !connection) {
            co_return fail(ErrorCode::network_exception,
                           "{}: the connection ended as soon as it was made", name_of(id.broker));
        }
        if (now() >= deadline) {
            co_return fail(
                ErrorCode::request_timed_out, "{}: no connection within {} ms", name_of(id.broker),
                std::chrono::duration_cast<std::chrono::milliseconds>(now() - began).count());
        }
        if (connection) {
            const Time until = std::min(link->throttled_until, deadline);
            co_await changed_.wait_until(until);
        } else if (link->dialing) {
            dialing = link->dialing;
            co_await wait_for(ports_.shard, dialing, deadline);
        } else if (now() < link->not_before) {
            const Time until = std::min(link->not_before, deadline);
            co_await changed_.wait_until(until);
        } else {
            begin_dialing(id, *link);
        }
    }
}

/// KIP-601: longer with each failure.
Duration Cluster::setup_timeout(std::uint32_t failures) {
    const Backoff timeout{options_.common.connection_setup_timeout,
                          options_.common.connection_setup_timeout_max};
    return timeout.after(failures + 1, ports_.shard.random().next());
}

void Cluster::begin_dialing(LinkId id, BrokerLink& link) {
    INVARIANT(!link.dialing && !link.ready(), "{} is dialled twice", name_of(id.broker));
    link.connection.reset();
    link.dialing = std::make_shared<Dialing>(ports_.shard);
    tasks_.spawn(connect(id, link.address, setup_timeout(link.failures), link.dialing));
}

awaitable<void> Cluster::connect(LinkId id, runtime::Endpoint to, Duration timeout,
                                 std::shared_ptr<Dialing> dialing) {
    auto established = co_await establish(id, std::move(to), timeout, dialing);
    if (established) {
        co_await let_go(ports_.shard, dialing);
    }
    dialing->connection.reset();
    const auto found = links_.find(id);
    const bool wanted = found != links_.end() && found->second.dialing == dialing;
    if (wanted) {
        BrokerLink& link = found->second;
        link.dialing.reset();
        if (established && (*established)->open()) {
            link.connection = *established;
            link.failures = 0;
            ports_.log.debug("connected to {}", name_of(id.broker));
        } else {
            count_failure(id, link, established ? (*established)->why() : established.error());
        }
    } else if (established) {
        (*established)->close(closed());
    }
    if (!established) {
        dialing->failure = established.error();
        dialing->settled.notify_all();
    }
    // Whatever it was connected for: a broker that is not the one that was meant says what metadata
    // of others may never say (KIP-1242).
    if (wanted && !established && established.error().code == ErrorCode::rebootstrap_required) {
        consider_rebootstrap(id.broker, established.error());
    }
}

awaitable<Result<Cluster::ConnectionPtr>> Cluster::establish(LinkId id, runtime::Endpoint to,
                                                             Duration timeout,
                                                             std::shared_ptr<Dialing> dialing) {
    const std::string name = name_of(id.broker);
    dial(ports_.shard, std::move(to), options_.common.socket, now() + timeout, dialing);
    while (!dialing->stream && !dialing->abandoned) {
        co_await dialing->changed.wait_until(never);
    }
    if (dialing->abandoned) {
        co_return std::unexpected(*dialing->abandoned);
    }
    if (!*dialing->stream) {
        co_return fail(
            ErrorCode::network_exception, "{}: {}{}", name, dialing->stream->error().message,
            id.broker < BrokerId{0} ? ""
                                    : " (the cluster gave this address: see the broker's "
                                      "advertised.listeners)");
    }
    rpc::ClientConnection::Options options;
    options.peer = name;
    options.client_id = options_.common.client_id;
    options.limits.in_flight_max = options_.in_flight_max;
    // TLS and SASL take their turns here, in front of and behind the versions.
    const auto connection = std::make_shared<rpc::ClientConnection>(
        ports_.shard, std::move(**dialing->stream), std::move(options));
    dialing->connection = connection;
    tasks_.spawn(serve(id, connection));
    auto negotiated = co_await rpc::negotiate(
        connection, introduction_to(id.broker, options_.common, metadata_.cluster_id()),
        options_.common.request_timeout);
    if (!negotiated && negotiated.error().code == ErrorCode::rebootstrap_required) {
        co_return fail(ErrorCode::rebootstrap_required,
                       "{} (at this address is another broker, or another cluster, than the "
                       "metadata say)",
                       negotiated.error().message);
    }
    if (!negotiated) {
        co_return fail(std::move(negotiated));
    }
    co_return connection;
}

/// While a connection lives, and what its end means.
awaitable<void> Cluster::serve(LinkId id, ConnectionPtr connection) {
    co_await connection->run();
    const auto found = links_.find(id);
    if (found != links_.end() && found->second.connection == connection) {
        found->second.connection.reset();
        count_failure(id, found->second, connection->why());
    }
    changed_.notify_all();
}

void Cluster::count_failure(LinkId id, BrokerLink& link, const Error& why) {
    const Backoff backoff{options_.common.reconnect_backoff, options_.common.reconnect_backoff_max};
    ++link.failures;
    link.not_before = now() + backoff.after(link.failures, ports_.shard.random().next());
    if (!closing_) {
        ports_.log.info("the connection to {} has ended, a next one is made when it is needed: {}",
                        name_of(id.broker), why.message);
    }
    if (id.broker >= BrokerId{0}) {
        metadata_.request_update();  // it may have gone, and its partitions with it
        poke();
    }
}

}  // namespace barnabas::client
