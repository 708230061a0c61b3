#include "base/config_resolver.h"

#include "base/config_text.h"
#include "base/invariant.h"

#include <algorithm>
#include <set>

namespace barnabas {
namespace {

/// The row's synonyms with the row itself where the table leaves it out.
std::vector<ConfigSynonym> synonyms_of(const ConfigRow& row) {
    std::vector<ConfigSynonym> names;
    for (const ConfigSynonym& synonym : row.extras.synonyms) {
        if (!synonym.name.empty()) {
            names.push_back(synonym);
        }
    }
    if (names.empty()) {
        names.emplace_back().name = row.name;
    }
    return names;
}

/// A synonym's entry with the factor that converts its unit into the described row's.
struct Candidate {
    ResolvedSynonym entry;
    std::string text;
    std::int64_t factor = 1;
};

/// Everything that gives one of `names` a value: layer by layer, in each by precedence.
std::vector<Candidate> candidates(const ConfigDefinition& broker,
                                  const std::vector<ConfigSynonym>& names,
                                  const BrokerConfigLayers& layers) {
    std::vector<Candidate> all;
    const auto add = [&](const ConfigSynonym& name, std::string_view text, ConfigSource source) {
        const ConfigRow* row = broker.find(name.name);
        INVARIANT(row != nullptr, "{} is a synonym but has no row", name.name);
        all.push_back({.entry = {.name = std::string(name.name), .value = {}, .source = source},
                       .text = std::string(text),
                       .factor = name.factor});
        if (!row->is_sensitive()) {
            all.back().entry.value = text;
        }
    };
    const std::pair<const ConfigMap*, ConfigSource> maps[] = {
        {&layers.dynamic_broker, ConfigSource::dynamic_broker},
        {&layers.dynamic_default, ConfigSource::dynamic_default_broker},
        {&layers.static_broker, ConfigSource::static_broker}};
    for (const auto& [map, source] : maps) {
        for (const ConfigSynonym& name : names) {
            if (const auto at = map->find(name.name); at != map->end()) {
                add(name, at->second, source);
            }
        }
    }
    for (const ConfigSynonym& name : names) {
        const ConfigRow* row = broker.find(name.name);
        if (const auto text = row != nullptr ? row->fallback.text() : std::nullopt) {
            add(name, *text, ConfigSource::default_config);
        }
    }
    return all;
}

/// As the row prints it after parsing; as it stands if it does not parse.
std::optional<std::string> shown(const ConfigRow& row, std::string_view text) {
    if (row.is_sensitive()) {
        return std::nullopt;
    }
    const auto value = parse_config(row, text);
    return value ? config_text(*value) : std::string(text);
}

/// A broker's text in the unit of a topic's row. A negative time or size means "no limit" to a
/// broker whatever its unit, and is -1 where a topic's row knows that.
std::string converted(const ConfigRow& row, const Candidate& from) {
    const auto number = parse_integer(trim(from.text));
    if (!number || row.type != ConfigType::int64) {
        return from.text;
    }
    if (*number < 0 && row.rule.lowest == -1.0) {
        return "-1";
    }
    std::int64_t product = 0;
    if (__builtin_mul_overflow(*number, from.factor, &product)) {
        product = std::numeric_limits<std::int64_t>::max();
    }
    return std::to_string(product);
}

}  // namespace

std::string_view without_listener(std::string_view name) {
    constexpr std::string_view prefix = "listener.name.";
    if (!name.starts_with(prefix)) {
        return name;
    }
    const std::size_t dot = name.find('.', prefix.size());
    return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

ResolvedConfig resolve_broker_config(const ConfigDefinition& broker, const ConfigRow& row,
                                     const BrokerConfigLayers& layers) {
    ResolvedConfig resolved{.row = &row, .read_only = row.scope == ConfigScope::read_only};
    for (Candidate& candidate : candidates(broker, synonyms_of(row), layers)) {
        const bool first = resolved.synonyms.empty();
        if (first && candidate.entry.name != row.name) {
            continue;  // a stronger synonym has a line of its own, under its own name
        }
        if (first) {
            resolved.value = shown(row, candidate.text);
            resolved.source = candidate.entry.source;
        }
        resolved.synonyms.push_back(std::move(candidate.entry));
    }
    return resolved;
}

std::vector<ResolvedConfig> resolve_broker_configs(const ConfigDefinition& broker,
                                                   const BrokerConfigLayers& layers) {
    std::vector<ResolvedConfig> all;
    for (const ConfigRow* row : broker.rows()) {
        ResolvedConfig resolved = resolve_broker_config(broker, *row, layers);
        if (!row->extras.internal || !resolved.is_default()) {
            all.push_back(std::move(resolved));
        }
    }
    return all;
}

ConfigMap merge_layers(const ConfigDefinition& broker, const BrokerConfigLayers& layers) {
    ConfigMap merged = layers.static_broker;
    for (const ConfigMap* stronger : {&layers.dynamic_default, &layers.dynamic_broker}) {
        for (const auto& [name, text] : *stronger) {
            if (const ConfigRow* row = broker.find(name)) {
                for (const ConfigSynonym& synonym : synonyms_of(*row)) {
                    merged.erase(std::string(synonym.name));
                }
            }
        }
        for (const auto& [name, text] : *stronger) {
            merged.insert_or_assign(name, text);
        }
    }
    return merged;
}

ResolvedConfig resolve_resource_config(const ConfigRow& row, const ConfigMap& set,
                                       ConfigSource own_source, const ConfigDefinition& broker,
                                       const BrokerConfigLayers& layers) {
    ResolvedConfig resolved{.row = &row};
    resolved.value = config_text(default_of(row));
    if (!row.extras.synonyms.front().name.empty()) {
        const auto all = candidates(broker, synonyms_of(row), layers);
        auto first = std::ranges::find(all, row.extras.synonyms.front().name,
                                       [](const Candidate& c) { return c.entry.name; });
        if (!all.empty()) {
            resolved.value = shown(row, converted(row, all.front()));
            resolved.source = all.front().entry.source;
            if (!resolved.is_default()) {
                first = all.begin();
            }
        }
        std::for_each(first, all.end(),
                      [&](const Candidate& c) { resolved.synonyms.push_back(c.entry); });
    }
    if (const auto own = set.find(row.name); own != set.end()) {
        resolved.value = shown(row, own->second);
        resolved.source = own_source;
        resolved.synonyms.insert(
            resolved.synonyms.begin(),
            {.name = std::string(row.name), .value = resolved.value, .source = own_source});
    }
    return resolved;
}

Result<ConfigValues> effective_configs(const ConfigDefinition& topic, const ConfigMap& set,
                                       const ConfigDefinition& broker,
                                       const BrokerConfigLayers& layers) {
    ConfigMap merged = set;
    for (const ConfigRow* row : topic.rows()) {
        if (merged.contains(row->name) || row->extras.synonyms.front().name.empty()) {
            continue;
        }
        const auto all = candidates(broker, synonyms_of(*row), layers);
        if (!all.empty()) {
            merged.emplace(row->name, converted(*row, all.front()));
        }
    }
    return ConfigValues::parse(topic, merged);
}

namespace {

Result<void> check_changes(const ConfigDefinition& definition,
                           std::span<const ConfigChange> changes) {
    std::set<std::string_view> seen;
    for (const ConfigChange& change : changes) {
        if (!seen.insert(change.name).second) {
            return fail(ErrorCode::invalid_request, "{} is changed twice in one request",
                        change.name);
        }
        if (!change.value && change.operation != ConfigOperation::remove) {
            return fail(ErrorCode::invalid_request, "{}: null is no value; delete it instead",
                        change.name);
        }
        const ConfigRow* row = definition.find(without_listener(change.name));
        if (row == nullptr && change.operation != ConfigOperation::remove) {
            return std::unexpected(definition.unknown(change.name));
        }
        const bool element = change.operation == ConfigOperation::append ||
                             change.operation == ConfigOperation::subtract;
        if (element && row->type != ConfigType::list) {
            return fail(
                ErrorCode::invalid_config,
                "{} is no list: it can be set or deleted, not appended to or subtracted from",
                change.name);
        }
    }
    return {};
}

std::vector<std::string> elements_of(const ConfigRow& row, const ConfigMap& set,
                                     std::string_view name) {
    const auto at = set.find(name);
    auto elements = split_list(at != set.end() ? std::string_view(at->second)
                                               : row.fallback.text().value_or(""));
    std::erase(elements, std::string());
    return elements;
}

std::string join(const std::vector<std::string>& elements) {
    return config_text(ConfigValue(elements)).value_or("");
}

}  // namespace

Result<ConfigMap> alter_configs(const ConfigDefinition& definition, const ConfigMap& set,
                                std::span<const ConfigChange> changes) {
    TRY(check_changes(definition, changes));
    ConfigMap after = set;
    for (const ConfigChange& change : changes) {
        if (change.operation == ConfigOperation::remove) {
            after.erase(change.name);
            continue;
        }
        if (change.operation == ConfigOperation::set) {
            after.insert_or_assign(change.name, *change.value);
            continue;
        }
        const ConfigRow* row = definition.find(without_listener(change.name));
        INVARIANT(row != nullptr, "{} was checked", change.name);
        auto elements = elements_of(*row, set, change.name);
        for (const std::string& element : split_list(*change.value)) {
            const auto at = std::ranges::find(elements, element);
            if (change.operation == ConfigOperation::append && at == elements.end()) {
                elements.push_back(element);
            } else if (change.operation == ConfigOperation::subtract && at != elements.end()) {
                elements.erase(at);
            }
        }
        after.insert_or_assign(change.name, join(elements));
    }
    return after;
}

std::vector<std::string> drop_unusable(const ConfigDefinition& definition, ConfigMap& set) {
    std::vector<std::string> dropped;
    std::erase_if(set, [&](const auto& entry) {
        const ConfigRow* row = definition.find(entry.first);
        if (row == nullptr) {
            dropped.push_back(definition.unknown(entry.first).message);
            return true;
        }
        const auto value = parse_config(*row, entry.second);
        if (!value) {
            dropped.push_back(value.error().message);
        }
        return !value.has_value();
    });
    return dropped;
}

Result<void> validate_dynamic_broker_configs(const ConfigDefinition& broker, const ConfigMap& set,
                                             bool per_broker) {
    for (const auto& [name, text] : set) {
        const std::string_view base = without_listener(name);
        const bool of_listener = base.size() != name.size();
        const ConfigRow* row = broker.find(base);
        if (row == nullptr) {
            return fail(ErrorCode::invalid_request, "{}", broker.unknown(name).message);
        }
        if (row->scope == ConfigScope::read_only) {
            return fail(ErrorCode::invalid_request,
                        "{} cannot be changed while the broker runs: set it in the broker's file "
                        "and restart",
                        name);
        }
        if (!per_broker && (row->scope == ConfigScope::per_broker || of_listener)) {
            return fail(ErrorCode::invalid_request,
                        "{} can be set for one broker only: name the broker's id", name);
        }
        if (const auto value = parse_config(*row, text); !value) {
            return fail(ErrorCode::invalid_request, "{}", value.error().message);
        }
    }
    return {};
}

}  // namespace barnabas
