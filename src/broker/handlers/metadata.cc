// Metadata. Versions 0-13; 1 can ask for no topic, 4 may forbid auto-creation, 5 tells offline
// replicas, 7 leader epochs, 8 authorized operations, 10 topic ids, 12 asks by topic id, 13 has an
// error of its own.
#include "wire/messages/metadata.h"

#include "base/result.h"
#include "base/topic_name.h"
#include "broker/coordinators/state_topics.h"
#include "broker/handlers/authorized_operations.h"
#include "broker/handlers/handlers.h"
#include "broker/topic_service.h"

#include <algorithm>
#include <map>

namespace barnabas::broker {
namespace {

using wire::MetadataRequest;
using wire::MetadataResponse;

/// Versions 10 and 11 have the field, but nothing was asked for by id before 12.
constexpr std::int16_t first_by_id = 12;

std::vector<std::int32_t> numbers(const std::vector<BrokerId>& ids) {
    std::vector<std::int32_t> result;
    result.reserve(ids.size());
    std::ranges::transform(ids, std::back_inserter(result), &BrokerId::get);
    return result;
}

MetadataResponse::Topic describe(const TopicImage& topic, bool operations) {
    MetadataResponse::Topic answer;
    answer.name = topic.name;
    answer.topic_id = topic.id;
    answer.is_internal = topic.internal;
    answer.partitions.reserve(topic.partitions.size());
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
        const auto& partition = topic.partitions[i];
        auto& entry = answer.partitions.emplace_back();
        entry.partition_index = static_cast<std::int32_t>(i);
        entry.leader_id = partition.leader.get();
        entry.leader_epoch = partition.leader_epoch.get();
        entry.replica_nodes = numbers(partition.replicas);
        entry.isr_nodes = numbers(partition.isr);
        entry.offline_replicas = numbers(partition.offline);
        if (partition.leader == no_broker) {
            entry.error_code = static_cast<std::int16_t>(ErrorCode::leader_not_available);
        }
    }
    if (operations) {
        answer.topic_authorized_operations = all_topic_operations;
    }
    return answer;
}

MetadataResponse::Topic unknown(Call& call, const MetadataRequest::Topic& asked, ErrorCode error) {
    MetadataResponse::Topic answer;
    answer.name = asked.name;
    if (!answer.name && call.version < 12) {
        answer.name = "";
    }
    answer.topic_id = asked.topic_id;
    answer.error_code = static_cast<std::int16_t>(error);
    call.count_error(error);
    return answer;
}

// Clients ask again; they wait 30 s and more for an answer.
constexpr Duration creation_patience = 10s;

/// What is asked for and to be created first.
struct MissingTopics {
    std::vector<std::string> names;
    std::vector<StateTopic> of_coordinators;  // are none of the names
};

void add(const std::string& name, MissingTopics& to) {
    for (const auto kind : {StateTopic::offsets, StateTopic::transactions, StateTopic::shares}) {
        if (name == state_topic_name(kind)) {
            to.of_coordinators.push_back(kind);
            return;
        }
    }
    to.names.push_back(name);
}

MissingTopics to_create(const Call& call, const MetadataRequest& request) {
    MissingTopics missing;
    const bool allowed = (call.version < 4 || request.allow_auto_topic_creation) &&
                         call.home.settings->config.topics.auto_create;
    if (!allowed || !request.topics) {
        return missing;
    }
    for (const auto& topic : *request.topics) {
        if (topic.name && check_topic_name(*topic.name) &&
            call.home.image->topic(*topic.name) == nullptr) {
            add(*topic.name, missing);
        }
    }
    return missing;
}

/// As for somebody who asks for a coordinator: with the coordinator's partitions and configuration
/// (AutoTopicCreationManager).
awaitable<void> create_state_topics(Call& call, std::vector<StateTopic> topics) {
    const Time until = call.received + creation_patience;
    for (const auto topic : topics) {
        const auto made = co_await ensure_state_topic(call.services, call.home, topic, until);
        ignore(made, "the log says why, and the answer that there is no such topic");
    }
}

/// Why topics that were to be created were not, by name.
using Refusals = std::map<std::string, ErrorCode, std::less<>>;

awaitable<Refusals> auto_create(Call& call, std::vector<std::string> names) {
    std::vector<WantedTopic> wanted;
    for (const auto& name : names) {
        wanted.push_back({.name = name, .assignments = {}, .configs = {}});
    }
    auto& services = call.services;
    auto create = [&services, &wanted, deadline = call.received + creation_patience] {
        return services.topics->create(wanted, deadline);
    };
    const auto created =
        co_await runtime::await_on(call.home.shard, services.shards.front()->shard, create);
    Refusals refusals;
    for (std::size_t i = 0; i < created.size(); ++i) {
        const auto error = created[i].error;
        if (error == ErrorCode::none || error == ErrorCode::topic_already_exists) {
            continue;
        }
        services.log.warn("topic {} is not created automatically: {}", names[i],
                          created[i].message);
        // A client that is told of a time-out believes the whole request to have failed.
        refusals.emplace(names[i], error == ErrorCode::request_timed_out
                                       ? ErrorCode::unknown_topic_or_partition
                                       : error);
    }
    co_return refusals;
}

void add_asked(Call& call, const MetadataRequest& request, const Refusals& refusals,
               MetadataResponse& response) {
    const auto& image = *call.home.image;
    for (const auto& asked : *request.topics) {
        const bool by_id = !asked.topic_id.is_zero();
        const auto* topic = by_id        ? image.topic(asked.topic_id)
                            : asked.name ? image.topic(*asked.name)
                                         : nullptr;
        if (call.version < first_by_id && (by_id || (!asked.name && call.version >= 10))) {
            response.topics.push_back(unknown(call, asked, ErrorCode::invalid_request));
        } else if (topic != nullptr) {
            response.topics.push_back(
                describe(*topic, request.include_topic_authorized_operations));
        } else if (by_id) {
            response.topics.push_back(unknown(call, asked, ErrorCode::unknown_topic_id));
        } else if (!asked.name || !check_topic_name(*asked.name)) {
            response.topics.push_back(unknown(call, asked, ErrorCode::invalid_topic_exception));
        } else {
            const auto refused = refusals.find(*asked.name);
            const auto why =
                refused == refusals.end() ? ErrorCode::unknown_topic_or_partition : refused->second;
            response.topics.push_back(unknown(call, asked, why));
        }
    }
}

void add_all(Call& call, const MetadataRequest& request, MetadataResponse& response) {
    for (const auto& [name, topic] : call.home.image->topics()) {
        response.topics.push_back(describe(*topic, request.include_topic_authorized_operations));
    }
}

}  // namespace

awaitable<MetadataResponse> handle_metadata(Call& call, MetadataRequest& request) {
    Refusals refusals;
    auto missing = to_create(call, request);
    if (!missing.of_coordinators.empty()) {
        co_await create_state_topics(call, std::move(missing.of_coordinators));
    }
    if (!missing.names.empty()) {
        refusals = co_await auto_create(call, std::move(missing.names));
    }
    const auto& image = *call.home.image;
    MetadataResponse response;
    for (const auto& broker : image.brokers) {
        const auto endpoint = broker.endpoints.find(call.listener);
        if (endpoint != broker.endpoints.end()) {
            auto& entry = response.brokers.emplace_back();
            entry.node_id = broker.id.get();
            entry.host = endpoint->second.host;
            entry.port = endpoint->second.port;
            entry.rack = broker.rack;
        }
    }
    response.cluster_id = image.cluster_id;
    response.controller_id = image.controller.get();
    if (request.include_cluster_authorized_operations) {
        response.cluster_authorized_operations = all_cluster_operations;
    }
    // Version 0 has no null: an empty list asks for everything.
    const bool all = !request.topics || (call.version == 0 && request.topics->empty());
    all ? add_all(call, request, response) : add_asked(call, request, refusals, response);
    co_return response;
}

}  // namespace barnabas::broker
