#pragma once

#include "base/config.h"

#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas {

/// Names and texts, as a file or a request holds them, before parsing.
using ConfigMap = std::map<std::string, std::string, std::less<>>;

/// All rows of one kind of resource (broker, topic, group, ...), whichever modules own them.
/// Immutable after construction; safe on every thread. The rows outlive it (they are constants).
class ConfigDefinition {
public:
    /// INVARIANT: no name twice.
    ConfigDefinition(std::string_view resource,
                     std::initializer_list<std::span<const ConfigRow>> tables);

    /// "broker", "topic", ...: for sentences.
    [[nodiscard]] std::string_view resource() const { return resource_; }
    /// nullptr if there is no such name.
    [[nodiscard]] const ConfigRow* find(std::string_view name) const;
    /// Sorted by name.
    [[nodiscard]] std::span<const ConfigRow* const> rows() const { return rows_; }
    /// The known name that is the fewest edits away from `name`.
    [[nodiscard]] std::string_view nearest(std::string_view name) const;
    /// invalid_config: the name is not known; the sentence proposes the nearest.
    [[nodiscard]] Error unknown(std::string_view name) const;

private:
    std::string_view resource_;
    std::vector<const ConfigRow*> rows_;
};

/// One parsed value per row of a definition, defaults included: what modules build their structs
/// from. Asking for a name that the definition does not have, or as another type, is a bug.
class ConfigValues {
public:
    /// Parses what is set. An unknown name or a bad value is an error, as is a required row
    /// without a value.
    static Result<ConfigValues> parse(const ConfigDefinition& definition, const ConfigMap& set);

    [[nodiscard]] bool boolean(std::string_view name) const;
    [[nodiscard]] std::int64_t integer(std::string_view name) const;
    [[nodiscard]] double real(std::string_view name) const;
    [[nodiscard]] const std::string& text(std::string_view name) const;
    [[nodiscard]] const std::vector<std::string>& list(std::string_view name) const;
    [[nodiscard]] bool is_null(std::string_view name) const;
    [[nodiscard]] const ConfigValue& value(std::string_view name) const;

private:
    std::map<std::string_view, ConfigValue> values_;  // the rows' own names
};

}  // namespace barnabas
