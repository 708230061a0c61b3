#include "base/config_definition.h"
#include "base/config_text.h"
#include "broker/config/definitions.h"
#include "broker/config/rows.h"
#include "log/topic_config.h"
#include "support/vectors.h"
#include "vectors/configs/rows_of_lines.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace barnabas::testing {
namespace {

using Definitions = std::map<std::string, ConfigDefinition, std::less<>>;

Definitions own_definitions() {
    Definitions all;
    all.emplace("broker", broker::broker_definition());
    all.emplace("broker.dynamic-only", broker::broker_definition());
    all.emplace("quota.broker", broker::broker_definition());
    all.emplace("topic", log::topic_definition());
    all.emplace("group", broker::group_definition());
    all.emplace("client-metrics", broker::client_metrics_definition());
    all.emplace("quota.user-and-client", broker::user_and_client_quota_definition());
    all.emplace("quota.ip", broker::ip_quota_definition());
    return all;
}

std::string text_of(const boost::json::value& value) {
    return value.is_null() ? "null" : std::string(value.as_string());
}

/// The default as configs.jsonl prints it; "required" where there is none.
std::string default_text(const ConfigRow& row) {
    return row.fallback.is_required() ? "required" : config_text(default_of(row)).value_or("null");
}

/// What Kafka demands, Barnabas has a default for; and sockets' buffers are not held small
/// (docs/configuration.md says so).
const std::map<std::string_view, std::string_view> own_defaults = {
    {"node.id", "1"},
    {"process.roles", "broker,controller"},
    {"controller.listener.names", "null"},
    {"socket.receive.buffer.bytes", "-1"},
    {"socket.send.buffer.bytes", "-1"}};

std::string wanted_default(const boost::json::object& line) {
    const auto own = own_defaults.find(line.at("name").as_string());
    if (own != own_defaults.end()) {
        return std::string(own->second);
    }
    return line.at("required").as_bool() ? "required" : text_of(line.at("default"));
}

std::string own_synonyms(const ConfigRow& row) {
    std::string text;
    for (const ConfigSynonym& synonym : row.extras.synonyms) {
        if (!synonym.name.empty()) {
            text += fmt::format("{}*{} ", synonym.name, synonym.factor);
        }
    }
    return text;
}

/// What a group falls back to (GroupConfig and GroupCoordinatorConfig); the file does not say it.
const std::map<std::string_view, std::string_view> group_synonyms = {
    {"consumer.assignment.interval.ms", "group.consumer.assignment.interval.ms"},
    {"consumer.heartbeat.interval.ms", "group.consumer.heartbeat.interval.ms"},
    {"consumer.session.timeout.ms", "group.consumer.session.timeout.ms"},
    {"share.assignment.interval.ms", "group.share.assignment.interval.ms"},
    {"share.delivery.count.limit", "group.share.delivery.count.limit"},
    {"share.heartbeat.interval.ms", "group.share.heartbeat.interval.ms"},
    {"share.partition.max.record.locks", "group.share.partition.max.record.locks"},
    {"share.record.lock.duration.ms", "group.share.record.lock.duration.ms"},
    {"share.session.timeout.ms", "group.share.session.timeout.ms"},
};

/// In own_synonyms()' form; a broker's row that has itself alone lists nothing.
std::string wanted_synonyms(const boost::json::object& line) {
    std::string text;
    if (const auto of_group = group_synonyms.find(line.at("name").as_string());
        of_group != group_synonyms.end() && line.at("component").as_string() == "group") {
        return fmt::format("{}*1 ", of_group->second);
    }
    if (const auto* names = line.if_contains("synonyms");
        names != nullptr && names->as_array().size() > 1) {
        for (const auto& name : names->as_array()) {
            text += fmt::format("{}*1 ", text_of(name));
        }
    }
    if (const auto* names = line.if_contains("server_synonyms")) {
        const std::map<std::string, int, std::less<>> factors = {
            {"same", 1}, {"minutes", 60'000}, {"hours", 3'600'000}};
        for (const auto& name : names->as_array()) {
            text += fmt::format("{}*{} ", text_of(name.at("name")),
                                factors.at(text_of(name.at("unit"))));
        }
    }
    return text;
}

TEST(VectorsOfConfigs, EveryServerRowIsDefinedAsInKafka) {
    const Definitions definitions = own_definitions();
    for (const auto& line : vector_lines("configs")) {
        const auto definition = definitions.find(text_of(line.at("component")));
        if (definition == definitions.end()) {
            continue;
        }
        const std::string name = text_of(line.at("name"));
        const ConfigRow* row = definition->second.find(name);
        ASSERT_NE(row, nullptr) << name;
        if (const auto* mode = line.if_contains("update_mode")) {
            EXPECT_EQ(scope_name(row->scope), text_of(*mode)) << name;
        }
        if (!line.contains("type")) {
            continue;
        }
        EXPECT_EQ(config_type_name(row->type), text_of(line.at("type"))) << name;
        EXPECT_EQ(default_text(*row), wanted_default(line)) << name;
        EXPECT_EQ(importance_name(row->importance), to_lower(text_of(line.at("importance"))))
            << name;
        EXPECT_EQ(row->extras.internal, line.at("internal").as_bool()) << name;
        EXPECT_EQ(own_synonyms(*row), wanted_synonyms(line)) << name;
        EXPECT_FALSE(row->help.empty()) << name;
    }
}

TEST(VectorsOfConfigs, EveryServerRowIsKafkasUnlessItIsMarkedAsOurs) {
    std::set<std::string> known;
    for (const auto& line : vector_lines("configs")) {
        known.insert(text_of(line.at("name")));
    }
    if (!vectors_are_ours()) {
        return;  // another folder's file need not list every name
    }
    for (const auto& table : {broker::own_rows(), broker::legacy_rows()}) {
        for (const ConfigRow& row : table) {
            EXPECT_TRUE(known.emplace(row.name).second) << row.name << " is one of Kafka's";
        }
    }
    for (const auto& [component, definition] : own_definitions()) {
        for (const ConfigRow* row : definition.rows()) {
            EXPECT_TRUE(known.contains(std::string(row->name))) << component << " " << row->name;
        }
    }
}

TEST(VectorsOfConfigs, EveryDefaultIsReadByItsType) {
    for (const auto& line : vector_lines("configs")) {
        const auto* text = line.if_contains("default");
        if (text == nullptr || text->is_null()) {
            continue;
        }
        const std::string kept = text_of(*text);
        const ConfigRow row{.name = "default",
                            .type = type_of(line.at("type").as_string()),
                            .fallback = kept.c_str(),
                            .rule = any_value(),
                            .scope = ConfigScope::resource,
                            .importance = ConfigImportance::low,
                            .help = ""};
        EXPECT_EQ(config_text(default_of(row)), kept) << text_of(line.at("name"));
    }
}

TEST(VectorsOfConfigs, EveryValueGetsKafkasVerdict) {
    const Definitions definitions = own_definitions();
    const RowsOfLines others;
    for (const auto& line : vector_lines("config-values")) {
        const std::string component = text_of(line.at("component"));
        const std::string name = text_of(line.at("name"));
        const auto definition = definitions.find(component);
        const ConfigRow* row = definition != definitions.end() ? definition->second.find(name)
                                                               : others.find(component, name);
        ASSERT_NE(row, nullptr) << component << " " << name;
        const auto value = parse_config(*row, text_of(line.at("value")));
        EXPECT_EQ(value ? "ok" : "error", text_of(line.at("verdict")))
            << component << " " << name << "=" << text_of(line.at("value"));
        const auto* parsed = line.if_contains("parsed");
        if (value && parsed != nullptr && !row->is_sensitive()) {
            EXPECT_EQ(config_text(*value).value_or("null"), text_of(*parsed)) << name;
        }
        if (!value && row->is_sensitive()) {
            EXPECT_FALSE(value.error().message.contains(text_of(line.at("value")))) << name;
        }
    }
}

}  // namespace
}  // namespace barnabas::testing
