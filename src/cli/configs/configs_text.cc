#include "cli/configs/configs_text.h"

#include "base/json_text.h"

#include <fmt/format.h>

namespace barnabas::cli {

std::string_view singular(std::string_view entity_type) {
    return entity_type.substr(0, entity_type.size() - 1);
}

std::string configs_heading(std::string_view entity_type, std::string_view name, bool all) {
    if (name.empty()) {
        return fmt::format("Default configs for {} in the cluster are:", entity_type);
    }
    return fmt::format("{} configs for {} {} are:", all ? "All" : "Dynamic", singular(entity_type),
                       name);
}

std::string config_line(const admin::ConfigEntry& entry) {
    std::string synonyms;
    for (const auto& synonym : entry.synonyms) {
        synonyms +=
            fmt::format("{}{}:{}={}", synonyms.empty() ? "" : ", ", admin::to_text(synonym.source),
                        synonym.name, synonym.value.value_or("null"));
    }
    return fmt::format("  {}={} sensitive={} synonyms={{{}}}", entry.name,
                       entry.value.value_or("null"), entry.sensitive, synonyms);
}

std::string config_json(std::string_view entity_type, std::string_view name,
                        const admin::ConfigEntry& entry) {
    JsonLine line;
    line.add("entityType", entity_type).add("entityName", name).add("name", entry.name);
    if (entry.value) {
        line.add("value", *entry.value);
    } else {
        line.add_json("value", "null");
    }
    return line.add("source", admin::to_text(entry.source))
        .add("sensitive", entry.sensitive)
        .add("readOnly", entry.read_only)
        .text();
}

std::string no_entity(std::string_view entity_type, std::string_view name) {
    return fmt::format("The {} '{}' doesn't exist and doesn't have dynamic config.",
                       singular(entity_type), name);
}

std::string configs_updated(std::string_view entity_type, std::string_view name) {
    if (name.empty()) {
        return fmt::format("Completed updating default config for {} in the cluster.", entity_type);
    }
    return fmt::format("Completed updating config for {} {}.", singular(entity_type), name);
}

}  // namespace barnabas::cli
