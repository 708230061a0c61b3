// How configurations change while the broker runs: judged, stored, then everywhere in effect.
#include "broker/await_answer.h"
#include "broker/broker_configs.h"
#include "broker/connection_quota.h"
#include "broker/group_configs.h"
#include "broker/log_cleaner.h"
#include "broker/topic_service.h"
#include "coordinator/classic/sentences.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::broker {
namespace {

Result<ConfigMap> edited(const ConfigDefinition& definition, const ConfigMap& set,
                         const ConfigEdit& edit) {
    return alter_configs(definition, edit.replace_all ? ConfigMap() : set, edit.changes);
}

/// What `after` sets anew or otherwise: what was stored before is not judged again.
ConfigMap news(const ConfigMap& before, const ConfigMap& after) {
    ConfigMap changed;
    std::ranges::set_difference(after, before, std::inserter(changed, changed.end()));
    return changed;
}

/// Kafka's LogCleaner.validateReconfiguration(): by half or twofold at once, no more.
Result<void> check_cleaner_change(const CleanerConfig& was, const CleanerConfig& now) {
    const auto least = was.threads / 2;
    const auto most = was.threads * 2;
    if (now.threads < least || now.threads > most) {
        return fail(ErrorCode::invalid_request,
                    "log.cleaner.threads={}: must be from {} to {} while it is {}", now.threads,
                    std::max<std::size_t>(least, 1), most, was.threads);
    }
    return {};
}

}  // namespace

awaitable<Result<void>> TopicService::alter_topic_configs(std::string name, ConfigEdit edit) {
    const auto turn = co_await take_turn();
    if (!turn) {
        co_return std::unexpected(turn.error());
    }
    const auto found = stored_.find(name);
    if (found == stored_.end()) {
        co_return fail(ErrorCode::unknown_topic_or_partition, "there is no topic {}", name);
    }
    auto configs = edited(ports_.definitions.topic, found->second.configs, edit);
    if (!configs) {
        co_return fail(std::move(configs));
    }
    auto config = log_config(*configs);
    if (!config) {
        co_return fail(std::move(config));
    }
    if (edit.validate_only) {
        co_return Result<void>();
    }
    auto start = [&](auto done) {
        metadata::set_topic_config(ports_.store, name, *configs, std::move(done));
    };
    auto stored = co_await await_answer<Result<void>>(home_, std::move(start));
    if (!stored) {
        co_return stored;
    }
    found->second.configs = std::move(*configs);
    found->second.has_config_node = true;
    auto image = std::make_shared<ClusterImage>(*image_);
    image->put_topic(image_of(name, found->second));
    co_await publish(std::move(image));
    co_await apply_log_config(name, *config);
    co_return Result<void>();
}

awaitable<void> TopicService::apply_log_config(std::string name, log::LogConfig config) {
    for (auto& shard : ports_.services.shards) {
        auto apply = [&] {
            shard->partitions.for_each([&](replication::Partition& partition) {
                if (partition.name().topic == name) {
                    partition.log().set_config(config);
                }
            });
        };
        co_await runtime::call_on(home_, shard->shard, apply);
    }
}

/// What start-up read from the store takes effect.
awaitable<void> TopicService::apply_stored_configs() {
    const auto& was = *ports_.services.shards.front()->settings;
    auto config = running_config(ports_.definitions.broker, layers(), was.config);
    if (!config) {
        ports_.log.error("the stored broker configurations have no effect: {}",
                         config.error().message);
        co_return;
    }
    Settings settings{.config = std::move(*config), .statics = was.statics};
    co_await apply_settings(std::move(settings));
}

/// Answers what the broker would run with.
Result<Settings> TopicService::check_broker_configs(bool all_brokers,
                                                    const ConfigMap& configs) const {
    const auto& definition = ports_.definitions.broker;
    const auto& before = all_brokers ? image_->default_configs : image_->broker_configs;
    TRY(check_dynamic_configs(definition, news(before, configs), !all_brokers));
    const auto& was = *ports_.services.shards.front()->settings;
    const BrokerConfigLayers after{
        .dynamic_broker = all_brokers ? image_->broker_configs : configs,
        .dynamic_default = all_brokers ? configs : image_->default_configs,
        .static_broker = was.statics};
    auto config = running_config(definition, after, was.config);
    if (!config) {
        return fail(ErrorCode::invalid_request, "{}", config.error().message);
    }
    TRY(check_cleaner_change(was.config.storage.cleaner, config->storage.cleaner));
    if (const auto checked = check_cordoned(config->storage); !checked) {
        return fail(ErrorCode::invalid_request, "{}", checked.error().message);
    }
    for (const auto& [name, topic] : stored_) {
        if (const auto of_topic = log_config(topic.configs, after); !of_topic) {
            return fail(ErrorCode::invalid_request, "topic {} cannot take it: {}", name,
                        of_topic.error().message);
        }
    }
    return Settings{.config = std::move(*config), .statics = was.statics};
}

awaitable<Result<void>> TopicService::store_broker_configs(bool all_brokers,
                                                           const ConfigMap& configs) {
    const auto whose = all_brokers ? no_broker : ports_.services.node;
    auto start = [&](auto done) {
        metadata::set_broker_config(ports_.store, whose, configs, std::move(done));
    };
    co_return co_await await_answer<Result<void>>(home_, std::move(start));
}

awaitable<Result<void>> TopicService::alter_broker_configs(bool all_brokers, ConfigEdit edit) {
    const auto turn = co_await take_turn();
    if (!turn) {
        co_return std::unexpected(turn.error());
    }
    const auto& set = all_brokers ? image_->default_configs : image_->broker_configs;
    auto configs = edited(ports_.definitions.broker, set, edit);
    if (!configs) {
        co_return fail(std::move(configs));
    }
    auto settings = check_broker_configs(all_brokers, *configs);
    if (!settings) {
        co_return fail(std::move(settings));
    }
    if (edit.validate_only) {
        co_return Result<void>();
    }
    auto stored = co_await store_broker_configs(all_brokers, *configs);
    if (!stored) {
        co_return stored;
    }
    for (const auto& sentence : without_effect(ports_.definitions.broker, *configs)) {
        ports_.log.warn("{}", sentence);
    }
    auto image = std::make_shared<ClusterImage>(*image_);
    (all_brokers ? image->default_configs : image->broker_configs) = std::move(*configs);
    co_await publish(std::move(image));
    co_await apply_settings(std::move(*settings));
    for (const auto& [name, topic] : stored_) {
        if (auto config = log_config(topic.configs)) {
            co_await apply_log_config(name, *config);
        }
    }
    co_return Result<void>();
}

awaitable<Result<void>> TopicService::alter_group_configs(std::string group, ConfigEdit edit) {
    const auto turn = co_await take_turn();
    if (!turn) {
        co_return std::unexpected(turn.error());
    }
    const auto* found = image_->group_config(group);
    const auto before = found != nullptr ? *found : ConfigMap();
    auto configs = edited(ports_.definitions.group, before, edit);
    if (!configs) {
        co_return fail(std::move(configs));
    }
    const auto& settings = *ports_.services.shards.front()->settings;
    auto checked = check_group_configs(ports_.definitions, settings, layers(), *configs);
    if (!checked || edit.validate_only) {
        co_return checked;
    }
    auto start = [&](auto done) {
        metadata::set_group_config(ports_.store, group, *configs, std::move(done));
    };
    auto stored = co_await await_answer<Result<void>>(home_, std::move(start));
    if (!stored) {
        co_return stored;
    }
    for (const auto& sentence : without_effect(ports_.definitions.group, news(before, *configs))) {
        ports_.log.warn("group {}: {}", coordinator::shown(group), sentence);
    }
    auto all = *image_->group_configs;
    if (configs->empty()) {
        all.erase(group);
    } else {
        all.insert_or_assign(group, std::move(*configs));
    }
    auto image = std::make_shared<ClusterImage>(*image_);
    image->group_configs = std::make_shared<const ClusterImage::GroupConfigs>(std::move(all));
    co_await publish(std::move(image));
    co_return Result<void>();
}

awaitable<void> TopicService::apply_settings(Settings settings) {
    apply_cordons(settings.config.storage);
    ports_.services.quota->set_limits(limits_of(settings.config.network));
    const auto shared = std::make_shared<const Settings>(std::move(settings));
    for (auto& shard : ports_.services.shards) {
        auto replace = [&shard, &shared] { shard->settings = shared; };
        co_await runtime::call_on(home_, shard->shard, replace);
    }
    ports_.services.cleaner->look_again();
}

}  // namespace barnabas::broker
