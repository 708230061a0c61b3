#include "client/admin/router.h"

#include "base/invariant.h"
#include "client/admin/backoff.h"
#include "client/admin/error_source.h"
#include "client/admin/verdict.h"
#include "client/cluster/stale_knowledge.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace barnabas::client::admin_api {
namespace {

using wire::FindCoordinatorRequest;
using wire::FindCoordinatorResponse;
using wire::MetadataRequest;
using wire::MetadataResponse;

constexpr std::int8_t group_key = 0;
constexpr std::int8_t transaction_key = 1;

/// Trouble that a leader's lookup outlives (PartitionLeaderStrategy of Kafka's client).
bool passes_by(ErrorCode code) {
    return code == ErrorCode::unknown_topic_or_partition || is_retriable(code);
}

std::optional<admin::Node> broker_of(const MetadataResponse& response, std::int32_t id) {
    const auto found = std::ranges::find(response.brokers, id, &MetadataResponse::Broker::node_id);
    if (id < 0 || found == response.brokers.end()) {
        return std::nullopt;
    }
    return admin::Node{.id = BrokerId{found->node_id},
                       .host = found->host,
                       .port = found->port,
                       .rack = found->rack};
}

Result<admin::Node> controller_of(const MetadataResponse& response) {
    if (auto node = broker_of(response, response.controller_id)) {
        return *node;
    }
    return fail(ErrorCode::not_controller, "the cluster has no controller at the moment");
}

Result<admin::Node> leader_of(const MetadataResponse& response, const Route& route) {
    const auto topic = std::ranges::find_if(
        response.topics, [&route](const auto& candidate) { return candidate.name == route.name; });
    if (topic == response.topics.end()) {
        return fail(ErrorCode::unknown_topic_or_partition,
                    "the broker's metadata leaves out topic {}", route.name);
    }
    if (topic->error_code != 0) {
        const auto code = ErrorCode{topic->error_code};
        return fail(code, "topic {}: {}", route.name, error_name(code));
    }
    const auto partition = std::ranges::find(topic->partitions, route.partition.get(),
                                             &MetadataResponse::Topic::Partition::partition_index);
    if (partition == topic->partitions.end()) {
        return fail(ErrorCode::unknown_topic_or_partition,
                    "topic {} has {} partitions, none is number {}", route.name,
                    topic->partitions.size(), route.partition);
    }
    if (auto node = broker_of(response, partition->leader_id)) {
        return *node;
    }
    const auto code = partition->error_code != 0 ? ErrorCode{partition->error_code}
                                                 : ErrorCode::leader_not_available;
    return fail(code, "partition {}-{} has no leader at the moment: {}", route.name,
                route.partition, error_name(code));
}

Result<admin::Node> coordinator_of(const FindCoordinatorResponse& response, const Route& route) {
    const auto node = [&route](const auto& answer) -> Result<admin::Node> {
        const auto code = ErrorCode{answer.error_code};
        if (code != ErrorCode::none) {
            return std::unexpected(broker_error(code, answer.error_message, route.to_text()));
        }
        return admin::Node{
            .id = BrokerId{answer.node_id}, .host = answer.host, .port = answer.port};
    };
    if (response.coordinators.empty()) {
        return node(response);
    }
    const auto found = std::ranges::find(response.coordinators, route.name,
                                         &FindCoordinatorResponse::Coordinator::key);
    if (found == response.coordinators.end()) {
        return fail(ErrorCode::unknown_server_error, "the broker did not say who is {}",
                    route.to_text());
    }
    return node(*found);
}

}  // namespace

std::string Route::to_text() const {
    switch (kind) {
        case Kind::any:
            return "any broker";
        case Kind::controller:
            return "the controller";
        case Kind::broker:
            return fmt::format("broker {}", broker);
        case Kind::group:
            return fmt::format("the coordinator of group {}", name);
        case Kind::transaction:
            return fmt::format("the coordinator of transactional id {}", name);
        case Kind::leader:
            return fmt::format("the leader of {}-{}", name, partition);
    }
    INVARIANT(false, "route of kind {}", static_cast<int>(kind));
    return {};
}

std::optional<admin::Node> Router::find(const Route& route) const {
    if (route.kind == Route::Kind::any || route.kind == Route::Kind::broker) {
        return admin::Node{.id = route.broker};
    }
    const auto found = places_.find(route);
    return found == places_.end() ? std::nullopt : found->second.node;
}

const Error* Router::failure(const Route& route) const {
    const auto found = places_.find(route);
    return found == places_.end() || !found->second.failure ? nullptr : &*found->second.failure;
}

const Error* Router::trouble(const Route& route) const {
    const auto found = places_.find(route);
    return found == places_.end() || !found->second.trouble ? nullptr : &*found->second.trouble;
}

bool Router::is_looking_for(const Route& route) const {
    const auto found = places_.find(route);
    return found != places_.end() && !found->second.node && !found->second.failure;
}

void Router::want(const Route& route) {
    places_.try_emplace(route);
}

void Router::forget(const Route& route) {
    const auto found = places_.find(route);
    // Somebody else of the operation may be looking for it already.
    if (found != places_.end() && !found->second.in_flight) {
        places_.erase(found);
    }
}

void Router::poll(Time now, Duration timeout, Exchanges& out) {
    Routes metadata;
    Routes groups;
    Routes transactions;
    for (auto& route : take_due(now)) {
        Routes& kind = route.kind == Route::Kind::group         ? groups
                       : route.kind == Route::Kind::transaction ? transactions
                                                                : metadata;
        kind.push_back(std::move(route));
    }
    if (!metadata.empty()) {
        ask_metadata(std::move(metadata), timeout, out);
    }
    if (!groups.empty()) {
        ask_coordinators(std::move(groups), timeout, out);
    }
    if (!transactions.empty()) {
        ask_coordinators(std::move(transactions), timeout, out);
    }
}

Time Router::next_wake() const {
    Time wake = never;
    for (const auto& [route, place] : places_) {
        if (place.open()) {
            wake = std::min(wake, place.not_before);
        }
    }
    return wake;
}

Router::Routes Router::take_due(Time now) {
    Routes due;
    for (auto& [route, place] : places_) {
        if (place.open() && place.not_before <= now) {
            place.in_flight = true;
            due.push_back(route);
        }
    }
    return due;
}

void Router::ask_metadata(Routes routes, Duration timeout, Exchanges& out) {
    MetadataRequest request{.allow_auto_topic_creation = false};
    std::set<std::string> topics;
    for (const auto& route : routes) {
        if (route.kind == Route::Kind::leader && topics.insert(route.name).second) {
            request.topics->push_back({.name = route.name});
        }
    }
    auto then = [this, routes = std::move(routes)](Result<const MetadataResponse*> answer,
                                                   const Heard& heard) {
        answer ? on_metadata(routes, **answer, heard) : on_error(routes, answer.error(), heard.now);
    };
    // Version 0 cannot ask for no topic at all.
    out.push_back(std::make_unique<RequestExchange<MetadataRequest>>(
        std::move(request), no_broker, timeout, wire::Versions{1, MetadataRequest::versions.last},
        std::move(then)));
}

void Router::ask_coordinators(Routes routes, Duration timeout, Exchanges& out) {
    constexpr std::int16_t first_with_batches = 4;
    const bool groups = routes.front().kind == Route::Kind::group;
    const std::int8_t key_type = groups ? group_key : transaction_key;
    std::vector<Routes> requests;
    if (batches_) {
        requests.push_back(std::move(routes));
    } else {
        for (auto& route : routes) {
            requests.push_back({std::move(route)});
        }
    }
    for (auto& asked : requests) {
        FindCoordinatorRequest request{.key = asked.front().name, .key_type = key_type};
        for (const auto& route : asked) {
            request.coordinator_keys.push_back(route.name);
        }
        const std::int16_t first = asked.size() > 1 ? first_with_batches : key_type;
        auto then = [this, asked = std::move(asked)](Result<const FindCoordinatorResponse*> answer,
                                                     const Heard& heard) {
            answer ? on_coordinators(asked, **answer, heard)
                   : on_error(asked, answer.error(), heard.now);
        };
        out.push_back(std::make_unique<RequestExchange<FindCoordinatorRequest>>(
            std::move(request), no_broker, timeout,
            wire::Versions{first, FindCoordinatorRequest::versions.last}, std::move(then)));
    }
}

void Router::on_metadata(const Routes& routes, const MetadataResponse& response,
                         const Heard& heard) {
    for (const auto& route : routes) {
        Result<admin::Node> node = route.kind == Route::Kind::controller
                                       ? controller_of(response)
                                       : leader_of(response, route);
        name_source(node, heard.source);
        const bool passing = !node && passes_by(node.error().code);
        on_answer(route, std::move(node), passing, heard.now);
    }
}

void Router::on_coordinators(const Routes& routes, const FindCoordinatorResponse& response,
                             const Heard& heard) {
    for (const auto& route : routes) {
        auto node = coordinator_of(response, route);
        name_source(node, heard.source);
        const bool passing = !node && is_retriable(node.error().code);
        on_answer(route, std::move(node), passing, heard.now);
    }
}

void Router::on_error(const Routes& routes, const Error& error, Time now) {
    // Old brokers take one key at a time; that they cannot do this either would be another error.
    const bool one_by_one = error.code == ErrorCode::unsupported_version && routes.size() > 1 &&
                            routes.front().kind != Route::Kind::leader;
    if (one_by_one) {
        batches_ = false;
        for (const auto& route : routes) {
            places_.at(route).in_flight = false;
        }
        return;
    }
    for (const auto& route : routes) {
        on_answer(route, std::unexpected(error), worth_another_try(error.code), now);
    }
}

void Router::on_answer(const Route& route, Result<admin::Node> answer, bool passing, Time now) {
    Place& place = places_.at(route);
    INVARIANT(place.in_flight, "{} was found without being looked for", route.to_text());
    place.in_flight = false;
    if (answer) {
        place.node = std::move(*answer);
        place.failures = 0;
        return;
    }
    ++place.failures;
    place.trouble = answer.error();
    if (!passing || place.failures > settings_.retries) {
        place.failure = std::move(answer.error());
        return;
    }
    place.not_before = now + backoff(settings_, place.failures);
}

}  // namespace barnabas::client::admin_api
