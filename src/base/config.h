#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace barnabas {

/// What a configuration value is read as: the types of Kafka's ConfigDef.Type, with the numbers of
/// DescribeConfigs' responses.
enum class ConfigType : std::int8_t {
    boolean = 1,
    string,
    int32,
    int16,
    int64,
    float64,
    list,
    class_name,
    password,
};

/// "BOOLEAN", "INT", "LONG", ...: ConfigDef.Type's names.
[[nodiscard]] std::string_view config_type_name(ConfigType type);

enum class ConfigImportance : std::int8_t { high, medium, low };

[[nodiscard]] std::string_view importance_name(ConfigImportance importance);  // "high", ...

/// Who may change a value, and when. `read_only`: the file, at start. `per_broker`: one running
/// broker at a time. `cluster_wide`: one running broker, or all of them. `resource`: a topic, a
/// group, a quota: whatever the definition describes.
enum class ConfigScope : std::int8_t { read_only, per_broker, cluster_wide, resource };

[[nodiscard]] std::string_view scope_name(ConfigScope scope);  // "read-only", ...

/// What Barnabas does with the name. Never silent: who sets a row with `no_effect` reads its
/// reason in the start-up log; who sets one that is `refused` to anything but its default reads it
/// as the end of start-up.
struct ConfigEffect {
    enum class Kind : std::int8_t { works, no_effect, refused };
    Kind kind = Kind::works;
    std::string_view reason;
};

inline constexpr ConfigEffect works{};
[[nodiscard]] constexpr ConfigEffect no_effect(std::string_view reason) {
    return {ConfigEffect::Kind::no_effect, reason};
}
[[nodiscard]] constexpr ConfigEffect refused(std::string_view reason) {
    return {ConfigEffect::Kind::refused, reason};
}

/// A row's default: a text that the row's own type and rule accept, null, or none at all (the name
/// must be set).
class ConfigDefault {
public:
    constexpr ConfigDefault(const char* text) : kind_(Kind::text), text_(text) {}
    constexpr ConfigDefault(std::nullptr_t) : kind_(Kind::null) {}

    static constexpr ConfigDefault required() {
        ConfigDefault none(nullptr);
        none.kind_ = Kind::required;
        return none;
    }
    [[nodiscard]] constexpr bool is_required() const { return kind_ == Kind::required; }
    /// Nothing if there is no default or it is null.
    [[nodiscard]] constexpr std::optional<std::string_view> text() const {
        return kind_ == Kind::text ? std::optional(text_) : std::nullopt;
    }

private:
    enum class Kind : std::int8_t { text, null, required };
    Kind kind_;
    std::string_view text_;
};

/// A value after parsing; monostate is null. Integers of every width are int64, classes and
/// passwords are strings.
using ConfigValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

/// Looks at a parsed value and says what would be right; nothing if it is good.
using ConfigCheck = std::optional<std::string> (*)(const ConfigValue&);

/// The values that a row accepts beyond its type. Choices are words separated by spaces.
struct ConfigRule {
    enum class Kind : std::int8_t { any, range, one_of, one_of_any_case, list, non_empty, custom };
    Kind kind = Kind::any;
    std::optional<double>
        lowest{};  // range: both ends included, compared as Kafka does, as doubles
    std::optional<double> highest{};
    std::string_view choices{};   // one_of*: of the value; list: of each element (empty: anything)
    bool empty_list = true;       // list: no element at all is accepted
    ConfigCheck check = nullptr;  // custom
    std::string_view text{};      // custom: what it accepts, for the reference page
};

[[nodiscard]] constexpr ConfigRule any_value() {
    return {};
}
[[nodiscard]] constexpr ConfigRule at_least(double lowest) {
    return {.kind = ConfigRule::Kind::range, .lowest = lowest};
}
[[nodiscard]] constexpr ConfigRule between(double lowest, double highest) {
    return {.kind = ConfigRule::Kind::range, .lowest = lowest, .highest = highest};
}
[[nodiscard]] constexpr ConfigRule one_of(std::string_view choices) {
    return {.kind = ConfigRule::Kind::one_of, .choices = choices};
}
[[nodiscard]] constexpr ConfigRule one_of_any_case(std::string_view choices) {
    return {.kind = ConfigRule::Kind::one_of_any_case, .choices = choices};
}
[[nodiscard]] constexpr ConfigRule non_empty() {
    return {.kind = ConfigRule::Kind::non_empty};
}
/// No element twice and none of them empty; `choices` empty accepts any word.
[[nodiscard]] constexpr ConfigRule list_of(std::string_view choices = {}) {
    return {.kind = ConfigRule::Kind::list, .choices = choices};
}
[[nodiscard]] constexpr ConfigRule non_empty_list_of(std::string_view choices = {}) {
    return {.kind = ConfigRule::Kind::list, .choices = choices, .empty_list = false};
}
[[nodiscard]] constexpr ConfigRule custom(ConfigCheck check, std::string_view text) {
    return {.kind = ConfigRule::Kind::custom, .check = check, .text = text};
}

/// Checks that several modules' rows share.
[[nodiscard]] std::optional<std::string> check_gzip_level(const ConfigValue& value);
[[nodiscard]] constexpr ConfigRule gzip_level() {
    return custom(&check_gzip_level, "from 1 to 9, or -1 for zlib's own choice");
}

/// The rule in words, for the reference page: "at least 1", "one of: a, b"; empty for any_value().
[[nodiscard]] std::string describe(const ConfigRule& rule);

/// Another name that gives this row its value. `factor` converts that name's unit into this row's:
/// 3600000 from hours to milliseconds.
struct ConfigSynonym {
    constexpr ConfigSynonym() = default;
    constexpr ConfigSynonym(const char* other, std::int64_t into_this_unit = 1)
        : name(other), factor(into_this_unit) {}

    std::string_view name;
    std::int64_t factor = 1;
};

/// What most rows leave as it is.
struct ConfigExtras {
    /// In order of precedence. A broker's row lists itself among them, or nothing (itself alone); a
    /// topic's row lists the broker's rows that it falls back to.
    std::array<ConfigSynonym, 3> synonyms{};
    /// Kafka's own internals: accepted, but left out of the reference page.
    bool internal = false;
};

[[nodiscard]] constexpr ConfigExtras synonyms(ConfigSynonym first, ConfigSynonym second = {},
                                              ConfigSynonym third = {}) {
    return {.synonyms = {first, second, third}};
}
inline constexpr ConfigExtras internal_only{.synonyms = {}, .internal = true};

/// One configuration name. Rows are constants of the module that reads the value, one table per
/// subject. The reference page is printed from them.
struct ConfigRow {
    std::string_view name;
    ConfigType type;
    ConfigDefault fallback;
    ConfigRule rule;
    ConfigScope scope;
    ConfigImportance importance;
    std::string_view help;
    ConfigEffect effect{};
    ConfigExtras extras{};

    [[nodiscard]] bool is_sensitive() const { return type == ConfigType::password; }
};

/// Reads `text` as Kafka's ConfigDef would (blanks around it are dropped) and checks it against
/// the row's rule. The error (invalid_config) names key, value and what would be right; a
/// password's value is never in it.
[[nodiscard]] Result<ConfigValue> parse_config(const ConfigRow& row, std::string_view text);

/// The row's default, parsed; null if it has none. INVARIANT: a default's text is good.
[[nodiscard]] ConfigValue default_of(const ConfigRow& row);

/// As Kafka's ConfigDef.convertToString: lists joined by commas, doubles as Java prints them;
/// nothing for null. A password's text comes out as it is: callers that print ask is_sensitive().
[[nodiscard]] std::optional<std::string> config_text(const ConfigValue& value);

}  // namespace barnabas
