#include "vectors/configs/rows_of_lines.h"

#include "base/config_text.h"
#include "support/vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace barnabas::testing {
namespace {

using Checked = std::optional<std::string>;

Checked verdict(bool good) {
    return good ? std::nullopt : Checked("is not accepted");
}

const std::string& text_of(const ConfigValue& value) {
    return std::get<std::string>(value);
}

Checked check_offset_reset(const ConfigValue& value) {
    const std::string_view text = text_of(value);
    constexpr std::string_view prefix = "by_duration:";
    return verdict(text == "latest" || text == "earliest" || text == "none" ||
                   (text.starts_with(prefix) && is_java_duration(text.substr(prefix.size()))));
}

Checked check_positive_or_default(const ConfigValue& value) {
    const auto number = std::get<std::int64_t>(value);
    return verdict(number == -1 || number > 0);
}

Checked check_connector_name(const ConfigValue& value) {
    const std::string& text = text_of(value);
    return verdict(!text.empty() && std::ranges::none_of(text, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    }));
}

/// "action name:value", separated by commas.
Checked check_response_headers(const ConfigValue& value) {
    for (const std::string& rule : split_list(text_of(value))) {
        const auto words = split_words(rule);
        const bool action = words.front() == "add" || words.front() == "set" ||
                            words.front() == "addDate" || words.front() == "setDate";
        if (!action || words.size() < 2 || !words[1].contains(':')) {
            return verdict(false);
        }
    }
    return std::nullopt;
}

/// Aliases of transformations and the like: blank ones are taken, the same one twice is not.
Checked check_aliases(const ConfigValue& value) {
    auto aliases = std::get<std::vector<std::string>>(value);
    std::erase(aliases, std::string());
    std::ranges::sort(aliases);
    return verdict(std::ranges::adjacent_find(aliases) == aliases.end());
}

/// Connect's listeners: the same one twice is taken, a blank one is not.
Checked check_urls(const ConfigValue& value) {
    const auto& urls = std::get<std::vector<std::string>>(value);
    return verdict(!urls.empty() && std::ranges::find(urls, "") == urls.end());
}

const std::map<std::string_view, ConfigRule, std::less<>> rules_by_text = {
    {"non-null string", any_value()},
    {"non-empty string", non_empty()},
    {"ConnectorConfig$PluginVersionValidator", any_value()},
    {"valid regex", any_value()},
    {"[1,...,9] or -1", gzip_level()},
    {"[batch_optimized, record_limit]", one_of_any_case("batch_optimized record_limit")},
    {"[latest, earliest, none, by_duration:PnDTnHnMn.nS]", custom(&check_offset_reset, "")},
    {"Positive number, or -1 to use the broker's default", custom(&check_positive_or_default, "")},
    {"Positive number not larger than the number of brokers in the Kafka cluster, or -1 to use the "
     "broker's default",
     custom(&check_positive_or_default, "")},
    {"non-empty string without ISO control characters", custom(&check_connector_name, "")},
    {"Any KeyGenerator algorithm supported by the worker JVM", one_of("HmacSHA256 HmacSHA512")},
    {"Any MAC algorithm supported by the worker JVM", one_of("HmacSHA256 HmacSHA512")},
    {"A list of one or more MAC algorithms, each supported by the worker JVM",
     non_empty_list_of("HmacSHA256 HmacSHA512")},
    {"List of comma-separated URLs, ex: http://localhost:8080,https://localhost:8443.",
     custom(&check_urls, "")},
    {"non-null string, unique predicate aliases", custom(&check_aliases, "")},
    {"non-null string, unique transformation aliases", custom(&check_aliases, "")},
    {"non-null string, unique topic creation groups", custom(&check_aliases, "")},
};

std::string words_of(std::string_view choices) {
    std::string words;
    for (const std::string& choice : split_list(choices)) {
        words += (words.empty() ? "" : " ") + choice;
    }
    return words;
}

/// "[a,...,b]" or "[a,...]".
std::optional<ConfigRule> range_of(std::string_view text) {
    if (!text.starts_with('[') || !text.contains(",...")) {
        return std::nullopt;
    }
    text = text.substr(1, text.size() - 2);
    const auto lowest = parse_double(text.substr(0, text.find(',')));
    const auto highest = parse_double(text.substr(text.rfind(',') + 1));
    return ConfigRule{.kind = ConfigRule::Kind::range, .lowest = lowest, .highest = highest};
}

}  // namespace

ConfigType type_of(std::string_view name) {
    for (int i = 1; i <= static_cast<int>(ConfigType::password); ++i) {
        if (config_type_name(static_cast<ConfigType>(i)) == name) {
            return static_cast<ConfigType>(i);
        }
    }
    ADD_FAILURE() << name << " is no type";
    return ConfigType::string;
}

std::string_view RowsOfLines::keep(std::string text) {
    return texts_.emplace_back(std::move(text));
}

ConfigRule RowsOfLines::list_rule(const boost::json::object& line) {
    const std::string_view component = line.at("component").as_string();
    const std::string_view name = line.at("name").as_string();
    const auto& text = line.at("valid_values");
    if (text.is_string() && text.get_string().starts_with("[")) {
        const std::string_view choices = text.get_string();
        return non_empty_list_of(keep(words_of(choices.substr(1, choices.size() - 2))));
    }
    const bool some =
        name == "plugin.path" || (name == "bootstrap.servers" && component != "admin");
    return some ? non_empty_list_of() : list_of();
}

ConfigRule RowsOfLines::rule_of(const boost::json::object& line) {
    const auto& value = line.at("valid_values");
    const std::string_view text = value.is_string() ? std::string_view(value.get_string()) : "";
    if (const auto known = rules_by_text.find(text); known != rules_by_text.end()) {
        return known->second;
    }
    if (type_of(line.at("type").as_string()) == ConfigType::list) {
        return list_rule(line);
    }
    if (text.starts_with("Comma-separated header rules")) {
        return custom(&check_response_headers, "");
    }
    if (const auto range = range_of(text)) {
        return *range;
    }
    constexpr std::string_view any_case = "(case insensitive) [";
    if (text.starts_with(any_case)) {
        return one_of_any_case(
            keep(words_of(text.substr(any_case.size(), text.size() - any_case.size() - 1))));
    }
    if (text.starts_with('[')) {
        return one_of(keep(words_of(text.substr(1, text.size() - 2))));
    }
    return any_value();
}

RowsOfLines::RowsOfLines() {
    // Our own lines too: another folder may have values without the definitions.
    auto lines = vector_lines("configs");
    std::ranges::move(data_lines("vectors/configs"), std::back_inserter(lines));
    for (const auto& line : lines) {
        if (!line.contains("type")) {
            continue;
        }
        std::string component(line.at("component").as_string());
        std::string name(line.at("name").as_string());
        const ConfigRow row{.name = keep(name),
                            .type = type_of(line.at("type").as_string()),
                            .fallback = nullptr,
                            .rule = rule_of(line),
                            .scope = ConfigScope::resource,
                            .importance = ConfigImportance::low,
                            .help = ""};
        rows_.emplace(std::pair(std::move(component), std::move(name)), row);
    }
}

const ConfigRow* RowsOfLines::find(std::string_view component, std::string_view name) const {
    const auto at = rows_.find({std::string(component), std::string(name)});
    return at == rows_.end() ? nullptr : &at->second;
}

}  // namespace barnabas::testing
