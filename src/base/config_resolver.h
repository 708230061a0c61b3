#pragma once

#include "base/config_definition.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace barnabas {

/// Where a value comes from, with the numbers of DescribeConfigs' responses.
enum class ConfigSource : std::int8_t {
    unknown = 0,
    dynamic_topic = 1,
    dynamic_broker = 2,
    dynamic_default_broker = 3,
    static_broker = 4,
    default_config = 5,
    dynamic_broker_logger = 6,
    client_metrics = 7,
    group = 8,
};

/// What is set for one broker, strongest first. The maps outlive the object.
struct BrokerConfigLayers {
    const ConfigMap& dynamic_broker;
    const ConfigMap& dynamic_default;
    const ConfigMap& static_broker;
};

struct ResolvedSynonym {
    std::string name;
    std::optional<std::string> value;  // nothing: sensitive, or null
    ConfigSource source = ConfigSource::unknown;
};

/// One configuration of a resource, as DescribeConfigs shows it.
struct ResolvedConfig {
    const ConfigRow* row = nullptr;
    std::optional<std::string> value;  // nothing: sensitive, or null
    ConfigSource source = ConfigSource::default_config;
    bool read_only = false;
    /// Everything that would give the value, strongest first; the first one does.
    std::vector<ResolvedSynonym> synonyms;

    /// DescribeConfigs v0 has a flag instead of a source.
    [[nodiscard]] bool is_default() const { return source == ConfigSource::default_config; }
};

/// The value that a broker's row has: the strongest layer that sets any of its synonyms, else
/// the default; with every alternative listed (Kafka's ConfigHelper.configSynonyms).
[[nodiscard]] ResolvedConfig resolve_broker_config(const ConfigDefinition& broker,
                                                   const ConfigRow& row,
                                                   const BrokerConfigLayers& layers);

/// The name behind `listener.name.<listener>.`: a listener's own value for a broker's row; any
/// other name as it is.
[[nodiscard]] std::string_view without_listener(std::string_view name);

/// Every row of the broker, by name; internal ones only where they are set, as in Kafka.
[[nodiscard]] std::vector<ResolvedConfig> resolve_broker_configs(const ConfigDefinition& broker,
                                                                 const BrokerConfigLayers& layers);

/// What a broker runs with, as texts: each name from the strongest layer that sets it. A layer that
/// sets one of several synonyms hides the others of the layers below it.
[[nodiscard]] ConfigMap merge_layers(const ConfigDefinition& broker,
                                     const BrokerConfigLayers& layers);

/// A topic's (or group's) row: what is set on the resource itself, else what the broker's rows
/// named by its synonyms give, converted to the row's unit, else the default. The synonyms listed
/// are those that Kafka's ConfigHelper lists: those after the first broker row's own entry.
[[nodiscard]] ResolvedConfig resolve_resource_config(const ConfigRow& row, const ConfigMap& set,
                                                     ConfigSource own_source,
                                                     const ConfigDefinition& broker,
                                                     const BrokerConfigLayers& layers);

/// One parsed value for each row of `topic`. The texts were validated when they were set: one that
/// does not parse is an error (invalid_config).
[[nodiscard]] Result<ConfigValues> effective_configs(const ConfigDefinition& topic,
                                                     const ConfigMap& set,
                                                     const ConfigDefinition& broker,
                                                     const BrokerConfigLayers& layers);

/// IncrementalAlterConfigs' operations, with their numbers on the wire.
enum class ConfigOperation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

struct ConfigChange {
    std::string name;
    std::optional<std::string> value;  // nothing: null
    ConfigOperation operation = ConfigOperation::set;
};

/// What `set` becomes through `changes` (Kafka's ConfigurationControlManager). A list that is not
/// set is appended to, or subtracted from, its default. Errors, with nothing changed: a name twice
/// or a null value (invalid_request), an unknown name, append or subtract on what is no list
/// (invalid_config). Values are not judged here: parse the outcome (ConfigValues::parse), or, for a
/// broker, validate_dynamic_broker_configs().
[[nodiscard]] Result<ConfigMap> alter_configs(const ConfigDefinition& definition,
                                              const ConfigMap& set,
                                              std::span<const ConfigChange> changes);

/// Takes out of `set` what the definition does not know or accept, one sentence for each: for
/// settings that were stored by another version, or by Kafka.
[[nodiscard]] std::vector<std::string> drop_unusable(const ConfigDefinition& definition,
                                                     ConfigMap& set);

/// Whether broker values `set` may be stored as dynamic ones: for one broker (`per_broker`) or as
/// the cluster's default. Refused: unknown and read-only names, per-broker names as a default, and
/// values that the rows do not accept; with Kafka's code for all of them, invalid_request.
/// Names of the form `listener.name.<listener>.<name>` are judged as `<name>`.
[[nodiscard]] Result<void> validate_dynamic_broker_configs(const ConfigDefinition& broker,
                                                           const ConfigMap& set, bool per_broker);

}  // namespace barnabas
