#include "client/config/client_rows.h"

#include "base/config_text.h"

#include <string>
#include <vector>

namespace barnabas::client {

namespace {

bool is_default(const ConfigRow& row, const ConfigValue& value) {
    const auto set = config_text(value);
    const auto fallback = config_text(default_of(row));
    if (row.rule.kind == ConfigRule::Kind::one_of_any_case && set && fallback) {
        return to_lower(*set) == to_lower(*fallback);
    }
    return set == fallback;
}

}  // namespace

Result<ConfigValues> parse_client_config(const ConfigDefinition& definition,
                                         const ClientConfig& set) {
    TRY_ASSIGN(ConfigValues values, ConfigValues::parse(definition, set));
    for (const auto& [name, text] : set) {
        const ConfigRow* row = definition.find(name);
        if (row->effect.kind == ConfigEffect::Kind::refused &&
            !is_default(*row, values.value(name))) {
            return fail(ErrorCode::invalid_config, "{} cannot be '{}': {}", name, text,
                        row->effect.reason);
        }
    }
    TRY(check_security(set));
    return values;
}

std::vector<std::string> without_effect(const ConfigDefinition& definition,
                                        const ClientConfig& set) {
    std::vector<std::string> sentences;
    for (const auto& [name, text] : set) {
        const ConfigRow* row = definition.find(name);
        if (row != nullptr && row->effect.kind == ConfigEffect::Kind::no_effect) {
            sentences.push_back(fmt::format("{} has no effect: {}", name, row->effect.reason));
        }
    }
    return sentences;
}

}  // namespace barnabas::client
