#include "cli/configs/configs_options.h"

#include "cli/configs/configs_command.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array options{
    bootstrap_server_option,
    Option{.name = "bootstrap-controller",
           .argument = Argument::required,
           .argument_name = "HOST:PORT,...",
           .help = "Controllers of Kafka's to connect to instead."},
    command_config_option,
    Option{.name = "describe", .help = "Tell configurations."},
    Option{.name = "alter", .help = "Change configurations."},
    Option{.name = "all", .help = "Tell those that are not set as well, with their defaults."},
    Option{.name = "entity-type",
           .argument = Argument::required,
           .argument_name = "TYPE",
           .help = "topics, brokers, broker-loggers, groups, client-metrics, users, clients, ips.",
           .repeatable = true},
    Option{.name = "entity-name",
           .argument = Argument::required,
           .argument_name = "NAME",
           .help = "Which entity of the type.",
           .repeatable = true},
    Option{.name = "entity-default", .help = "What holds for all entities of the type."},
    Option{.name = "add-config",
           .argument = Argument::required,
           .argument_name = "K=V,...",
           .help = "What to set; [v,v] keeps the commas of a list."},
    Option{.name = "add-config-file",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "A properties file of what to set."},
    Option{.name = "delete-config",
           .argument = Argument::required,
           .argument_name = "K,...",
           .help = "What to set no more.",
           .repeatable = true},
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "Short for --entity-type topics --entity-name TOPIC."},
    Option{.name = "broker",
           .argument = Argument::required,
           .argument_name = "ID",
           .help = "Short for --entity-type brokers --entity-name ID."},
    Option{.name = "broker-defaults", .help = "Short for --entity-type brokers --entity-default."},
    Option{.name = "broker-logger",
           .argument = Argument::required,
           .argument_name = "ID",
           .help = "Short for --entity-type broker-loggers --entity-name ID."},
    Option{.name = "group",
           .argument = Argument::required,
           .argument_name = "GROUP",
           .help = "Short for --entity-type groups --entity-name GROUP."},
    Option{.name = "client-metrics",
           .argument = Argument::required,
           .argument_name = "NAME",
           .help = "Short for --entity-type client-metrics --entity-name NAME."},
    Option{.name = "user",
           .argument = Argument::required,
           .argument_name = "USER",
           .help = "Short for --entity-type users --entity-name USER."},
    Option{.name = "user-defaults", .help = "Short for --entity-type users --entity-default."},
    Option{.name = "client",
           .argument = Argument::required,
           .argument_name = "ID",
           .help = "Short for --entity-type clients --entity-name ID."},
    Option{.name = "client-defaults", .help = "Short for --entity-type clients --entity-default."},
    Option{.name = "ip",
           .argument = Argument::required,
           .argument_name = "ADDRESS",
           .help = "Short for --entity-type ips --entity-name ADDRESS."},
    Option{.name = "ip-defaults", .help = "Short for --entity-type ips --entity-default."},
};

constexpr std::array<std::string_view, 4> examples{
    "configs --bootstrap-server localhost:9092 --describe --topic orders",
    "configs --bootstrap-server localhost:9092 --describe --broker 1 --all",
    "configs --bootstrap-server localhost:9092 --alter --topic orders --add-config "
    "retention.ms=86400000,cleanup.policy=[compact,delete]",
    "configs --bootstrap-server localhost:9092 --alter --broker-defaults --delete-config "
    "log.cleaner.threads",
};

/// What each short option stands for, in the order in which Kafka's tool looks at them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> named{{
    {"topic", "topics"},
    {"client", "clients"},
    {"user", "users"},
    {"broker", "brokers"},
    {"broker-logger", "broker-loggers"},
    {"ip", "ips"},
    {"client-metrics", "client-metrics"},
    {"group", "groups"},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> defaults{{
    {"client-defaults", "clients"},
    {"user-defaults", "users"},
    {"broker-defaults", "brokers"},
    {"ip-defaults", "ips"},
}};
constexpr std::array<std::string_view, 8> entity_types{
    "broker-loggers", "topics", "clients", "users", "brokers", "ips", "client-metrics", "groups"};

bool has_short_option(const ParsedOptions& given) {
    const auto is_given = [&](const auto& row) { return given.has(row.first); };
    return std::ranges::any_of(named, is_given) || std::ranges::any_of(defaults, is_given);
}

bool any_of(const ConfigEntities& entities, std::initializer_list<std::string_view> types) {
    return std::ranges::any_of(
        types, [&](std::string_view type) { return std::ranges::count(entities.types, type) > 0; });
}

Result<void> check_types(const ParsedOptions& given, const ConfigEntities& entities) {
    std::set<std::string> seen;
    std::set<std::string> twice;
    for (const auto& type : entities.types) {
        if (!seen.insert(type).second) {
            twice.insert(type);
        }
    }
    if (!twice.empty()) {
        return fail(ErrorCode::invalid_request, "Duplicate entity type(s) specified: {}",
                    fmt::join(twice, ","));
    }
    if (!given.has("bootstrap-server") && !given.has("bootstrap-controller")) {
        return fail(ErrorCode::invalid_request,
                    "Either --bootstrap-server or --bootstrap-controller must be specified.");
    }
    for (const auto& type : entities.types) {
        if (std::ranges::count(entity_types, type) == 0) {
            return fail(ErrorCode::invalid_request,
                        "Invalid entity type {}, the entity type must be one of {} with a "
                        "--bootstrap-server or --bootstrap-controller argument",
                        type, fmt::join(entity_types, ", "));
        }
    }
    if (entities.types.empty()) {
        return fail(ErrorCode::invalid_request, "At least one entity type must be specified");
    }
    if (entities.types.size() > 1 && seen != std::set<std::string>{"clients", "users"}) {
        return fail(ErrorCode::invalid_request,
                    "Only 'users' and 'clients' entity types may be specified together");
    }
    if ((given.has("entity-name") || given.has("entity-type") || given.has("entity-default")) &&
        has_short_option(given)) {
        return fail(ErrorCode::invalid_request,
                    "--entity-{{type,name,default}} should not be used in conjunction with "
                    "specific entity flags");
    }
    return {};
}

Result<void> check_names(const ParsedOptions& given, const ConfigEntities& entities) {
    if (given.has("bootstrap-server") && given.has("bootstrap-controller")) {
        return fail(ErrorCode::invalid_request,
                    "Only one of --bootstrap-server or --bootstrap-controller can be specified");
    }
    if (any_of(entities, {"brokers", "broker-loggers"})) {
        for (const auto& name : entities.names) {
            if (!name.empty() && !parse_int32(name)) {
                return fail(ErrorCode::invalid_request,
                            "The entity name for {} must be a valid integer broker id, but it is: "
                            "{}",
                            entities.type(), name);
            }
        }
    }
    return {};
}

Result<void> check_describe(const ParsedOptions& given, const ConfigEntities& entities,
                            bool has_name) {
    if (given.has("entity-default") && !any_of(entities, {"users", "clients", "brokers", "ips"})) {
        return fail(ErrorCode::invalid_request,
                    "--entity-default must not be specified with --describe of {}",
                    fmt::join(entities.types, ","));
    }
    if (any_of(entities, {"broker-loggers"}) && !has_name) {
        return fail(ErrorCode::invalid_request,
                    "An entity name must be specified with --describe of {}",
                    fmt::join(entities.types, ","));
    }
    return {};
}

Result<void> check_alter(const ParsedOptions& given, const ConfigEntities& entities,
                         bool has_name) {
    if (any_of(entities, {"users", "clients", "brokers", "ips"})) {
        if (entities.names.empty()) {
            return fail(ErrorCode::invalid_request,
                        "An entity-name or default entity must be specified with --alter of users, "
                        "clients, brokers or ips");
        }
    } else if (!has_name) {
        return fail(ErrorCode::invalid_request,
                    "An entity name must be specified with --alter of {}",
                    fmt::join(entities.types, ","));
    }
    if (given.has("add-config") && given.has("add-config-file")) {
        return fail(ErrorCode::invalid_request,
                    "Only one of --add-config or --add-config-file must be specified");
    }
    if (!given.has("add-config") && !given.has("add-config-file") && !given.has("delete-config")) {
        return fail(ErrorCode::invalid_request,
                    "At least one of --add-config, --add-config-file, or --delete-config must be "
                    "specified with --alter");
    }
    if (entities.types.size() != entities.names.size()) {
        return fail(ErrorCode::invalid_request,
                    "An entity name must be specified for every entity type");
    }
    return {};
}

std::string trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
    return std::string(text.substr(0, text.find_last_not_of(" \t\n") + 1));
}

/// Parts between `at` characters that are not inside brackets.
std::vector<std::string> split_outside_brackets(std::string_view text, char at) {
    std::vector<std::string> parts(1);
    bool inside = false;
    for (const char c : text) {
        if (c == at && !inside) {
            parts.emplace_back();
            continue;
        }
        inside = c == '[' || (inside && c != ']');
        parts.back() += c;
    }
    return parts;
}

}  // namespace

const Syntax configs_syntax{.options = options, .examples = examples};

ConfigEntities config_entities(const ParsedOptions& given) {
    ConfigEntities entities{.types = given.texts("entity-type"), .names = {}};
    for (const auto& [option, argument] : given.in_order()) {
        if (option->name == "entity-name" || option->name == "entity-default") {
            entities.names.push_back(argument.value_or(""));
        }
    }
    for (const auto& [option, type] : named) {
        if (const auto name = given.text(option)) {
            entities.types.emplace_back(type);
            entities.names.push_back(*name);
        }
    }
    for (const auto& [option, type] : defaults) {
        if (given.has(option)) {
            entities.types.emplace_back(type);
            entities.names.emplace_back();
        }
    }
    return entities;
}

Result<void> check_configs(const ParsedOptions& given) {
    if (given.has("alter") == given.has("describe")) {
        return fail(ErrorCode::invalid_request,
                    "Command must include exactly one action: --describe, --alter");
    }
    TRY(refuse_together(given, "describe", {"add-config", "delete-config"}));
    const auto entities = config_entities(given);
    TRY(check_types(given, entities));
    TRY(check_names(given, entities));
    const bool has_name =
        std::ranges::any_of(entities.names, [](const auto& name) { return !name.empty(); });
    return given.has("describe") ? check_describe(given, entities, has_name)
                                 : check_alter(given, entities, has_name);
}

Result<std::map<std::string, std::string>> parse_added_configs(std::string_view text) {
    std::map<std::string, std::string> configs;
    for (const auto& pair : split_outside_brackets(text, ',')) {
        auto sides = split_outside_brackets(pair, '=');
        if (sides.size() != 2) {
            return fail(ErrorCode::invalid_request,
                        "Invalid entity config: all configs to be added must be in the format "
                        "\"key=val\" or  \"key=[val1,val2]\" to group values which contain "
                        "commas.");
        }
        const auto key = trimmed(sides[0]);
        const auto legal = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '$' || c == '.' || c == '_' || c == '-';
        };
        if (!std::ranges::all_of(key, legal)) {
            return fail(ErrorCode::invalid_request, "Invalid character found for config key: {}",
                        key);
        }
        std::erase_if(sides[1], [](char c) { return c == '[' || c == ']'; });
        configs.insert_or_assign(key, trimmed(sides[1]));
    }
    return configs;
}

admin::ConfigResourceType config_resource_type(std::string_view entity_type) {
    using enum admin::ConfigResourceType;
    constexpr std::array<std::pair<std::string_view, admin::ConfigResourceType>, 5> types{{
        {"topics", topic},
        {"brokers", broker},
        {"broker-loggers", broker_logger},
        {"client-metrics", client_metrics},
        {"groups", group},
    }};
    for (const auto& [name, type] : types) {
        if (name == entity_type) {
            return type;
        }
    }
    return unknown;
}

admin::ConfigSource dynamic_source(const admin::ConfigResource& resource) {
    switch (resource.type) {
        case admin::ConfigResourceType::topic:
            return admin::ConfigSource::dynamic_topic_config;
        case admin::ConfigResourceType::broker:
            return resource.name.empty() ? admin::ConfigSource::dynamic_default_broker_config
                                         : admin::ConfigSource::dynamic_broker_config;
        case admin::ConfigResourceType::client_metrics:
            return admin::ConfigSource::dynamic_client_metrics_config;
        case admin::ConfigResourceType::group:
            return admin::ConfigSource::dynamic_group_config;
        case admin::ConfigResourceType::broker_logger:
        case admin::ConfigResourceType::unknown:
            break;
    }
    return admin::ConfigSource::unknown;
}

}  // namespace barnabas::cli
