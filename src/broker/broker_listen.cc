// The broker's doors: listeners for clients, and the HTTP port for monitoring.
#include "broker/await_answer.h"
#include "broker/broker.h"
#include "broker/state_report.h"
#include "metadata/registration.h"
#include "runtime/process.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

runtime::Endpoint endpoint_of(const HostAndPort& at) {
    return {.host = at.host, .port = at.port};
}

std::string url_of(const std::string& listener, const runtime::Endpoint& at) {
    const bool ipv6 = at.host.contains(':');
    return fmt::format("{}://{}{}{}:{}", listener, ipv6 ? "[" : "", at.host, ipv6 ? "]" : "",
                       at.port);
}

}  // namespace

/// One listener of each name on every shard: the kernel spreads connections among the shards.
Result<std::vector<std::unique_ptr<runtime::Listener>>> Broker::bind(runtime::Shard& shard,
                                                                     bool first) {
    const auto& network = options_.config.network;
    std::vector<std::unique_ptr<runtime::Listener>> listeners;
    for (std::size_t i = 0; i < network.listeners.size(); ++i) {
        const auto& wanted = network.listeners[i];
        const auto at = first ? endpoint_of(wanted.at) : bound_[i].second;
        TRY_ASSIGN(auto listener,
                   shard.network().listen(
                       {.host = wanted.at.host, .port = at.port},
                       {.backlog = network.listen_backlog,
                        .stream = {.send_buffer_bytes = network.send_buffer_bytes,
                                   .receive_buffer_bytes = network.receive_buffer_bytes},
                        .share_port = ports_.shards.size() > 1,
                        .joins = !first}));
        if (first) {
            bound_.emplace_back(wanted.name, listener->local());
        }
        listeners.push_back(std::move(listener));
    }
    return listeners;
}

awaitable<Result<void>> Broker::listen() {
    fronts_.resize(ports_.shards.size());
    Result<void> failed;
    const auto& network = options_.config.network;
    for (std::size_t i = 0; i < ports_.shards.size() && failed; ++i) {
        auto open = [this, i, &network]() -> Result<void> {
            auto& shard = *services_.shards[i];
            fronts_[i].acceptor = std::make_unique<Acceptor>(
                Acceptor::Ports{.shard = shard.shard,
                                .quota = quota_,
                                .frames = shard.frames,
                                .traffic = shard.traffic,
                                .log = ports_.log.named("network")},
                Acceptor::Options{
                    .limits = {.frame_bytes_max =
                                   static_cast<std::uint32_t>(network.request_max_bytes)},
                    .idle_max = network.connections_max_idle.value_or(Duration::max())});
            TRY_ASSIGN(auto listeners, bind(shard.shard, i == 0));
            if (i == 0) {
                advertise();
            }
            for (std::size_t k = 0; k < listeners.size(); ++k) {
                fronts_[i].dispatchers.push_back(
                    std::make_unique<Dispatcher>(services_, shard, network.listeners[k].name));
                fronts_[i].acceptor->serve(std::move(listeners[k]), *fronts_[i].dispatchers[k]);
            }
            return {};
        };
        failed = co_await runtime::call_on(*ports_.shards.front(), *ports_.shards[i], open);
        if (i == 0 && failed) {
            failed = co_await enter_cluster();
        }
    }
    co_return failed;
}

void Broker::advertise() {
    const auto& network = options_.config.network;
    for (std::size_t i = 0; i < network.advertised.size(); ++i) {
        auto endpoint = endpoint_of(network.advertised[i].at);
        if (endpoint.host.empty() || endpoint.host == "0.0.0.0" || endpoint.host == "::") {
            endpoint.host = ports_.host_name;
        }
        if (endpoint.port == 0) {
            endpoint.port = bound_[i].second.port;
        }
        advertised_.emplace_back(network.advertised[i].name, std::move(endpoint));
    }
}

/// The tree, then the image, tell of this broker and where clients reach it.
awaitable<Result<void>> Broker::enter_cluster() {
    auto& home = *ports_.shards.front();
    metadata::BrokerNode node{.rack = options_.config.rack, .timestamp = home.clock().both().wall};
    for (std::size_t i = 0; i < advertised_.size(); ++i) {
        const auto& [name, endpoint] = advertised_[i];
        const auto protocol = options_.config.network.advertised[i].protocol;
        node.protocols.emplace(name, protocol_name(protocol));
        node.endpoints.push_back(url_of(name, endpoint));
        if (protocol == SecurityProtocol::plaintext && node.host.empty()) {
            node.host = endpoint.host;
            node.port = endpoint.port;
        }
    }
    auto enter = [this, &node](auto done) {
        metadata::register_broker(*store_, services_.node, node, std::move(done));
    };
    auto entered = co_await await_answer<Result<void>>(home, enter);
    if (entered) {
        BrokerImage self{.id = services_.node, .rack = options_.config.rack, .endpoints = {}};
        self.endpoints.insert(advertised_.begin(), advertised_.end());
        co_await topics_->announce(std::move(self));
    }
    co_return entered;
}

Result<void> Broker::serve_http() {
    auto& home = *ports_.shards.front();
    HttpHandler handler = [this](std::string_view path) { return answer_http(std::string(path)); };
    for (const auto& at : options_.config.network.metrics_listeners) {
        if (!http_) {
            http_ = std::make_unique<HttpServer>(home, handler, ports_.log.named("http"));
        }
        auto listener = home.network().listen(endpoint_of(at), {});
        if (!listener) {
            // Two brokers on one machine are common, and a busy port for metrics is no reason to
            // refuse to serve.
            ports_.log.warn("no /metrics: {}; set metrics.listeners", listener.error().message);
            continue;
        }
        http_bound_.push_back((*listener)->local());
        http_->serve(std::move(*listener));
    }
    return {};
}

awaitable<HttpResponse> Broker::answer_http(std::string path) {
    if (path == "/live") {
        co_return HttpResponse{.status = 200, .content_type = "text/plain", .body = "alive\n"};
    }
    if (path == "/ready") {
        co_return HttpResponse{.status = ready_ ? 200U : 503U,
                               .content_type = "text/plain",
                               .body = ready_ ? "ready\n" : "not ready\n"};
    }
    if (path == "/metrics") {
        auto page = co_await metrics_page();
        co_return HttpResponse{.status = 200,
                               .content_type = std::string(MetricsText::content_type),
                               .body = std::move(page)};
    }
    co_return HttpResponse::not_found();
}

awaitable<std::string> Broker::metrics_page() {
    auto& home = *ports_.shards.front();
    ShardMetrics sum;
    BrokerFacts facts;
    const auto image = topics_->image();  // keeps the topics' names alive
    for (std::size_t i = 0; i < services_.shards.size() && !fronts_.empty(); ++i) {
        auto gather = [&, this] {
            auto& shard = *services_.shards[i];
            const auto& acceptor = *fronts_[i].acceptor;
            shard.metrics.connections = acceptor.connections();
            shard.metrics.connections_accepted = acceptor.accepted();
            shard.metrics.connections_refused = acceptor.refused();
            shard.metrics.frames_refused = shard.traffic.frames_refused;
            shard.metrics.fetch_sessions = shard.sessions.sessions();
            shard.metrics.fetch_session_partitions = shard.sessions.partitions();
            shard.metrics.fetch_session_evictions = shard.sessions.evictions();
            shard.metrics.cold_reads = shard.cold_reads.reads();
            shard.metrics.cold_read_bytes = shard.cold_reads.bytes();
            sum.merge(shard.metrics);
            shard.partitions.for_each([&](const replication::Partition& partition) {
                const auto* topic = image->topic(partition.id());
                if (topic == nullptr) {
                    return;
                }
                facts.partitions.push_back({.topic = topic->name,
                                            .partition = partition.name().partition,
                                            .log_bytes = partition.log().size_bytes(),
                                            .log_start = partition.log().log_start(),
                                            .log_end = partition.log().log_end()});
            });
        };
        co_await runtime::call_on(home, *ports_.shards[i], gather);
    }
    facts.node = services_.node;
    facts.cluster_id = image->cluster_id;
    facts.version = BARNABAS_VERSION;
    facts.uptime = home.clock().now() - started_;
    for (const auto& use : dirs_->use()) {
        facts.log_dirs.push_back({.path = use.path.string(),
                                  .online = use.online,
                                  .free_bytes = use.space.free,
                                  .total_bytes = use.space.total});
    }
    facts.cleaner = cleaner_->facts();
    facts.groups = co_await group_report_.gather();
    facts.transactions = co_await gather_transactions(services_);
    facts.shares = co_await gather_shares(services_, GroupReportLimits().groups);
    const bool per_partition = options_.config.network.metrics_per_partition;
    auto print = [&sum, &facts, per_partition] {
        const auto usage = runtime::process_usage();
        facts.process = {.cpu = usage.cpu,
                         .resident_bytes = usage.resident_bytes,
                         .open_files = usage.open_files,
                         .open_files_max = usage.open_files_max};
        return broker_metrics_page(sum, std::move(facts), {.per_partition = per_partition});
    };
    co_return co_await runtime::run_blocking(home, std::move(print));
}

}  // namespace barnabas::broker
