#include "base/config_definition.h"

#include "base/invariant.h"

#include <algorithm>
#include <numeric>

namespace barnabas {
namespace {

/// Levenshtein's distance: how many letters to insert, remove or replace.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
        }
    }
    return row.back();
}

}  // namespace

ConfigDefinition::ConfigDefinition(std::string_view resource,
                                   std::initializer_list<std::span<const ConfigRow>> tables)
    : resource_(resource) {
    for (const auto& table : tables) {
        for (const ConfigRow& row : table) {
            rows_.push_back(&row);
        }
    }
    std::ranges::sort(rows_, {}, &ConfigRow::name);
    const auto twice = std::ranges::adjacent_find(rows_, {}, &ConfigRow::name);
    INVARIANT(twice == rows_.end(), "two rows for {}", (*twice)->name);
}

const ConfigRow* ConfigDefinition::find(std::string_view name) const {
    const auto at = std::ranges::lower_bound(rows_, name, {}, &ConfigRow::name);
    return at != rows_.end() && (*at)->name == name ? *at : nullptr;
}

std::string_view ConfigDefinition::nearest(std::string_view name) const {
    INVARIANT(!rows_.empty(), "no {} configuration at all", resource_);
    constexpr std::size_t longest = 256;  // bounds the work on hostile names
    const auto distance = [name](const ConfigRow* row) {
        return edit_distance(name.substr(0, longest), row->name);
    };
    return (*std::ranges::min_element(rows_, {}, distance))->name;
}

Error ConfigDefinition::unknown(std::string_view name) const {
    return {ErrorCode::invalid_config,
            fmt::format("{} is not a {} configuration; the nearest is {}", name, resource_,
                        nearest(name))};
}

Result<ConfigValues> ConfigValues::parse(const ConfigDefinition& definition, const ConfigMap& set) {
    ConfigValues values;
    for (const auto& [name, text] : set) {
        const ConfigRow* row = definition.find(name);
        if (row == nullptr) {
            return std::unexpected(definition.unknown(name));
        }
        TRY_ASSIGN(ConfigValue value, parse_config(*row, text));
        values.values_.emplace(row->name, std::move(value));
    }
    for (const ConfigRow* row : definition.rows()) {
        if (values.values_.contains(row->name)) {
            continue;
        }
        if (row->fallback.is_required()) {
            return fail(ErrorCode::invalid_config, "{} must be set: it has no default", row->name);
        }
        values.values_.emplace(row->name, default_of(*row));
    }
    return values;
}

const ConfigValue& ConfigValues::value(std::string_view name) const {
    const auto at = values_.find(name);
    INVARIANT(at != values_.end(), "no row for {}", name);
    return at->second;
}

namespace {

template <class T>
const T& as(const ConfigValue& value, std::string_view name) {
    const T* typed = std::get_if<T>(&value);
    INVARIANT(typed != nullptr, "{} is null or of another type", name);
    return *typed;
}

}  // namespace

bool ConfigValues::boolean(std::string_view name) const {
    return as<bool>(value(name), name);
}

std::int64_t ConfigValues::integer(std::string_view name) const {
    return as<std::int64_t>(value(name), name);
}

double ConfigValues::real(std::string_view name) const {
    return as<double>(value(name), name);
}

const std::string& ConfigValues::text(std::string_view name) const {
    return as<std::string>(value(name), name);
}

const std::vector<std::string>& ConfigValues::list(std::string_view name) const {
    return as<std::vector<std::string>>(value(name), name);
}

bool ConfigValues::is_null(std::string_view name) const {
    return std::holds_alternative<std::monostate>(value(name));
}

}  // namespace barnabas
