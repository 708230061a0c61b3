#include "base/config_definition.h"
#include "base/config_text.h"
#include "client/config/admin_config.h"
#include "client/config/consumer_config.h"
#include "client/config/producer_config.h"
#include "client/config/share_consumer_config.h"
#include "support/vectors.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace barnabas::testing {
namespace {

/// Kafka's components that have tables here.
const ConfigDefinition* definition_of(std::string_view component) {
    if (component == "producer") {
        return &client::producer_definition();
    }
    if (component == "consumer") {
        return &client::consumer_definition();
    }
    return component == "admin" ? &client::admin_definition() : nullptr;
}

std::string text_of(const boost::json::value& value) {
    return value.is_null() ? "null" : std::string(value.as_string());
}

/// Java cannot do without these classes; here serdes are types.
bool is_java_class(std::string_view name) {
    return name.ends_with(".serializer") || name.ends_with(".deserializer");
}

std::string wanted_default(const boost::json::object& line) {
    if (is_java_class(line.at("name").as_string())) {
        return "null";
    }
    if (line.at("required").as_bool()) {
        return "required";
    }
    // Java prints class objects in a list so; as a value it takes their names alone.
    std::string text = text_of(line.at("default"));
    for (auto at = text.find("class "); at != std::string::npos; at = text.find("class ")) {
        text.erase(at, 6);
    }
    return text;
}

std::string default_text(const ConfigRow& row) {
    return row.fallback.is_required() ? "required" : config_text(default_of(row)).value_or("null");
}

TEST(VectorsOfClientConfigs, EveryRowIsDefinedAsInKafka) {
    std::map<std::string, std::set<std::string>> known;
    for (const auto& line : vector_lines("configs")) {
        const std::string component = text_of(line.at("component"));
        const ConfigDefinition* definition = definition_of(component);
        if (definition == nullptr) {
            continue;
        }
        const std::string name = text_of(line.at("name"));
        known[component].insert(name);
        const ConfigRow* row = definition->find(name);
        ASSERT_NE(row, nullptr) << component << " " << name;
        EXPECT_EQ(config_type_name(row->type), text_of(line.at("type"))) << name;
        EXPECT_EQ(default_text(*row), wanted_default(line)) << component << " " << name;
        EXPECT_EQ(importance_name(row->importance), to_lower(text_of(line.at("importance"))))
            << component << " " << name;
        EXPECT_EQ(row->extras.internal, line.at("internal").as_bool()) << name;
        EXPECT_FALSE(row->help.empty()) << name;
        if (component == "consumer") {  // Kafka configures its share consumers as consumers
            const ConfigRow* shared = client::share_consumer_definition().find(name);
            ASSERT_NE(shared, nullptr) << name;
            EXPECT_EQ(default_text(*shared), default_text(*row)) << name;
        }
    }
    if (!vectors_are_ours()) {
        return;  // another folder's file need not list every name
    }
    for (const auto& [component, names] : known) {
        for (const ConfigRow* row : definition_of(component)->rows()) {
            EXPECT_TRUE(names.contains(std::string(row->name)) || row->extras.internal)
                << component << " " << row->name << " is not Kafka's";
        }
    }
}

TEST(VectorsOfClientConfigs, EveryValueGetsKafkasVerdict) {
    std::size_t values = 0;
    for (const auto& line : vector_lines("config-values")) {
        const std::string component = text_of(line.at("component"));
        const ConfigDefinition* definition = definition_of(component);
        const std::string name = text_of(line.at("name"));
        if (definition == nullptr) {
            continue;
        }
        const ConfigRow* row = definition->find(name);
        ASSERT_NE(row, nullptr) << component << " " << name;
        const std::string text = text_of(line.at("value"));
        const auto value = parse_config(*row, text);
        EXPECT_EQ(value ? "ok" : "error", text_of(line.at("verdict")))
            << component << " " << name << "=" << text;
        const auto* parsed = line.if_contains("parsed");
        if (value && parsed != nullptr && !row->is_sensitive()) {
            EXPECT_EQ(config_text(*value).value_or("null"), text_of(*parsed)) << name;
        }
        ++values;
    }
    EXPECT_TRUE(values > 100 || !vectors_are_ours()) << values;
}

}  // namespace
}  // namespace barnabas::testing
