#include "base/config.h"

#include "base/config_text.h"
#include "base/invariant.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace barnabas {
namespace {

std::unexpected<Error> refuse(const ConfigRow& row, std::string_view text, std::string_view right) {
    if (row.is_sensitive()) {
        return fail(ErrorCode::invalid_config, "{}: its value {}", row.name, right);
    }
    return fail(ErrorCode::invalid_config, "{}={}: {}", row.name, text, right);
}

Result<ConfigValue> parse_boolean(const ConfigRow& row, std::string_view text) {
    const std::string lower = to_lower(text);
    if (lower == "true") {
        return ConfigValue(true);
    }
    if (lower == "false") {
        return ConfigValue(false);
    }
    return refuse(row, text, "must be true or false");
}

Result<ConfigValue> parse_number(const ConfigRow& row, std::string_view text, std::int64_t lowest,
                                 std::int64_t highest) {
    const auto number = parse_integer(text);
    if (!number || *number < lowest || *number > highest) {
        return refuse(row, text,
                      fmt::format("must be a whole number from {} to {}", lowest, highest));
    }
    return ConfigValue(*number);
}

template <class Integer>
Result<ConfigValue> parse_number(const ConfigRow& row, std::string_view text) {
    return parse_number(row, text, std::numeric_limits<Integer>::min(),
                        std::numeric_limits<Integer>::max());
}

Result<ConfigValue> parse_type(const ConfigRow& row, std::string_view text) {
    switch (row.type) {
        case ConfigType::boolean:
            return parse_boolean(row, text);
        case ConfigType::int16:
            return parse_number<std::int16_t>(row, text);
        case ConfigType::int32:
            return parse_number<std::int32_t>(row, text);
        case ConfigType::int64:
            return parse_number<std::int64_t>(row, text);
        case ConfigType::float64:
            if (const auto number = parse_double(text)) {
                return ConfigValue(*number);
            }
            return refuse(row, text, "must be a number");
        case ConfigType::list:
            return ConfigValue(split_list(text));
        case ConfigType::string:
        case ConfigType::class_name:
        case ConfigType::password:
            return ConfigValue(std::string(text));
    }
    INVARIANT(false, "type {} of {}", static_cast<int>(row.type), row.name);
}

bool contains_word(std::string_view words, std::string_view wanted) {
    const auto all = split_words(words);
    return std::ranges::find(all, wanted) != all.end();
}

std::string choices_text(std::string_view choices) {
    return fmt::format("{}", fmt::join(split_words(choices), ", "));
}

std::optional<std::string> check_range(const ConfigRule& rule, const ConfigValue& value) {
    const auto* whole = std::get_if<std::int64_t>(&value);
    const auto* real = std::get_if<double>(&value);
    if (whole == nullptr && real == nullptr) {
        return "must be set";
    }
    const double number = whole != nullptr ? static_cast<double>(*whole) : *real;
    // Written so that NaN passes, as it does in Kafka.
    if ((rule.lowest && number < *rule.lowest) || (rule.highest && number > *rule.highest)) {
        return "must be " + describe(rule);
    }
    return std::nullopt;
}

std::optional<std::string> check_choice(const ConfigRule& rule, const ConfigValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    const bool any_case = rule.kind == ConfigRule::Kind::one_of_any_case;
    const bool good =
        text != nullptr && (any_case ? contains_word(to_lower(rule.choices), to_lower(*text))
                                     : contains_word(rule.choices, *text));
    return good ? std::nullopt : std::optional("must be " + describe(rule));
}

std::optional<std::string> check_list(const ConfigRule& rule, const ConfigValue& value) {
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    if (list == nullptr) {
        return std::nullopt;
    }
    if (list->empty() && !rule.empty_list) {
        return "must name at least one element";
    }
    for (auto element = list->begin(); element != list->end(); ++element) {
        if (element->empty()) {
            return "must not have an empty element";
        }
        if (std::find(list->begin(), element, *element) != element) {
            return fmt::format("must not have {} twice", *element);
        }
        if (!rule.choices.empty() && !contains_word(rule.choices, *element)) {
            return fmt::format("{} is not among {}", *element, choices_text(rule.choices));
        }
    }
    return std::nullopt;
}

/// What is wrong with the value, as the end of a sentence; nothing if it is good.
std::optional<std::string> check_rule(const ConfigRule& rule, const ConfigValue& value) {
    switch (rule.kind) {
        case ConfigRule::Kind::any:
            return std::nullopt;
        case ConfigRule::Kind::range:
            return check_range(rule, value);
        case ConfigRule::Kind::one_of:
        case ConfigRule::Kind::one_of_any_case:
            return check_choice(rule, value);
        case ConfigRule::Kind::list:
            return check_list(rule, value);
        case ConfigRule::Kind::non_empty: {
            const auto* text = std::get_if<std::string>(&value);
            return text != nullptr && text->empty()
                       ? std::optional<std::string>("must not be empty")
                       : std::nullopt;
        }
        case ConfigRule::Kind::custom:
            return rule.check(value);
    }
    INVARIANT(false, "rule {}", static_cast<int>(rule.kind));
}

}  // namespace

std::string_view config_type_name(ConfigType type) {
    switch (type) {
        case ConfigType::boolean:
            return "BOOLEAN";
        case ConfigType::string:
            return "STRING";
        case ConfigType::int32:
            return "INT";
        case ConfigType::int16:
            return "SHORT";
        case ConfigType::int64:
            return "LONG";
        case ConfigType::float64:
            return "DOUBLE";
        case ConfigType::list:
            return "LIST";
        case ConfigType::class_name:
            return "CLASS";
        case ConfigType::password:
            return "PASSWORD";
    }
    INVARIANT(false, "type {}", static_cast<int>(type));
}

std::string_view importance_name(ConfigImportance importance) {
    switch (importance) {
        case ConfigImportance::high:
            return "high";
        case ConfigImportance::medium:
            return "medium";
        case ConfigImportance::low:
            return "low";
    }
    INVARIANT(false, "importance {}", static_cast<int>(importance));
}

std::string_view scope_name(ConfigScope scope) {
    switch (scope) {
        case ConfigScope::read_only:
            return "read-only";
        case ConfigScope::per_broker:
            return "per-broker";
        case ConfigScope::cluster_wide:
            return "cluster-wide";
        case ConfigScope::resource:
            return "resource";
    }
    INVARIANT(false, "scope {}", static_cast<int>(scope));
}

std::optional<std::string> check_gzip_level(const ConfigValue& value) {
    const auto* level = std::get_if<std::int64_t>(&value);
    if (level != nullptr && (*level == -1 || (*level >= 1 && *level <= 9))) {
        return std::nullopt;
    }
    return "must be from 1 to 9, or -1";
}

std::string describe(const ConfigRule& rule) {
    switch (rule.kind) {
        case ConfigRule::Kind::any:
            return "";
        case ConfigRule::Kind::range:
            if (rule.highest) {
                return fmt::format("from {} to {}", *rule.lowest, *rule.highest);
            }
            return fmt::format("at least {}", *rule.lowest);
        case ConfigRule::Kind::one_of:
            return "one of: " + choices_text(rule.choices);
        case ConfigRule::Kind::one_of_any_case:
            return "one of (in any case): " + choices_text(rule.choices);
        case ConfigRule::Kind::list:
            return fmt::format("a list{}{}",
                               rule.choices.empty() ? "" : " of: ", choices_text(rule.choices));
        case ConfigRule::Kind::non_empty:
            return "not empty";
        case ConfigRule::Kind::custom:
            return std::string(rule.text);
    }
    INVARIANT(false, "rule {}", static_cast<int>(rule.kind));
}

Result<ConfigValue> parse_config(const ConfigRow& row, std::string_view text) {
    const std::string_view trimmed = trim(text);
    TRY_ASSIGN(ConfigValue value, parse_type(row, trimmed));
    if (const auto wrong = check_rule(row.rule, value)) {
        return refuse(row, trimmed, *wrong);
    }
    return value;
}

ConfigValue default_of(const ConfigRow& row) {
    const auto text = row.fallback.text();
    if (!text) {
        return {};
    }
    // Kafka does not check its defaults by the rules for what a user writes (process.roles "").
    auto value = parse_type(row, *text);
    INVARIANT(value, "{} has the default {}", row.name, *text);
    return std::move(*value);
}

std::optional<std::string> config_text(const ConfigValue& value) {
    struct Printer {
        std::optional<std::string> operator()(std::monostate) const { return std::nullopt; }
        std::optional<std::string> operator()(bool b) const { return b ? "true" : "false"; }
        std::optional<std::string> operator()(std::int64_t n) const { return fmt::format("{}", n); }
        std::optional<std::string> operator()(double d) const { return java_double_text(d); }
        std::optional<std::string> operator()(const std::string& s) const { return s; }
        std::optional<std::string> operator()(const std::vector<std::string>& l) const {
            return fmt::format("{}", fmt::join(l, ","));
        }
    };
    return std::visit(Printer{}, value);
}

}  // namespace barnabas
