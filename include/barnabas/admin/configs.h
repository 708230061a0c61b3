#pragma once

#include <barnabas/time.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::admin {

/// What has configurations, with the numbers of the wire.
enum class ConfigResourceType : std::int8_t {
    unknown = 0,
    topic = 2,
    broker = 4,
    broker_logger = 8,
    client_metrics = 16,
    group = 32,
};

/// Kafka's word: "BROKER_LOGGER".
[[nodiscard]] std::string_view to_text(ConfigResourceType type);

/// Brokers go by their id as text; the empty name of a broker means what holds for all of them.
struct ConfigResource {
    ConfigResourceType type = ConfigResourceType::unknown;
    std::string name;

    friend auto operator<=>(const ConfigResource&, const ConfigResource&) = default;
};

/// Where a value comes from, with the numbers of the wire.
enum class ConfigSource : std::int8_t {
    unknown = 0,
    dynamic_topic_config = 1,
    dynamic_broker_config = 2,
    dynamic_default_broker_config = 3,
    static_broker_config = 4,
    default_config = 5,
    dynamic_broker_logger_config = 6,
    dynamic_client_metrics_config = 7,
    dynamic_group_config = 8,
};

/// Kafka's word: "DYNAMIC_TOPIC_CONFIG".
[[nodiscard]] std::string_view to_text(ConfigSource source);

/// What kind of value a configuration has, with the numbers of the wire.
enum class ConfigType : std::int8_t {
    unknown = 0,
    boolean = 1,
    string = 2,
    int_ = 3,
    short_ = 4,
    long_ = 5,
    double_ = 6,
    list = 7,
    class_ = 8,
    password = 9,
};

/// Kafka's word: "BOOLEAN".
[[nodiscard]] std::string_view to_text(ConfigType type);

/// Another place that a value could come from, and what stands there.
struct ConfigSynonym {
    std::string name;
    std::optional<std::string> value;
    ConfigSource source = ConfigSource::unknown;
};

/// One configuration of a resource, as the broker shows it.
struct ConfigEntry {
    std::string name;
    std::optional<std::string> value;  ///< nothing: not set, or secret
    ConfigSource source = ConfigSource::unknown;
    bool sensitive = false;
    bool read_only = false;
    std::vector<ConfigSynonym> synonyms;  ///< in the order in which they count
    ConfigType type = ConfigType::unknown;
    std::optional<std::string> documentation;

    [[nodiscard]] bool is_default() const { return source == ConfigSource::default_config; }
};

/// All configurations of a resource.
struct Config {
    std::vector<ConfigEntry> entries;  ///< as the broker sorted them

    /// Nothing if there is none of that name.
    [[nodiscard]] const ConfigEntry* find(std::string_view name) const {
        for (const ConfigEntry& entry : entries) {
            if (entry.name == name) {
                return &entry;
            }
        }
        return nullptr;
    }
};

/// Of describe_configs(): more than the values only where it is asked for.
struct DescribeConfigsOptions {
    std::optional<Duration> timeout{};
    bool include_synonyms = false;
    bool include_documentation = false;
};

/// With the numbers of the wire; append and subtract are for lists.
enum class AlterConfigOpType : std::int8_t { set = 0, delete_ = 1, append = 2, subtract = 3 };

/// One change of one configuration.
struct AlterConfigOp {
    AlterConfigOpType type = AlterConfigOpType::set;
    std::string name;
    std::optional<std::string> value{};  ///< of no meaning for delete_
};

/// Of incremental_alter_configs(); validate_only changes nothing.
struct AlterConfigsOptions {
    std::optional<Duration> timeout{};
    bool validate_only = false;
};

}  // namespace barnabas::admin
