#include "broker/takeover.h"

#include "base/config_resolver.h"
#include "broker/coordinators/state_topics.h"
#include "log/kafka_import.h"

#include <utility>

namespace barnabas::broker {
namespace {

/// So many producer ids are left to Kafka: started on the logs again it goes on behind those that
/// it gave out, and must not give out ours.
constexpr std::int64_t ids_left_to_kafka = 1'000'000'000'000;

void drop_unknown(const TakeoverSource& source, const ConfigDefinition& definition,
                  std::string_view whose, ConfigMap& configs) {
    for (const auto& sentence : drop_unusable(definition, configs)) {
        source.log.warn("{}: {}; the setting is not taken over", whose, sentence);
    }
}

/// Partitions up to the last that has a folder; those between without one are elsewhere.
std::vector<metadata::ReplicaAssignment> assignments(const log::KafkaTopic& topic, BrokerId node) {
    std::vector<metadata::ReplicaAssignment> partitions;
    if (!topic.partitions.empty()) {
        const auto last = topic.partitions.rbegin()->first.get();
        partitions.resize(static_cast<std::size_t>(last) + 1, {.replicas = {elsewhere}});
    }
    for (const auto& [number, epoch] : topic.partitions) {
        partitions[static_cast<std::size_t>(number.get())].replicas = {node};
    }
    return partitions;
}

/// Of a topic whose settings the directories do not hold. Those of the coordinators' topics are the
/// same everywhere; of others nothing may be deleted.
ConfigMap settings_instead(std::string_view topic) {
    for (const auto which : {StateTopic::offsets, StateTopic::transactions, StateTopic::shares}) {
        if (topic == state_topic_name(which)) {
            return state_topic_configs(which, StateTopicConfig(), 1);
        }
    }
    return {{"retention.ms", "-1"}, {"retention.bytes", "-1"}};
}

metadata::NewTopic import_topic(const TakeoverSource& source, const std::string& name,
                                const log::KafkaTopic& topic, bool settings_known) {
    metadata::NewTopic imported{.name = name,
                                .node = {.id = topic.id ? *topic.id : source.random.uuid(),
                                         .partitions = assignments(topic, source.node)},
                                .configs = topic.configs,
                                .controller_epoch = 1};
    drop_unknown(source, source.definitions.topic, name, imported.configs);
    if (!settings_known) {
        imported.configs = settings_instead(name);
    }
    std::string settings;
    for (const auto& [key, value] : imported.configs) {
        settings += fmt::format(" {}={}", key, value);
    }
    source.log.info("taking over topic {}: {} of {} partitions, id {}{}{}", name,
                    topic.partitions.size(), imported.node.partitions.size(), imported.node.id,
                    settings.empty() ? "" : ", with", settings);
    return imported;
}

void tell_configs(const TakeoverSource& source, std::string_view of, const ConfigMap& configs) {
    for (const auto& [key, value] : configs) {
        const auto* row = source.definitions.broker.find(key);
        const bool shown = row != nullptr && !row->is_sensitive();
        source.log.info("taking over the configuration of {}: {}={}", of, key,
                        shown ? value : "[hidden]");
    }
}

}  // namespace

Result<std::optional<metadata::ImportedCluster>> read_kafka_cluster(const TakeoverSource& source) {
    TRY_ASSIGN(auto left, log::read_kafka_directories(source.disk, source.directories, source.log,
                                                      source.metadata_directory));
    if (left.topics.empty()) {
        return std::optional<metadata::ImportedCluster>();
    }
    source.log.info(
        "the log directories are of a Kafka broker ({}): taking over node id {} and {} topics of "
        "cluster {}; Kafka's own metadata is left as it is",
        left.has_metadata_log ? "KRaft" : "ZooKeeper", source.node, left.topics.size(),
        source.cluster_id);
    if (!left.has_metadata_log) {
        source.log.warn(
            "these directories do not hold the topics' settings: retention is off for "
            "each topic until retention.ms and retention.bytes are set");
    }
    metadata::ImportedCluster imported{
        .cluster_id = source.cluster_id,
        .topics = {},
        .broker_configs = {},
        .default_broker_configs = std::move(left.default_broker_configs),
        .next_producer_id = left.next_producer_id + ids_left_to_kafka};
    drop_unknown(source, source.definitions.broker, "all brokers", imported.default_broker_configs);
    drop_unknown(source, source.definitions.broker, "this broker", left.broker_configs);
    tell_configs(source, "all brokers", imported.default_broker_configs);
    tell_configs(source, "this broker", left.broker_configs);
    if (!left.broker_configs.empty()) {
        imported.broker_configs[source.node] = std::move(left.broker_configs);
    }
    for (const auto& [name, topic] : left.topics) {
        imported.topics.push_back(import_topic(source, name, topic, left.has_metadata_log));
    }
    for (const auto& stray : left.strays) {
        source.log.warn("{} is of a topic that was being deleted; its folder is left alone", stray);
    }
    return std::optional(std::move(imported));
}

}  // namespace barnabas::broker
