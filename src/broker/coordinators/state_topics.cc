#include "broker/coordinators/state_topics.h"

#include "base/topic_name.h"
#include "broker/ended_by.h"
#include "broker/topic_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

const StateTopicConfig& config_of(StateTopic topic, const BrokerConfig& all) {
    switch (topic) {
        case StateTopic::offsets:
            return all.groups.topic;
        case StateTopic::transactions:
            return all.transactions.topic;
        case StateTopic::shares:
            return all.share_coordinator.topic;
    }
    std::unreachable();
}

WantedTopic wanted(StateTopic topic, const BrokerShard& home) {
    const auto& config = config_of(topic, home.settings->config);
    const auto brokers = static_cast<std::int16_t>(home.image->brokers.size());
    const auto replicas = std::min(config.replication_factor, brokers);
    return {.name = std::string(state_topic_name(topic)),
            .partitions = config.partitions,
            .replication_factor = replicas,
            .assignments = {},
            .configs = state_topic_configs(topic, config, replicas)};
}

/// What came of it, once it is over.
using Creation = std::shared_ptr<std::optional<CreatedTopic>>;

awaitable<void> create_state_topic(Services* services, WantedTopic topic, Time deadline,
                                   Creation creation) {
    std::vector<WantedTopic> topics;
    topics.push_back(std::move(topic));
    auto created = co_await services->topics->create(std::move(topics), deadline);
    *creation = std::move(created.front());
}

/// On shard 0. The deadline of a creation is for its turn: on a disk that hangs it has no end.
/// Nothing: it goes on, holding the turn, for which a stop waits.
awaitable<std::optional<CreatedTopic>> create_by(Services* services, WantedTopic topic,
                                                 Time deadline) {
    const auto creation = std::make_shared<std::optional<CreatedTopic>>();
    auto work = create_state_topic(services, std::move(topic), deadline, creation);
    if (!co_await ended_by(services->shards.front()->shard, std::move(work), deadline)) {
        co_return std::nullopt;
    }
    co_return *creation;
}

}  // namespace

std::string_view state_topic_name(StateTopic topic) {
    switch (topic) {
        case StateTopic::offsets:
            return group_metadata_topic;
        case StateTopic::transactions:
            return transaction_state_topic;
        case StateTopic::shares:
            return share_group_state_topic;
    }
    std::unreachable();
}

ConfigMap state_topic_configs(StateTopic topic, const StateTopicConfig& config,
                              std::int16_t replicas) {
    ConfigMap configs{{"cleanup.policy", "compact"},
                      {"segment.bytes", fmt::format("{}", config.segment_bytes)}};
    if (topic == StateTopic::offsets) {
        configs.insert_or_assign("compression.type", "producer");
        return configs;
    }
    const auto min_isr = std::min<std::int32_t>(config.min_insync_replicas, replicas);
    configs.insert_or_assign("min.insync.replicas", fmt::format("{}", min_isr));
    if (topic == StateTopic::shares) {
        // The coordinator itself says what goes: a snapshot is no use without its updates.
        configs.insert_or_assign("cleanup.policy", "delete");
        configs.insert_or_assign("retention.ms", "-1");
        configs.insert_or_assign("compression.type", "producer");
        return configs;
    }
    configs.insert_or_assign("compression.type", "uncompressed");
    configs.insert_or_assign("unclean.leader.election.enable", "false");
    return configs;
}

awaitable<Result<void>> ensure_state_topic(Services& services, BrokerShard& home, StateTopic topic,
                                           Time deadline) {
    const auto name = state_topic_name(topic);
    if (home.image->topic(name) != nullptr) {
        co_return Result<void>();
    }
    auto create = [&services, topic = wanted(topic, home), deadline] {
        return create_by(&services, topic, deadline);
    };
    const auto created =
        co_await runtime::await_on(home.shard, services.shards.front()->shard, create);
    if (created &&
        (created->error == ErrorCode::none || created->error == ErrorCode::topic_already_exists)) {
        co_return Result<void>();
    }
    const std::string why =
        created ? created->message : "the disk of its log directory takes too long";
    services.log.warn("{} is not created, so there is no coordinator: {}", name, why);
    co_return fail(ErrorCode::coordinator_not_available, "topic {} cannot be created: {}", name,
                   why);
}

}  // namespace barnabas::broker
