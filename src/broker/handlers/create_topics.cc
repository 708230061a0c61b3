// CreateTopics. Versions 0-7; 1 can only validate, 4 takes the broker's defaults for -1, 5 answers
// with the topic's configuration (KIP-525), 7 with its id (KIP-516).
#include "wire/messages/create_topics.h"

#include "broker/handlers/handlers.h"
#include "broker/topic_configs.h"
#include "broker/topic_service.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace barnabas::broker {
namespace {

using wire::CreateTopicsRequest;
using wire::CreateTopicsResponse;

Result<WantedTopic> wanted_of(const CreateTopicsRequest::Topic& topic, bool validate_only) {
    WantedTopic wanted{.name = topic.name,
                       .partitions = topic.num_partitions,
                       .replication_factor = topic.replication_factor,
                       .assignments = {},
                       .configs = {},
                       .validate_only = validate_only};
    for (const auto& assignment : topic.assignments) {
        if (!wanted.assignments.emplace(assignment.partition_index, assignment.broker_ids).second) {
            return fail(ErrorCode::invalid_replica_assignment, "partition {} is assigned twice",
                        assignment.partition_index);
        }
    }
    for (const auto& config : topic.configs) {
        if (!config.value) {
            return fail(ErrorCode::invalid_config, "{} is set to null; leave it out instead",
                        config.name);
        }
        wanted.configs.insert_or_assign(config.name, *config.value);
    }
    return wanted;
}

/// Kafka's bound is for the whole request, which the service does not see.
Result<void> check_total(const Call& call, const std::vector<WantedTopic>& wanted) {
    std::int64_t total = 0;
    for (const auto& topic : wanted) {
        const auto count = topic.partitions == -1
                               ? call.home.settings->config.topics.default_partitions
                               : std::max(topic.partitions, 0);
        total += topic.assignments.empty() ? count : std::ssize(topic.assignments);
    }
    if (total > new_partitions_max) {
        return fail(ErrorCode::policy_violation, "{} partitions; one request creates at most {}",
                    total, new_partitions_max);
    }
    return {};
}

void describe(const Call& call, CreateTopicsResponse::Topic& answer, const CreatedTopic& created,
              const ConfigMap& configs) {
    answer.num_partitions = created.partitions;
    answer.replication_factor = created.replication_factor;
    if (created.topic) {
        answer.topic_id = created.topic->id;
    }
    for (const auto& config : resolve_topic_configs(call, configs)) {
        auto& entry = answer.configs->emplace_back();
        entry.name = config.row->name;
        entry.value = config.value;
        entry.read_only = config.read_only;
        entry.config_source = static_cast<std::int8_t>(config.source);
        entry.is_sensitive = config.row->is_sensitive();
    }
}

}  // namespace

awaitable<CreateTopicsResponse> handle_create_topics(Call& call, CreateTopicsRequest& request) {
    std::map<std::string, int, std::less<>> named;
    for (const auto& topic : request.topics) {
        ++named[topic.name];
    }
    CreateTopicsResponse response;
    std::vector<WantedTopic> wanted;
    std::vector<std::size_t> places;  // of `wanted` in the response
    for (const auto& topic : request.topics) {
        auto& answer = response.topics.emplace_back();
        answer.name = topic.name;
        answer.error_message.reset();
        auto parsed =
            named[topic.name] > 1
                ? Result<WantedTopic>(fail(ErrorCode::invalid_request,
                                           "topic {} stands twice in the request", topic.name))
                : wanted_of(topic, request.validate_only);
        if (!parsed) {
            call.refuse(answer, std::move(parsed.error()));
            continue;
        }
        places.push_back(response.topics.size() - 1);
        wanted.push_back(std::move(*parsed));
    }
    if (const auto few = check_total(call, wanted); !few) {
        for (const auto place : places) {
            call.refuse(response.topics[place], few.error());
        }
        co_return response;
    }
    auto& services = call.services;
    auto create = [&services, &wanted, deadline = call.deadline(request.timeout_ms)] {
        return services.topics->create(wanted, deadline);
    };
    const auto created =
        co_await runtime::await_on(call.home.shard, services.shards.front()->shard, create);
    for (std::size_t i = 0; i < created.size(); ++i) {
        auto& answer = response.topics[places[i]];
        if (created[i].error != ErrorCode::none) {
            call.refuse(answer, {.code = created[i].error, .message = created[i].message});
        } else {
            describe(call, answer, created[i], wanted[i].configs);
        }
    }
    co_return response;
}

}  // namespace barnabas::broker
